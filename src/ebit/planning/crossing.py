"""Where one curve falls below another one, with the spread over runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.errors import EbitError


@dataclass(frozen=True)
class Crossing:
    """The last place where two curves cross.

    Attributes:
        place: Where the mean curves cross; None if they do not.
        low: Mean place over the runs that cross, minus one sample standard deviation; None below
            two runs.
        high: The same plus one.
        crossing: Runs that cross.
        runs: All runs.
        above: Whether the first curve is the higher one at the right end.
    """

    place: float | None
    low: float | None
    high: float | None
    crossing: int
    runs: int
    above: bool


def crossing_place(x: ArrayLike, first: ArrayLike, second: ArrayLike) -> float | None:
    """The largest x at which the first curve starts or ends to be the higher one.

    Between two points the difference is taken as a straight line.

    Args:
        x: Places in rising order, shape (points,).
        first: One curve, shape (points,).
        second: Another one.

    Returns:
        The place, or None if there is none.

    Raises:
        EbitError: If the shapes differ.

    Example:
        >>> crossing_place([0, 1, 2], [3, 2, 1], [0, 1, 2])
        1.5
        >>> crossing_place([0, 1, 2], [3, 2, 2], [0, 1, 1]) is None
        True
    """
    places, gap = np.asarray(x, float), np.subtract(first, second)
    if places.ndim != 1 or gap.shape != places.shape:
        raise EbitError(
            f"Arguments `x`, `first` and `second` must have one shape (points,), but have "
            f"{places.shape} and {gap.shape}."
        )
    higher = gap > 0
    changes = np.flatnonzero(higher[1:] != higher[:-1])
    if not len(changes):
        return None
    k = changes[-1]
    share = gap[k] / (gap[k] - gap[k + 1])
    return float(places[k] + share * (places[k + 1] - places[k]))


def crossing(
    x: ArrayLike, first: NDArray[np.float64], second: NDArray[np.float64], *, log: bool
) -> Crossing:
    """Where the runs of one scheme cross the mean of another.

    Args:
        x: Places in rising order, shape (points,).
        first: Runs of one scheme, shape (runs, points).
        second: Runs of another one, shape (other runs, points).
        log: Whether lines are straight, and means taken, in the logarithm of x.

    Returns:
        The crossing of the means, and the spread over the runs of the first scheme.

    Example:
        >>> runs = np.array([[1.0, 0.0], [1.0, 0.5]])
        >>> found = crossing([0.0, 1.0], runs, np.array([[0.6, 0.6]]), log=False)
        >>> round(found.place, 3), round(found.low, 3), round(found.high, 3)
        (0.533, 0.317, 0.883)
    """
    grid = np.log(np.asarray(x, float)) if log else np.asarray(x, float)
    back = np.exp if log else float
    other, mean = second.mean(axis=0), first.mean(axis=0)
    place = crossing_place(grid, mean, other)
    found = [p for run in first if (p := crossing_place(grid, run, other)) is not None]
    low, high = None, None
    if len(found) > 1:
        middle, spread = np.mean(found), np.std(found, ddof=1)
        low, high = float(back(middle - spread)), float(back(middle + spread))
    return Crossing(
        None if place is None else float(back(place)),
        low,
        high,
        len(found),
        len(first),
        bool(mean[-1] > other[-1]),
    )
