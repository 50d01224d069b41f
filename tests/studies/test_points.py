"""Verdicts: the rule, its exceptions, and the correction for many tests."""

from typing import Any

import polars as pl
import pytest

from ebit.statistics import Sample, welch
from ebit.studies import words
from ebit.studies.points import AGREES, DIFFERS, NOTHING, UNKNOWN, add_holm, compare_points
from ebit.studies.rows_of_paper import match_rows, matched_rows
from ebit.studies.study import Item, Reason

ACCURACIES = (0.80, 0.82, 0.84)  # mean 0.82, standard deviation 0.02


def item(**changes: Any) -> Item:
    settings: dict[str, Any] = {
        "table": "1",
        "title": "T",
        "data": "D",
        "settings": "S",
        "expected": "E",
        "keys": ["resource"],
        "drawing": {"kind": "means", "caption": "C"},
    }
    return Item(**(settings | changes))


def rows(values: tuple[float, ...] = ACCURACIES, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {"resource": "none", "is_file": False, "validation_accuracy": values, **columns}
    )


def published(mean: float, std: float | None = 0.02, runs: int = 5) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "resource": ["none"],
            "published": [mean],
            "published_std": [std],
            "published_runs": [runs],
        },
        schema_overrides={"published_std": pl.Float64},
    )


def point(*arguments: Any, quick: bool = False, **changes: Any) -> dict[str, Any]:
    """The only point of an item with these published numbers."""
    (row,) = compare_points(item(**changes), rows(), published(*arguments), quick=quick).to_dicts()
    return row


def test_numbers_of_a_point() -> None:
    row = point(0.80, 0.01, 5)
    expected = welch(Sample(0.82, 0.02, 3), Sample(0.80, 0.01, 5))
    assert row["measured"] == pytest.approx(0.82)
    assert row["measured_std"] == pytest.approx(0.02)
    assert row["measured_runs"] == 3
    assert row["difference"] == pytest.approx(0.02)
    assert row["standard_error"] == pytest.approx(expected.standard_error)
    assert row["p_value"] == pytest.approx(expected.p_value)
    assert (row["interval_low"], row["interval_high"]) == pytest.approx(expected.interval())


@pytest.mark.parametrize(("errors", "verdict"), [(2.99, AGREES), (3.01, DIFFERS), (-3.01, DIFFERS)])
def test_three_standard_errors_decide(errors: float, verdict: str) -> None:
    error = welch(Sample(0.82, 0.02, 3), Sample(0, 0.02, 5)).standard_error or 0
    row = point(0.82 - errors * error)
    assert row["standard_errors"] == pytest.approx(errors)
    assert row["verdict"] == verdict


def test_exact_numbers_must_be_equal() -> None:
    whole = rows((256.0,)).rename({"validation_accuracy": "rank"})
    for value, verdict in ((256, AGREES), (255, DIFFERS)):
        table = compare_points(
            item(exact=True, measure="rank"), whole, published(value, None, 1), quick=False
        )
        assert table["verdict"].to_list() == [verdict]


def test_numbers_without_spread_must_be_equal() -> None:
    for value, verdict in ((0.75, AGREES), (0.751, DIFFERS)):
        table = compare_points(item(), rows((0.75,) * 3), published(value, None, 1), quick=False)
        assert table["verdict"].to_list() == [verdict]


def test_a_published_number_without_spread_counts_as_one_run() -> None:
    assert point(0.82 - 0.069, None, 1)["verdict"] == AGREES  # 3 x 0.02 x sqrt(1 + 1/3) = 0.0693
    assert point(0.82 - 0.070, None, 1)["verdict"] == DIFFERS


@pytest.mark.parametrize(
    ("changes", "quick", "reason"),
    [
        ({}, True, "quick look"),
        ({"not_comparable": "no data"}, False, "no data"),
        ({"not_comparable": "no data", "reads_files": True}, False, "no data"),
    ],
)
def test_what_cannot_be_compared_keeps_its_difference(
    changes: dict[str, Any], quick: bool, reason: str
) -> None:
    row = point(0.5, quick=quick, **changes)
    assert (row["verdict"], row["reason"]) == (UNKNOWN, reason)
    assert row["difference"] == pytest.approx(0.32)


def test_files_of_the_user_are_compared() -> None:
    settings = item(not_comparable="generated", reads_files=True)
    table = compare_points(settings, rows(is_file=True), published(0.82), quick=False)
    assert table["verdict"].to_list() == [AGREES]


def test_a_single_run_and_a_missing_number() -> None:
    table = compare_points(item(), rows((0.8,)), published(0.8), quick=False)
    assert "single run" in table["reason"][0]
    nothing = published(0.8).with_columns(resource=pl.lit("bell:1"))
    (row,) = compare_points(item(), rows(), nothing, quick=False).to_dicts()
    assert (row["verdict"], row["reason"], row["difference"]) == (UNKNOWN, NOTHING, None)


def test_reasons_belong_to_differences_only() -> None:
    reasons = (Reason(where={"resource": "none"}, text="Because."), Reason(text="Always."))
    assert point(0.5, reason=reasons)["reason"] == "Because. Always."
    assert point(0.82, reason=reasons)["reason"] == ""


def test_percentages() -> None:
    row = point(82.0, 2.0, 5, percent=True)
    assert row["measured"] == pytest.approx(82)
    assert row["verdict"] == AGREES


def test_holm_counts_tests_only() -> None:
    points = pl.DataFrame(
        {
            "verdict": [AGREES, UNKNOWN, DIFFERS, AGREES],
            "p_value": [0.04, 0.001, 0.01, None],
        }
    )
    assert add_holm(points)["holm_p_value"].to_list() == [0.04, None, 0.02, None]


def test_a_data_set_is_compared_with_one_line_of_the_table() -> None:
    """The nearest line in all, even where another line is nearer in one cell."""
    measured = pl.DataFrame(
        {
            "set": "file",
            "depth": [3, 3, 5, 5],
            "validation_accuracy": [0.80, 0.82, 0.90, 0.92],
        }
    )
    paper = pl.DataFrame(
        {
            "row": [1, 2, 1, 2, 1],
            "depth": [3, 3, 5, 5, 9],
            "published": [81.0, 80.0, 70.0, 90.0, 95.0],  # line 1 has more cells
        }
    )
    last = pl.DataFrame({"set": ["file"], "depth": [9], "validation_accuracy": [0.95]})
    measured = pl.concat([measured, last])
    settings = item(keys=["set", "depth"], percent=True)
    matched = match_rows(settings, measured, paper)
    assert matched["published"].to_list() == [80.0, 90.0]
    assert matched_rows(matched) == ["file is nearest to line 2 of the table."]
    assert matched_rows(published(0.8)) == []


def test_words() -> None:
    row = point(0.5, 0.02, 5) | {"depth": 20}
    settings = item()
    assert words.entry(["resource", "depth"], row) == "none, depth 20"
    assert words.number(settings, row, "measured") == "0.820 ± 0.020"
    assert words.verdict(row) == DIFFERS
    table = pl.DataFrame(
        {"verdict": [AGREES, AGREES, DIFFERS, UNKNOWN], "reason": ["", "", "", "no data"]}
    )
    assert words.counts(table) == "2 of 4 agree, 1 differs, 1 cannot be compared (no data)"
    assert words.counts(table[3:]) == "1 cannot be compared (no data)"
