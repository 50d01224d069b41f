"""Games of several players as classification problems: one QPU is one player."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ebit.checks import one_of
from ebit.data.dataset import Dataset
from ebit.data.messages import whole_number

MOST_PLAYERS = 12
"""Most players of a parity game, which has 2**(K - 1) inputs."""

MOST_ON_GRAPH = 8
"""Most players of a chain game, which has 4**K inputs."""

GameTopology = Literal["line", "ring"]
Edges = list[tuple[int, int]]


def _line(qpus: int) -> Edges:
    return [(k, k + 1) for k in range(qpus - 1)]


def _ring(qpus: int) -> Edges:
    return [(k, (k + 1) % qpus) for k in range(qpus)]


_EDGES: Mapping[str, Callable[[int], Edges]] = {"line": _line, "ring": _ring}
_FEWEST = {"line": 2, "ring": 3}


def parity_game(qpus: int) -> Dataset:
    r"""List all inputs of the parity game of Mermin for K players.

    QPU k holds one bit s_k; the sum of all bits is even. The label is
    $(-1)^{\sum_k s_k / 2}$. QPU k gets the bit and its complement as angles,
    $\pi (s_k, 1 - s_k)$, so that one of its two qubits is turned and the coupling of the embedding
    is the same for both bits. Training part and validation part are the same rows.

    Without anything shared, at most a share $1/2 + 2^{-\lceil K/2 \rceil}$ of the labels can be
    right; measurements of a shared GHZ state give all of them.

    Args:
        qpus: Number of players K, 3 to 12.

    Returns:
        The data set, with 2**(K - 1) rows of 2 K features in radians.

    Raises:
        EbitError: If the number is out of range.

    Example:
        >>> data = parity_game(3)
        >>> (data.x_train / math.pi).astype(int)[:, ::2].tolist(), data.y_train.tolist()
        ([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]], [1.0, -1.0, -1.0, -1.0])

    Source:
        Mermin, Phys. Rev. Lett. 65 (1990) 1838; Brassard et al., arXiv quant-ph/0407221.
    """
    qpus = whole_number("qpus", qpus, minimum=3, maximum=MOST_PLAYERS)
    bits = np.array([s for s in itertools.product((0, 1), repeat=qpus) if sum(s) % 2 == 0])
    x = math.pi * np.stack([bits, 1 - bits], axis=2).reshape(len(bits), -1)  # (rows, 2 K)
    names = [(f"s{k}", f"1-s{k}") for k in range(1, qpus + 1)]
    y = (-1.0) ** (bits.sum(axis=1) // 2)
    return _all_rows(f"parity-game:{qpus}", x, y, [name for pair in names for name in pair])


def chain_game(qpus: int, topology: GameTopology = "line") -> Dataset:
    r"""List all inputs of CHSH games on the edges of a graph, all of which have to be won at once.

    QPU k holds $s_k \in \{0, 1\}$ and $r_k \in \{-1, 1\}$. The label is
    $\prod_k r_k \, (-1)^{\sum_{(i,j)} s_i s_j}$ with the sum over the edges; two players play the
    extended CHSH game. The features are $\frac\pi2 (s_k, r_k)$. Training part and validation part
    are the same rows.

    Args:
        qpus: Number of players K, 2 to 8; at least 3 on a ring.
        topology: `line` or `ring`.

    Returns:
        The data set, with 4**K rows of 2 K features in radians.

    Raises:
        EbitError: If the number is out of range or the topology is unknown.

    Example:
        >>> from ebit.data import chsh
        >>> chain_game(2).y_train.tolist() == chsh().y_train.tolist()
        True
    """
    one_of(_EDGES)("topology", topology)
    fewest = _FEWEST[topology]
    qpus = whole_number("qpus", qpus, minimum=fewest, maximum=MOST_ON_GRAPH)
    inputs = np.array(list(itertools.product(itertools.product((0, 1), (-1, 1)), repeat=qpus)))
    s, r = inputs[:, :, 0], inputs[:, :, 1]
    edges = sum(s[:, i] * s[:, j] for i, j in _EDGES[topology](qpus))
    y = np.prod(r, axis=1) * (-1.0) ** edges
    names = [f"{letter}{k}" for k in range(1, qpus + 1) for letter in "sr"]
    option = "" if topology == "line" else f",topology={topology}"
    x = math.pi / 2 * inputs.reshape(len(inputs), -1)  # (rows, 2 K)
    return _all_rows(f"chain-game:{qpus}{option}", x, y, names)


def _all_rows(
    name: str, x: NDArray[np.float64], y: NDArray[np.float64], features: list[str]
) -> Dataset:
    """All inputs there are, for training and for validation."""
    return Dataset(
        x_train=x,
        y_train=y,
        x_validation=x,
        y_validation=y,
        name=name,
        class_names=("-1", "1"),
        feature_names=tuple(features),
    )
