"""Statistics against SciPy and numbers worked out by hand."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind_from_stats, ttest_rel

from ebit import EbitError
from ebit.statistics import (
    Sample,
    against_number,
    cheapest_not_told_apart,
    compare_all,
    holm,
    paired,
    unpaired,
    welch,
)

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


VALUES = st.lists(st.integers(0, 20).map(lambda k: k / 20), min_size=2, max_size=6)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=9))
def test_paired_agrees_with_scipy(pairs: list[tuple[float, float]]) -> None:
    first, second = zip(*pairs, strict=True)
    assume(np.std(np.subtract(first, second)) > 1e-6)
    ours, scipys = paired(first, second), ttest_rel(first, second)
    assert ours.p_value == pytest.approx(scipys.pvalue, rel=1e-6, abs=1e-12)
    assert ours.interval() == pytest.approx(tuple(scipys.confidence_interval()), rel=1e-6)


def test_overlapping_splits_by_hand() -> None:
    plain = paired([0.9, 0.8, 0.7], [0.8, 0.6, 0.6])
    corrected = paired([0.9, 0.8, 0.7], [0.8, 0.6, 0.6], overlap=1 / 3)
    assert plain.standard_error == pytest.approx(math.sqrt(0.01 / 3) / math.sqrt(3))
    assert corrected.standard_error == pytest.approx(math.sqrt(0.01 / 3 * (1 / 3 + 1 / 3)))


def test_values_that_belong_together_are_as_many() -> None:
    for first in ([], [0.5]):
        with pytest.raises(EbitError, match="as many values, at least one, but hold"):
            paired(first, [])


def test_equal_differences_may_be_rounding() -> None:
    assert paired([0.5, 0.75], [0.25, 0.5]).standard_error == 0
    assert paired([0.5, 0.75], [0.25, 0.5], step=0.25).standard_error == pytest.approx(
        0.25 / math.sqrt(12)
    )
    assert paired([0.5, 0.75], [0.5, 0.75], step=0.25).standard_error == 0


def test_splits_that_overlap_vary_less_than_they_should() -> None:
    """Differences with correlation 1/4: too many are told apart unless the overlap is counted."""
    random = np.random.default_rng(5)
    shared, own = random.normal(size=(3000, 1)), random.normal(size=(3000, 10))
    gaps = np.sqrt(0.25) * shared + np.sqrt(0.75) * own
    nothing = [0.0] * 10
    naive = np.mean([(paired(g, nothing).p_value or 1) < 0.05 for g in gaps.tolist()])
    right = [paired(g, nothing, overlap=1 / 3).p_value or 1 for g in gaps.tolist()]
    assert naive > 0.2
    assert np.mean(np.asarray(right) < 0.05) == pytest.approx(0.05, abs=4 * 0.004)


@pytest.mark.parametrize("runs", [2, 5])
def test_intervals_hold_what_they_promise(runs: int) -> None:
    """Over 2000 experiments the interval of two options holds their true difference in 95 %."""
    random = np.random.default_rng(runs)
    common = random.normal(scale=0.05, size=(2000, runs, 1))
    values = common + random.normal([0.8, 0.83], [0.01, 0.03], size=(2000, runs, 2))
    held = 0
    for first, second in values.transpose(0, 2, 1).tolist():
        gap = compare_all({"first": first, "second": second}).gap("second", "first")
        assert gap.low is not None
        assert gap.high is not None
        held += gap.low <= 0.03 <= gap.high
    assert held / 2000 == pytest.approx(0.95, abs=4 * math.sqrt(0.05 * 0.95 / 2000))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("rows", [None, 256, 16])
@pytest.mark.parametrize("runs", [3, 5])
def test_equal_options_are_rarely_told_apart(runs: int, rows: int | None) -> None:
    """Six equally good options: in at most 5 % of 600 experiments any two are told apart."""
    random = np.random.default_rng(runs)
    values = random.normal(0.8, 0.05, size=(600, 6, runs))
    measure = paired
    if rows is not None:
        values = random.binomial(rows, 0.8, size=values.shape) / rows
        measure = partial(paired, step=1 / rows)
    wrong = 0
    for experiment in values.tolist():
        compared = compare_all(dict(zip("abcdef", experiment, strict=True)), measure)
        wrong += len(cheapest_not_told_apart(compared).equal) < 6
    assert wrong / 600 <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 600)


def test_a_better_option_is_found() -> None:
    random = np.random.default_rng(0)
    found = 0
    for _ in range(200):
        base = random.normal(0.8, 0.05, size=5)
        samples = {
            "free": (base - 0.1).tolist(),
            "cheap": (base + random.normal(0, 0.005, 5)).tolist(),
            "dear": (base + random.normal(0, 0.005, 5)).tolist(),
        }
        found += cheapest_not_told_apart(compare_all(samples)).chosen == "cheap"
    assert found > 180


@given(st.lists(VALUES, min_size=2, max_size=5))
def test_an_interval_leaves_out_0_if_told_apart(values: list[list[float]]) -> None:
    runs = min(map(len, values))
    samples = {str(number): own[:runs] for number, own in enumerate(values)}
    for measure in (paired, unpaired):
        compared = compare_all(samples, measure)
        for gap in compared.gaps.values():
            assert gap.low is not None
            assert gap.high is not None
            assert gap.low - 1e-12 <= gap.value <= gap.high + 1e-12
            assert gap.told_apart == (not gap.low <= 0 <= gap.high)


@given(st.dictionaries(st.text(max_size=3), VALUES, min_size=1, max_size=5), st.data())
def test_the_choice_is_allowed_and_as_good_as_the_best(
    samples: dict[str, list[float]], data: st.DataObject
) -> None:
    allowed = data.draw(st.sets(st.sampled_from(list(samples)), min_size=1))
    compared = compare_all(samples, unpaired)
    choice = cheapest_not_told_apart(compared, allowed)
    assert {choice.chosen, choice.best, *choice.equal} <= allowed
    assert all(compared.equal(name, choice.best) for name in choice.equal)
    order = [name for name in samples if name in allowed]
    for cheaper in order[: order.index(choice.chosen)]:
        assert any(
            compared.gap(other, cheaper).value > 0 and not compared.equal(other, cheaper)
            for other in allowed - {cheaper}
        )
    assert compared.means[choice.best] == max(compared.means[name] for name in allowed)


def test_a_single_run_tells_nothing_apart() -> None:
    compared = compare_all({"free": [0.1], "dear": [0.9]})
    assert cheapest_not_told_apart(compared).chosen == "free"
    assert str(compared.gap("dear", "free")) == "+0.800"


def test_differences_without_spread_are_told_apart() -> None:
    compared = compare_all({"free": [0.75, 0.75], "dear": [1.0, 1.0], "same": [1.0, 1.0]})
    assert cheapest_not_told_apart(compared).equal == ("dear", "same")
    assert str(compared.gap("free", "dear")) == "\N{MINUS SIGN}0.250 (\N{MINUS SIGN}0.250 to " + (
        "\N{MINUS SIGN}0.250)"
    )


def test_what_a_steady_option_beats_is_not_chosen() -> None:
    """The best option varies so much that it is not told apart from anything."""
    samples = {
        "free": [0.800, 0.801, 0.799, 0.800],
        "steady": [0.850, 0.851, 0.849, 0.851],
        "best": [0.99, 0.70, 0.99, 0.80],
    }
    choice = cheapest_not_told_apart(compare_all(samples))
    assert (choice.chosen, choice.best) == ("steady", "best")


def test_nothing_is_allowed() -> None:
    with pytest.raises(EbitError, match="leaves no option"):
        cheapest_not_told_apart(compare_all({"a": [1.0]}), [])
