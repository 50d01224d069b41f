import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.planning import Stretch, crossing, crossing_place, pareto_front
from ebit.statistics import Gap
from planning.conftest import error_of

NUMBERS = st.floats(-10, 10).map(lambda number: round(number, 1))


@given(st.floats(0.01, 0.99), st.floats(0.1, 5))
def test_lines_cross_where_they_do(place: float, slope: float) -> None:
    x = np.array([-1.0, 0.0, 1.0, 2.0])
    assert crossing_place(x, slope * (x - place), 0 * x) == pytest.approx(place, abs=1e-9)


def test_the_last_crossing_counts() -> None:
    assert crossing_place([0, 1, 2, 3], [1, -1, 1, -1], [0] * 4) == 2.5


def test_curves_may_meet_and_stay_together() -> None:
    assert crossing_place([0, 1, 2, 3], [2, 1, 0, 0], [0] * 4) == 2.0
    assert crossing_place([0, 1, 2], [0, 0, 1], [0] * 3) == 1.0


def test_shapes_are_checked() -> None:
    assert "(points,)" in error_of(crossing_place, [0, 1], [0, 1, 2], [0, 1, 2])


def gap(value: float, *, sure: bool = True) -> Gap:
    return Gap(value, None, None, 0.01 if sure else 0.5)


def test_distances_are_logarithmic() -> None:
    found = crossing([1.0, 100.0], [gap(1.5), gap(-1.0)], log=True)
    assert found.place == pytest.approx(10 ** (2 * 1.5 / 2.5))
    assert found.stretches == (Stretch("better", 1.0, 1.0), Stretch("worse", 100.0, 100.0))


def test_means_may_meet_anywhere_between_what_is_told_apart() -> None:
    gaps = [gap(2.0), gap(1.0), gap(-1.0, sure=False), gap(1.0, sure=False), gap(-1.0)]
    found = crossing([1, 2, 3, 4, 5], gaps, log=False)
    assert found.place == 4.5
    assert [part.verdict for part in found.stretches] == ["better", "not told apart", "worse"]
    assert (found.stretches[1].low, found.stretches[1].high) == (3, 4)


def test_the_interval_of_a_crossing_is_that_of_this_number() -> None:
    """Its ends are where the ends of the interval of the difference cross 0."""
    ends = [(1.8, 2.2), (0.9, 1.1), (-0.5, 1.0), (-1.0, 0.5), (-1.5, -0.5)]
    gaps = [Gap((low + high) / 2, low, high, 0.5 if low < 0 < high else 0.0) for low, high in ends]
    found = crossing([1, 2, 3, 4, 5], gaps, log=False)
    assert found.place == pytest.approx(3.5)
    assert found.interval == pytest.approx((2 + 0.9 / 1.4, 4.5))
    mirrored = crossing([1, 2, 3, 4, 5], [-gap for gap in gaps], log=False)
    assert (mirrored.place, mirrored.interval) == (found.place, found.interval)


def test_a_crossing_without_intervals_has_none() -> None:
    assert crossing([1.0, 2.0], [gap(1.0), gap(-1.0)], log=False).interval is None


@pytest.mark.parametrize(
    "signs",
    ["++", "--", "00", "+0", "0-", "+0+", "0+-", "+-0", "+-+", "+-0-", "+0+-", "0+-0"],
)
def test_no_crossing_without_two_sides(signs: str) -> None:
    gaps = [gap(-1.0 if sign == "-" else 1.0, sure=sign != "0") for sign in signs]
    assert crossing(list(range(1, len(signs) + 1)), gaps, log=True).place is None


@given(st.lists(st.tuples(st.sampled_from([-1.0, 1.0]), st.booleans()), min_size=1, max_size=9))
def test_stretches_hold_every_point_once(points: list[tuple[float, bool]]) -> None:
    x = [float(k) for k in range(len(points))]
    gaps = [gap(value, sure=sure) for value, sure in points]
    found = crossing(x, gaps, log=False)
    for place, (value, sure) in zip(x, points, strict=True):
        (part,) = [part for part in found.stretches if part.low <= place <= part.high]
        wanted = ("better" if value > 0 else "worse") if sure else "not told apart"
        assert part.verdict == wanted
    if found.place is not None:
        assert found.stretches[0].high <= found.place <= found.stretches[-1].low


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=12))
def test_the_front_is_what_nothing_beats(points: list[tuple[float, float]]) -> None:
    first, second = zip(*points, strict=True)
    front = pareto_front(first, second)
    for mine, on_front in zip(points, front, strict=True):
        beaten = any(a >= mine[0] and b >= mine[1] and (a, b) != mine for a, b in points)
        assert on_front == (not beaten)


def test_the_front_takes_infinite_rates_and_checks_shapes() -> None:
    assert pareto_front([0.9, 0.9], [np.inf, 1.0]).tolist() == [True, False]
    assert "(options,)" in error_of(pareto_front, [1.0, 2.0], [1.0])
