"""Numbers and names of a study in words, the same on the terminal, in the report and in files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ebit.studies.patterns import PatternResult
from ebit.studies.points import AGREES, DIFFERS, ERRORS, NOTHING, UNKNOWN
from ebit.studies.run import StudyResult
from ebit.studies.study import Item

RULE = (
    f"Two means agree if they differ by at most {ERRORS:g} standard errors of the difference "
    "(Welch); this was fixed before anything was measured. A published number without a standard "
    "deviation counts as one run with the spread of ours. Whole numbers (ranks) and numbers "
    "without any spread must be equal. Mean ± sample standard deviation over the runs."
)
"""The rule behind the verdicts."""

_PLAIN = ("set", "data", "resource", "loss", "pooling")
"""Keys whose values need no name."""


def entry(keys: Sequence[str], row: Mapping[str, Any]) -> str:
    """What a number belongs to, such as "bell:1, depth 20"."""
    return ", ".join(str(row[name]) if name in _PLAIN else f"{name} {row[name]}" for name in keys)


def number(item: Item, row: Mapping[str, Any], side: str) -> str:
    """A mean with its standard deviation; a dash where there is none."""
    mean, std = row[side], row[f"{side}_std"]
    if mean is None:
        return "-"
    digits = 0 if item.exact else item.digits
    return f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f} ± {std:.{digits}f}"


def difference(item: Item, row: Mapping[str, Any]) -> str:
    """Measured minus published."""
    digits = 0 if item.exact else item.digits
    return "-" if row["difference"] is None else f"{row['difference']:+.{digits}f}"


def errors(row: Mapping[str, Any]) -> str:
    """The difference in standard errors."""
    value = row["standard_errors"]
    return "-" if value is None else f"{value:+.1f}"


def cells(item: Item, keys: Sequence[str], row: Mapping[str, Any]) -> list[str]:
    """A line of a table: what it is, published, measured, difference, in standard errors."""
    return [
        entry(keys, row),
        number(item, row, "published"),
        number(item, row, "measured"),
        difference(item, row),
        errors(row),
    ]


def verdict(row: Mapping[str, Any]) -> str:
    """Verdict with its reason."""
    return f"{row['verdict']}: {row['reason']}" if row["reason"] else str(row["verdict"])


def pattern(result: PatternResult) -> str:
    """How often a statement holds, and its verdict."""
    published = f", published {result.published}" if result.published else ""
    reason = f" ({result.reason})" if result.reason else ""
    return f"Measured {result.measured}{published}: {result.verdict}{reason}."


def compared(points: pl.DataFrame) -> pl.DataFrame:
    """The points for which something is published."""
    return points.filter(pl.col("reason") != NOTHING)


def counts(points: pl.DataFrame) -> str:
    """How many numbers agree, such as "300 of 300 agree"."""
    shown = compared(points)
    if shown.is_empty():
        return "nothing published to compare with"
    number_of = Counter(shown["verdict"])
    parts = [f"{number_of[AGREES]} of {shown.height} agree"]
    if number_of[DIFFERS]:
        parts.append(f"{number_of[DIFFERS]} {'differs' if number_of[DIFFERS] == 1 else 'differ'}")
    if number_of[UNKNOWN]:
        reasons = shown.filter(verdict=UNKNOWN)["reason"].unique(maintain_order=True)
        parts.append(f"{number_of[UNKNOWN]} cannot be compared ({'; '.join(reasons)})")
    return ", ".join(parts[1:] if number_of[UNKNOWN] == shown.height else parts)


def times(result: StudyResult) -> str:
    """How long the computations took, all of them one after the other."""
    seconds = {
        row["task"]: row["seconds"] + (row.get("compile_seconds") or 0.0)
        for item in result.items
        for row in item.rows.select(pl.col("^(task|seconds|compile_seconds)$")).iter_rows(
            named=True
        )
    }
    return (
        f"{len(seconds)} computations took {sum(seconds.values()) / 60:.1f} minutes, compilation "
        "included."
    )


def chance(result: StudyResult) -> str:
    """What the number of comparisons means for single differences."""
    points = result.comparisons
    tests = points.filter(pl.col("holm_p_value").is_not_null())
    if tests.is_empty():
        return "No difference was tested."
    far = tests.filter(pl.col("standard_errors").abs() > 2).height
    least = float(tests["holm_p_value"].min())  # type: ignore[arg-type]
    return (
        f"{tests.height} differences were tested. About {0.05 * tests.height:.1f} of them are "
        f"expected beyond 2 standard errors by chance; {far} "
        f"{'is' if far == 1 else 'are'}. Smallest p-value after Holm's correction: {least:.2g}."
    )


def sets(result: StudyResult) -> str:
    """Which data sets were chosen or stand in for those of the paper; empty if none do."""
    plan = result.plan
    if plan.choice is not None:
        names = ", ".join(f"{name} = {source}" for name, source in result.sets.chosen.items())
        return f"Data sets chosen by the accuracy of {plan.choice.resource} alone: {names}."
    if plan.study.sets.takes_files:
        return f"Data sets: {', '.join(Path(source).name for source in result.sets.sources)}."
    return ""
