"""Statements on the means of an item: whether they hold for measured and published ones."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from ebit.statistics import Sample, welch
from ebit.studies.points import AGREES, DIFFERS, UNKNOWN, fits
from ebit.studies.study import Filter, Item, Pattern


@dataclass(frozen=True)
class PatternResult:
    """A statement and whether it holds.

    Attributes:
        item: Name of the item.
        text: The statement.
        measured: How often it holds, in words.
        published: The same for the published means; empty if there are too few.
        verdict: `agrees` if it holds wherever it was measured, `differs` if not.
        reason: Why there is no verdict.
    """

    item: str
    text: str
    measured: str
    published: str
    verdict: str
    reason: str = ""


def check_patterns(item: Item, points: pl.DataFrame, *, quick: bool) -> list[PatternResult]:
    """The statements of an item.

    Args:
        item: The item.
        points: Its points, as `compare_points` gives them.
        quick: Whether the settings are those of a quick look.

    Returns:
        One result for each statement that can be checked with these points.
    """
    results = []
    for pattern in item.pattern:
        measured = _held(pattern, points, "measured")
        if measured is None:
            continue
        holds, words = measured
        published = _held(pattern, points, "published")
        verdict, reason = (UNKNOWN, "quick look") if quick else (AGREES if holds else DIFFERS, "")
        shown = published[1] if published is not None else ""
        results.append(PatternResult(item.name, pattern.text, words, shown, verdict, reason))
    return results


def _held(pattern: Pattern, points: pl.DataFrame, column: str) -> tuple[bool, str] | None:
    """Whether a pattern holds for a column of means, and in words; None if it has too few."""
    pairs = _pairs(pattern, points, column)
    if pattern.falls:
        return _falls(pairs) if len(pairs) > 2 else None
    if not pairs:
        return None
    held = sum(above.mean > below.mean for above, below in pairs)
    words = f"{held} of {len(pairs)}"
    errors = [welch(below, above).errors for above, below in pairs]
    farthest = max((error for error in errors if error is not None), default=0.0)
    if farthest > 0:
        words += f" (the other way by up to {farthest:.1f} standard errors)"
    return held == len(pairs), words


def _falls(pairs: list[tuple[Sample, Sample]]) -> tuple[bool, str]:
    from scipy.stats import spearmanr

    baselines = [below.mean for _, below in pairs]
    gains = [above.mean - below.mean for above, below in pairs]
    correlation = float(spearmanr(baselines, gains).statistic)
    return correlation < 0, f"rank correlation {correlation:+.2f}"


def _pairs(pattern: Pattern, points: pl.DataFrame, column: str) -> list[tuple[Sample, Sample]]:
    """The means above and below for every combination of the columns of a pattern."""
    known = points.drop_nulls(column)
    groups: list[dict[str, Any]] = known.select(pattern.each).unique(maintain_order=True).to_dicts()
    pairs = []
    for group in groups if pattern.each else [{}]:
        above = _sample({**group, **pattern.above}, known, column)
        below = _sample({**group, **pattern.below}, known, column)
        if above is not None and below is not None:
            pairs.append((above, below))
    return pairs


def _sample(where: Filter, points: pl.DataFrame, column: str) -> Sample | None:
    found = [row for row in points.iter_rows(named=True) if fits(where, row)]
    if len(found) != 1:
        return None
    mean, std, runs = (found[0][name] for name in (column, f"{column}_std", f"{column}_runs"))
    return Sample(mean, 0.0, 1) if std is None else Sample(mean, std, runs)
