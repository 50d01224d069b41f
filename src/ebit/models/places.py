"""Where the features of a data set stand among those of a model: an equal share on each QPU."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ebit.errors import EbitError


def feature_places(features: int, shares: Sequence[int]) -> list[int]:
    """Places of features that fill the QPUs evenly, in their order.

    Args:
        features: How many features there are.
        shares: How many each QPU takes.

    Returns:
        The place of every feature; what is left over on a QPU is behind its own.

    Raises:
        EbitError: If a QPU takes fewer than its share.

    Example:
        >>> feature_places(5, (4, 4))
        [0, 1, 2, 4, 5]
    """
    parts = [len(part) for part in np.array_split(np.arange(features), len(shares))]
    if any(part > share for part, share in zip(parts, shares, strict=True)):
        raise EbitError(
            f"Argument `sizes` must take {parts} features, an equal share on each QPU, but takes "
            f"{list(shares)}."
        )
    starts = np.cumsum((0, *shares[:-1])).tolist()
    return [s + k for s, part in zip(starts, parts, strict=True) for k in range(part)]


def placed(x: NDArray[np.float64], places: Sequence[int], features: int) -> NDArray[np.float64]:
    """Angles at their places; the angle of what is left over is 0.

    Example:
        >>> placed(np.ones((1, 3)), [0, 1, 2], 4).tolist()
        [[1.0, 1.0, 1.0, 0.0]]
    """
    found = np.zeros((len(x), features))
    found[:, list(places)] = x
    return found
