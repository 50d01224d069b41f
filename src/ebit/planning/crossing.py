"""Where one curve lies above another one, as far as the two are told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ebit.errors import EbitError
from ebit.statistics import Gap

Verdict = Literal["better", "worse", "not told apart"]


@dataclass(frozen=True)
class Stretch:
    """Neighbouring points of a sweep with one verdict.

    Attributes:
        verdict: How the first curve stands to the second one at all of these points.
        low: The first of them.
        high: The last one.
    """

    verdict: Verdict
    low: float
    high: float


@dataclass(frozen=True)
class Crossing:
    """How one curve stands to another one along a sweep.

    Attributes:
        place: Where the mean curves cross; None unless the first curve is told apart as better on
            one side and as worse on the other side, up to both ends of the sweep.
        stretches: All points of the sweep from left to right.
        interval: Where the two ends of the interval of the difference cross 0: all places that are
            not told apart from the crossing. None without a place.
    """

    place: float | None
    stretches: tuple[Stretch, ...]
    interval: tuple[float, float] | None = None


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


def crossing(x: Sequence[float], gaps: Sequence[Gap], *, log: bool) -> Crossing:
    """How one curve stands to another one, and where they cross.

    Args:
        x: Places in rising order.
        gaps: First curve minus second curve at every place.
        log: Whether lines are straight in the logarithm of x.

    Returns:
        The crossing.

    Example:
        >>> gaps = [Gap(0.1, 0.08, 0.12, 0.01), Gap(0.1, -0.2, 0.4, 0.5), Gap(-0.1, -0.3, -0.1, 0)]
        >>> found = crossing([1.0, 10.0, 100.0], gaps, log=True)
        >>> round(found.place, 1), [part.verdict for part in found.stretches]
        (31.6, ['better', 'not told apart', 'worse'])
        >>> [round(end, 1) for end in found.interval]
        [1.9, 63.1]
    """
    stretches = tuple(_stretches(x, gaps))
    told_apart = [part for part in stretches if part.verdict != "not told apart"]
    ends = [stretches[0], stretches[-1]]
    if told_apart != ends or {part.verdict for part in ends} != {"better", "worse"}:
        return Crossing(None, stretches)
    inner = [k for k, at in enumerate(x) if told_apart[0].high <= at <= told_apart[1].low]
    grid = np.asarray([x[k] for k in inner])

    def meeting(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        place = crossing_place(np.log(grid) if log else grid, known, np.zeros(len(inner)))
        return float(np.exp(place)) if log and place is not None else place

    first = meeting([gaps[k].low for k in inner])
    second = meeting([gaps[k].high for k in inner])
    interval = None
    if first is not None and second is not None:
        interval = (min(first, second), max(first, second))
    return Crossing(meeting([gaps[k].value for k in inner]), stretches, interval)


def _stretches(x: Sequence[float], gaps: Sequence[Gap]) -> Iterator[Stretch]:
    for verdict, points in groupby(zip(x, gaps, strict=True), key=lambda point: _verdict(point[1])):
        places = [place for place, _ in points]
        yield Stretch(verdict, places[0], places[-1])


def _verdict(gap: Gap) -> Verdict:
    if not gap.told_apart:
        return "not told apart"
    return "better" if gap.value > 0 else "worse"
