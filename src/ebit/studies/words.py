"""Numbers and names of a study in words, the same on the terminal, in the report and in files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ebit.studies.patterns import PatternResult
from ebit.studies.points import AGREES, DIFFERS, ERRORS, NOTHING, UNKNOWN
from ebit.studies.questions import (
    AS_PREDICTED,
    NOT_AS_PREDICTED,
    QUICK,
    Answer,
    mean_and_std,
    samples,
)
from ebit.studies.run import ItemResult, StudyResult
from ebit.studies.study import Item, Study

RULE = (
    f"Two means agree if they differ by at most {ERRORS:g} standard errors of the difference "
    "(Welch); this was fixed before anything was measured. A published number without a standard "
    "deviation counts as one run with the spread of ours. Whole numbers (ranks) and numbers "
    "without any spread must be equal. Mean ± sample standard deviation over the runs."
)
"""The rule behind the verdicts."""

OWN_RULE = (
    "Differences are taken data set by data set, each the mean over its runs; on a single data set "
    "runs are compared, unpaired. Of several resources the one with the highest mean is named. "
    "Intervals and p-values are adjusted for all pairs of resources of all questions of a table "
    "(Holm), so the best one may be picked; two are told apart if p is below 0.05. Mean ± sample "
    "standard deviation over the data sets, or over the runs of a single one."
)
"""The rule of a study of our own."""

_MEASURES = {
    "validation_accuracy_1_shot": "1 shot",
    "validation_accuracy_10_shots": "10 shots",
    "validation_accuracy_100_shots": "100 shots",
    "validation_accuracy_1000_shots": "1000 shots",
    "validation_accuracy_10000_shots": "10 000 shots",
    "validation_accuracy": "infinitely many",
    "success_probability": "success probability",
}
"""Columns that are compared, in words."""

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


def rule(study: Study) -> str:
    """The rules behind the verdicts of a study."""
    if study.is_own:
        return OWN_RULE
    asks = any(item.question for item in study.item)
    return f"{RULE} Questions: {OWN_RULE}" if asks else RULE


def outcome(result: ItemResult) -> str:
    """How many numbers agree, or how many predictions hold."""
    if not result.item.question:
        return counts(result.points)
    verdicts = [answer.verdict for answer in result.answers]
    if verdicts and all(verdict == QUICK for verdict in verdicts):
        return f"{len(verdicts)} difference{'s' * (len(verdicts) > 1)}, {QUICK}"
    held = sum(verdict.endswith(f", {AS_PREDICTED}") for verdict in verdicts)
    failed = sum(verdict.endswith(NOT_AS_PREDICTED) for verdict in verdicts)
    apart = sum(verdict.startswith(("above", "below")) for verdict in verdicts)
    told = f"{apart} of {len(verdicts)} differences told apart"
    return f"{told}; {held} of {held + failed} as predicted" if held + failed else told


def mean_titles(item: Item) -> list[str]:
    """Titles of the table of means of a study of our own."""
    return ["resource", "parameters", *(_MEASURES[name] for name in _measures(item))]


def mean_lines(result: ItemResult) -> list[list[str]]:
    """Lines of that table: what every resource reaches."""
    rows = result.rows
    found = {name: samples(rows, name) for name in _measures(result.item)}
    parameters = dict(rows.select("resource", "num_parameters").iter_rows())
    return [
        [resource, str(count)]
        + [_mean(values[resource]) if resource in values else "-" for values in found.values()]
        for resource, count in parameters.items()
    ]


def answer_cells(answer: Answer) -> list[str]:
    """Cells of an answer: what is compared, difference with interval, how often, verdict."""
    return [
        _MEASURES[answer.measure],
        f"{answer.first} \N{MINUS SIGN} {answer.second}",
        str(answer.gap),
        f"{answer.above} of {answer.number}",
        answer.verdict,
    ]


ANSWER_TITLES = ("read off", "difference", "mean (95% interval)", "above 0 on", "verdict")
"""Titles of the cells of an answer."""

ANSWER_TEXTS = ("difference", "verdict")
"""Those of them, after the first, that are no numbers."""


def left_out(result: StudyResult) -> list[Item]:
    """Items of the study that were not computed."""
    done = {item.item.name for item in result.items}
    return [item for item in result.plan.study.item if item.name not in done]


def _measures(item: Item) -> list[str]:
    """All columns that an item asks for, few shots first."""
    asked = {name for question in item.question for name in question.measures}
    return [name for name in _MEASURES if name in asked]


def _mean(values: Sequence[float]) -> str:
    mean, std = mean_and_std(values)
    return f"{mean:.3f}" if std is None else f"{mean:.3f} ± {std:.3f}"


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
    if result.plan.study.is_own:
        return ""
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
    if plan.study.is_own:
        used, all_sets = len(result.sets.sources), plan.study.sets.count
        text = f"{used} of the {all_sets} generated data sets of the study"
        return f"{text}: `--sets {used}`." if used < all_sets else f"{text}."
    return ""
