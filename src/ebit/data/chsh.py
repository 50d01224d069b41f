"""The extended CHSH game as a classification problem."""

import itertools
import math
from typing import Literal, get_args

import numpy as np

from ebit.checks import shown
from ebit.data.dataset import Dataset
from ebit.data.messages import bad_input, listed

Embedding = Literal["optimal", "alternative"]
EMBEDDINGS: tuple[str, ...] = get_args(Embedding)


def chsh(embedding: Embedding = "optimal") -> Dataset:
    r"""List all 16 inputs of the extended CHSH game, for two QPUs of 2 qubits.

    The inputs are s1, t1 in {0, 1} and s2, t2 in {-1, 1}; QPU A holds (s1, s2), QPU B (t1, t2).
    The label is $s_2 t_2 (-1)^{s_1 t_1}$. The features are $\frac{\pi}{2}(s_1, s_2 | t_1, t_2)$
    for the optimal embedding and $\frac{\pi}{2}(s_2, s_1 | t_2, t_1)$ for the alternative one.
    Training part and validation part are the same 16 rows.

    Args:
        embedding: Which input goes to which qubit: "optimal" or "alternative".

    Returns:
        The data set, with 16 rows of 4 features in radians.

    Raises:
        EbitError: If the embedding is unknown.

    Example:
        >>> from ebit.data import chsh
        >>> data = chsh()
        >>> data.feature_names, float(data.y_train.sum())
        (('s1', 's2', 't1', 't2'), 0.0)

    Source:
        Kim et al., arXiv 2605.03864 (extended CHSH game).
    """
    if not isinstance(embedding, str) or embedding not in EMBEDDINGS:
        raise bad_input(f"CHSH embedding {shown(embedding)} is unknown: use {listed(EMBEDDINGS)}.")
    inputs = np.array(list(itertools.product((0, 1), (-1, 1), (0, 1), (-1, 1))))
    s1, s2, t1, t2 = inputs.T
    y = s2 * t2 * (-1) ** (s1 * t1)
    order = [0, 1, 2, 3] if embedding == "optimal" else [1, 0, 3, 2]
    x = math.pi / 2 * inputs[:, order]
    names = ("s1", "s2", "t1", "t2")
    return Dataset(
        x_train=x,
        y_train=y,
        x_validation=x,
        y_validation=y,
        name="chsh" if embedding == "optimal" else f"chsh:{embedding}",
        class_names=("-1", "1"),
        feature_names=tuple(names[i] for i in order),
    )
