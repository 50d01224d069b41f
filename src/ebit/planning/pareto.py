"""The options that no other option beats."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.errors import EbitError


def pareto_front(first: ArrayLike, second: ArrayLike) -> NDArray[np.bool_]:
    """Which options are on the Pareto front of two quantities, more of both being better.

    An option is on the front if no other one is at least as good in both and better in one.

    Args:
        first: One quantity, shape (options,); infinity is allowed.
        second: Another one.

    Returns:
        Shape (options,).

    Raises:
        EbitError: If the shapes differ.

    Example:
        >>> pareto_front([0.9, 0.8, 0.7], [1.0, 5.0, 2.0]).tolist()
        [True, True, False]
    """
    parts = [np.asarray(part, float) for part in (first, second)]
    if parts[0].ndim != 1 or parts[0].shape != parts[1].shape:
        raise EbitError(
            "Arguments `first` and `second` must have one shape (options,), but have "
            f"{parts[0].shape} and {parts[1].shape}."
        )
    points = np.stack(parts)
    ours, others = points[:, :, None], points[:, None, :]
    beaten = np.all(others >= ours, axis=0) & np.any(others > ours, axis=0)
    return ~beaten.any(axis=1)
