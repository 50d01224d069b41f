import polars as pl
import pytest

from ebit.report.headline import details, headline
from ebit.report.summary import ResourceSummary


def summary(resource, mean, std=0.01, runs=4, ebits=0, bits=0, gates=0, rounds=0):
    costs = (268, ebits, bits, gates, rounds)
    return ResourceSummary(resource, mean, std, runs, *costs, 10.0, 3.0)


def test_best_resource_with_gain_errors_and_cost():
    lines = [summary("none", 0.8), summary("bell:1", 0.9, ebits=1, bits=2, rounds=1)]
    assert headline(lines) == (
        "bell:1 is the best resource with a validation accuracy of 0.900 ± 0.010, 0.100 above none "
        "(14.1 times its standard error) and costs 1 ebit and 2 bits in 1 round per inference."
    )
    assert details(lines) == []


def test_gain_within_its_standard_error_is_no_gain():
    lines = [summary("none", 0.8, std=0.1), summary("bell:1", 0.81, std=0.1)]
    assert headline(lines).startswith("No resource is measurably better than none")
    assert "0.010 above none, which is within" in headline(lines)
    assert "(0.071)" in headline(lines)


def test_gain_below_two_standard_errors_is_weak():
    lines = [summary("none", 0.8, std=0.1), summary("bell:1", 0.9, std=0.1)]
    assert "is the best resource" in headline(lines)
    assert "weak evidence" in details(lines)[0]


def test_none_can_be_best():
    lines = [summary("none", 0.9), summary("bell:1", 0.8)]
    assert headline(lines) == (
        "No resource is better than none, which reaches a validation accuracy of 0.900 ± 0.010 "
        "and costs no communication before the read-out."
    )


def test_equal_accuracies_go_to_none():
    lines = [summary("none", 0.9), summary("bell:1", 0.9)]
    assert headline(lines).startswith("No resource is better than none")


def test_single_runs_have_no_standard_error():
    lines = [summary("none", 0.8, 0.0, 1), summary("bell:1", 0.9, 0.0, 1)]
    assert "standard error is unknown" in headline(lines)
    assert "0.900," in headline(lines)
    assert "single run" in details(lines)[-1]


def test_runs_that_all_agree():
    lines = [summary("none", 0.8, 0.0), summary("bell:1", 0.9, 0.0)]
    assert "which is 0 as all runs agree" in headline(lines)


def test_without_none_there_is_no_gain():
    lines = [summary("bell:1", 0.8), summary("quantum", 0.9, gates=170)]
    assert headline(lines) == (
        "quantum is the best resource with a validation accuracy of 0.900 ± 0.010 and costs "
        "170 non-local gates per inference."
    )


def test_ties_and_better_baselines_are_named():
    lines = [
        summary("dnn", 0.95),
        summary("single", 0.5),
        summary("none", 0.7),
        summary("bell:1", 0.9),
        summary("bell:2", 0.895),
        summary("bell:3", 0.85),
    ]
    assert headline(lines).startswith("bell:1 is the best resource")
    tie, baseline = details(lines)
    assert tie.endswith(": bell:2 (0.895 ± 0.010).")
    assert baseline.endswith(": dnn (0.950 ± 0.010).")


def test_unknown_costs_are_not_called_free():
    lines = [summary("none", 0.8), summary("bell:1", 0.9, ebits=None, bits=None, gates=None)]
    assert "costs" not in headline(lines)


def test_gain_agrees_with_scipy():
    from scipy.stats import ttest_ind

    from ebit.report.summary import summarize
    from ebit.statistics import welch

    first, second = [0.9, 0.93, 0.96], [0.7, 0.8]
    rows = pl.DataFrame(
        {"resource": ["bell:1"] * 3 + ["none"] * 2, "validation_accuracy": first + second}
    )
    none, bell = summarize(rows)
    difference = welch(bell, none)
    expected = ttest_ind(first, second, equal_var=False).statistic
    assert difference.value / difference.standard_error == pytest.approx(expected)
