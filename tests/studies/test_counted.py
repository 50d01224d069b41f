"""A study of counted experiments: numbers expected of it, rules, files that it writes."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from command_line import error_of, run_ebit
from ebit.communication.experiments import EXPERIMENTS
from ebit.errors import EbitError
from ebit.studies import reproduce_counted
from ebit.studies.counted import (
    MEASURES,
    NOT_RUN,
    RULES,
    CountedResult,
    Expected,
    compare_counted,
    expected_numbers,
    select_counted,
)
from ebit.studies.counted_page import readme, write_counted


def number(**changes: Any) -> Expected:
    told = {
        "experiment": "E4", "n": 6, "case": "", "protocol": "quantum", "copies": None,
        "column": "error", "rule": "~", "value": 0.03, "slack": 0.01, "reason": "",
    }  # fmt: skip
    return Expected(**{**told, **changes})


def rows(*errors: float, protocol: str = "quantum", n: int = 6) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"n": n, "case": "", "protocol": protocol, "copies": 4, "qubits": 24, "cbits": 0,
             "ebits": 0, "error": error, "verdict": "advantage"}
            for error in errors
        ]
    )  # fmt: skip


def test_every_expected_number_can_be_looked_up() -> None:
    numbers = expected_numbers("gilboa2024")
    assert {one.experiment for one in numbers} == {f"E{k}" for k in range(1, 16)}
    assert {one.experiment for one in numbers} <= set(EXPERIMENTS)
    assert {one.rule for one in numbers} <= set(RULES)
    assert {one.column for one in numbers} <= set(MEASURES)
    places = [(one.experiment, one.title, one.column, one.rule, one.value) for one in numbers]
    assert len(set(places)) == len(numbers)
    assert all(one.slack > 0 for one in numbers if one.rule == "~")
    with pytest.raises(EbitError, match="gilboa2024"):
        expected_numbers("kim2026")


@pytest.mark.parametrize(
    ("rule", "value", "slack", "errors", "verdict", "measured"),
    [
        ("=", 0.03, 0.0, [0.03], "agrees", 0.03),
        ("=", 0.03, 0.0, [0.03, 0.031], "differs", 0.031),
        ("~", 0.03, 0.01, [0.04], "agrees", 0.04),
        ("~", 0.03, 0.01, [0.03, 0.041], "differs", 0.041),
        ("<=", 0.03, 0.0, [0.01, 0.03], "agrees", 0.03),
        ("<=", 0.03, 0.0, [0.01, 0.04], "differs", 0.04),
        (">=", 0.03, 0.0, [0.03, 0.5], "agrees", 0.03),
        (">=", 0.03, 0.0, [0.02, 0.5], "differs", 0.02),
        ("=", 0.03, 0.0, [], NOT_RUN, None),
    ],
)
def test_rules(
    rule: str,
    value: float,
    slack: float,
    errors: list[float],
    verdict: str,
    measured: float | None,
) -> None:
    told = number(rule=rule, value=value, slack=slack, reason="Because.")
    frame = rows(*errors) if errors else rows(0.03, protocol="C5 coordinates")
    found = compare_counted({"E4": frame}, [told]).row(0, named=True)
    assert (found["verdict"], found["measured"]) == (verdict, measured)
    assert found["reason"] == ("Because." if verdict == "differs" else "")
    quick = compare_counted({"E4": frame}, [told], quick=True)["verdict"][0]
    assert quick == (verdict if rule == "=" or verdict == NOT_RUN else "cannot be compared")


def test_a_number_belongs_to_its_rows_only() -> None:
    frame = pl.concat(
        [rows(0.03), rows(0.9, protocol="quantum, other"), rows(0.8, n=8), rows(0.7, protocol="C5")]
    )

    def measured(told: Expected) -> float | None:
        return compare_counted({"E4": frame}, [told])["measured"][0]

    assert measured(number()) == 0.03  # a name in full goes before one that begins so
    assert measured(number(protocol="quantum, o")) == 0.9
    assert measured(number(n=8)) == 0.8
    assert measured(number(copies=5)) is None
    assert measured(number(column="accuracy", value=1.0)) == pytest.approx(0.97)
    assert compare_counted({"E5": frame}, [number()]).is_empty()


def test_numbers_that_differ_stand_together_with_their_reason() -> None:
    frame = {"E4": rows(0.5)}
    told = [number(reason="few runs"), number(rule="<=", value=0.1, reason="few runs")]
    compared = compare_counted(frame, [*told, number(column="qubits", rule="=", value=24)])
    text = readme(CountedResult("gilboa2024", False, frame, compared))
    first, second = "error 0.5 for 0.03 ± 0.01", "error 0.5 for at most 0.1"
    assert f"- **E4** (n = 6, quantum, {first}; n = 6, quantum, {second}): few runs\n" in text


def test_only_experiments_that_are_named() -> None:
    assert select_counted(["E4", "E2"]) == ["E2", "E4"]
    assert select_counted() == [f"E{k}" for k in range(1, 16)]
    with pytest.raises(EbitError, match=r"`table` must be one of E1, .* but is 'S4'"):
        select_counted(["S4"])


def test_finished_experiments_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = reproduce_counted("gilboa2024", tmp_path, tables=["E15"], quick=True)
    assert set(first.comparisons["verdict"]) == {"agrees", NOT_RUN}
    monkeypatch.setattr("ebit.communication.experiments.counting.all_reduce", None)
    again = reproduce_counted("gilboa2024", tmp_path, tables=["E15"], quick=True)
    assert again.comparisons.equals(first.comparisons)
    written = write_counted(again, tmp_path, command="ebit reproduce gilboa2024")
    assert {path.name for path in written} >= {"report.html", "README.md", "comparisons.csv"}
    text = readme(again)
    assert "**Verdict:** no advantage in any of 3 rows." in text
    assert "| n = 8, a link, C- ring | cbits | 1,792 | 1,792 | agrees |" in text
    assert "Do not cite" in text
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "9 of 21 agree" in page
    assert "parties" in page
    assert "log2" not in page  # n is no size here


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run_ebit("reproduce", "gilboa2024", "--quick", "--table", "E15", "--json", "a.json")
    assert outcome.code == 0, outcome
    assert "In all: 9 of 21 agree" in outcome.out
    assert "Limits:\n- All states are simulated." in outcome.out
    assert "Report: ebit-reproduce/gilboa2024/report.html" in outcome.out
    assert Path("a.json").stat().st_size > 1000
    assert "`runs` is not for study" in error_of("reproduce", "gilboa2024", "--runs", "3")
    assert "must be one of E1" in error_of("reproduce", "gilboa2024", "--table", "S4")
