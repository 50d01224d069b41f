"""Statistics against SciPy and numbers worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind_from_stats

from ebit.statistics import Sample, against_number, holm, welch

SPREADS = st.floats(1e-3, 10)
RUNS = st.integers(2, 50)


@given(st.floats(-5, 5), SPREADS, RUNS, st.floats(-5, 5), SPREADS, RUNS)
def test_welch_agrees_with_scipy(
    mean: float, std: float, runs: int, mean_2: float, std_2: float, runs_2: int
) -> None:
    ours = welch(Sample(mean, std, runs), Sample(mean_2, std_2, runs_2))
    scipys = ttest_ind_from_stats(mean, std, runs, mean_2, std_2, runs_2, equal_var=False)
    assert ours.errors == pytest.approx(scipys.statistic, rel=1e-9, abs=1e-12)
    assert ours.p_value == pytest.approx(scipys.pvalue, rel=1e-6, abs=1e-12)


def test_welch_by_hand() -> None:
    difference = welch(Sample(0.9, 0.03, 9), Sample(0.8, 0.04, 16))
    assert difference.standard_error == pytest.approx(math.sqrt(0.0001 + 0.0001))
    assert difference.freedom == pytest.approx(4 / (1 / 8 + 1 / 15))
    low, high = difference.interval() or (0, 0)
    half = student.ppf(0.975, difference.freedom) * math.sqrt(0.0002)
    assert (low, high) == pytest.approx((0.1 - half, 0.1 + half))


def test_no_error_without_two_runs_on_both_sides() -> None:
    difference = welch(Sample(0.9, 0.1, 5), Sample(0.8, 0.0, 1))
    assert difference.value == pytest.approx(0.1)
    assert difference.standard_error is difference.errors is difference.p_value is None
    assert difference.interval() is None


def test_no_test_without_spread() -> None:
    difference = welch(Sample(1.0, 0.0, 5), Sample(0.75, 0.0, 5))
    assert difference.standard_error == 0
    assert difference.p_value is None
    assert difference.interval() is None


def test_one_number_has_the_spread_of_the_sample() -> None:
    difference = against_number(0.7, Sample(0.8, 0.1, 4))
    assert difference.standard_error == pytest.approx(0.1 * math.sqrt(1.25))
    assert difference.freedom == 3
    assert against_number(0.7, Sample(0.8, 0.0, 1)).standard_error is None


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    ranked = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)
    assert max(adjusted) <= 1
