"""Statements on means: where they hold and where they do not."""

from typing import Any

import polars as pl
import pytest

from ebit.studies.patterns import check_patterns
from ebit.studies.points import AGREES, DIFFERS, UNKNOWN
from ebit.studies.study import Pattern
from studies.test_points import item

ABOVE: dict[str, Any] = {"above": {"resource": "bell:1"}, "below": {"resource": "none"}}


def points(none: list[float], bell: list[float]) -> pl.DataFrame:
    count = len(none)
    return pl.DataFrame(
        {
            "resource": ["none"] * count + ["bell:1"] * count,
            "depth": [*range(count), *range(count)],
            "measured": [*none, *bell],
            "measured_std": 0.01,
            "measured_runs": 2,
            "published": [0.5] * count + [0.6] * count,
            "published_std": None,
            "published_runs": 1,
        }
    )


@pytest.mark.parametrize(
    ("bell", "words", "verdict"),
    [
        ([0.8, 0.9], "2 of 2", AGREES),
        ([0.8, 0.6], "1 of 2 (the other way by up to 10.0 standard errors)", DIFFERS),
    ],
)
def test_above(bell: list[float], words: str, verdict: str) -> None:
    settings = item(pattern=[Pattern(text="T", each=("depth",), **ABOVE)])
    (result,) = check_patterns(settings, points([0.7, 0.7], bell), quick=False)
    assert (result.measured, result.published, result.verdict) == (words, "2 of 2", verdict)


@pytest.mark.parametrize(
    ("none", "verdict"), [([0.7, 0.8, 0.85], AGREES), ([0.7, 0.6, 0.1], DIFFERS)]
)
def test_falls(none: list[float], verdict: str) -> None:
    settings = item(pattern=[Pattern(text="T", each=("depth",), falls=True, **ABOVE)])
    table = points(none, [0.9, 0.91, 0.89] if verdict == AGREES else [0.9, 0.7, 0.15])
    (result,) = check_patterns(settings, table.with_columns(published=None), quick=False)
    assert result.verdict == verdict
    assert result.published == ""


def test_no_verdict_without_points_or_in_a_quick_look() -> None:
    settings = item(pattern=[Pattern(text="T", each=("depth",), **ABOVE)])
    table = points([0.7], [0.8])
    assert check_patterns(settings, table.filter(resource="none"), quick=False) == []
    (result,) = check_patterns(settings, table, quick=True)
    assert (result.verdict, result.reason) == (UNKNOWN, "quick look")
