import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.planning import crossing, crossing_place, pareto_front
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


def test_distances_are_logarithmic() -> None:
    runs = np.array([[1.0, 0.0], [3.0, -1.0]])
    found = crossing([1.0, 100.0], runs, np.full((5, 2), 0.5), log=True)
    assert found.place == pytest.approx(10 ** (2 * 1.5 / 2.5))  # the mean falls from 2 to -0.5
    places = [1.0, 2 * 2.5 / 4]  # decades, from the slopes of the two runs
    low = 10 ** (np.mean(places) - np.std(places, ddof=1))
    assert found.low == pytest.approx(low)
    assert not found.above


def test_runs_that_do_not_cross_are_counted() -> None:
    runs = np.array([[1.0, 0.0], [1.0, 0.9]])
    found = crossing([0.0, 1.0], runs, np.array([[0.5, 0.5]]), log=False)
    assert (found.crossing, found.runs) == (1, 2)
    assert (found.low, found.high) == (None, None)


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
