"""Measured means beside published ones, with the difference, its error and a verdict."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from ebit.results import SweepTask
from ebit.statistics import Difference, Sample, against_number, holm, welch
from ebit.studies.sets import Sets
from ebit.studies.study import Filter, Item

ERRORS = 3.0
"""Up to so many standard errors of the difference two means agree."""

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "cannot be compared"

NOTHING = "nothing published"
"""The reason where the paper has no number."""

_COMPARED = {
    "measured": pl.Float64,
    "measured_std": pl.Float64,
    "measured_runs": pl.Int64,
    "published": pl.Float64,
    "published_std": pl.Float64,
    "published_runs": pl.Int64,
    "difference": pl.Float64,
    "standard_error": pl.Float64,
    "standard_errors": pl.Float64,
    "interval_low": pl.Float64,
    "interval_high": pl.Float64,
    "p_value": pl.Float64,
    "verdict": pl.String,
    "reason": pl.String,
}


def labelled(rows: pl.DataFrame, tasks: list[SweepTask], sets: Sets) -> pl.DataFrame:
    """Rows of some tasks with the columns `set`, `is_file` and `concurrence`.

    Args:
        rows: Rows of these and other tasks.
        tasks: The tasks.
        sets: Names of data sets.

    Returns:
        The rows in the order of the tasks.
    """
    names = pl.DataFrame(
        {
            "task": [task.task.hash for task in tasks],
            "set": [_set_name(task, sets) for task in tasks],
            "is_file": [sets.are_files] * len(tasks),
        }
    )
    concurrence = pl.col("resource").str.extract(r"concurrence=([0-9.]+)").cast(pl.Float64)
    joined = names.join(rows, on="task", how="inner", maintain_order="left_right")
    return joined.with_columns(concurrence=concurrence.fill_null(1.0))


def _set_name(task: SweepTask, sets: Sets) -> str:
    label = sets.label(task.source.source)
    return task.task.data if label == task.source.source else label


def compare_points(
    item: Item, rows: pl.DataFrame, published: pl.DataFrame, *, quick: bool
) -> pl.DataFrame:
    """One row for each combination of the keys of an item, in the order of the rows.

    Args:
        item: The item.
        rows: Its rows, one a run.
        published: Published numbers, as `published_numbers` gives them.
        quick: Whether the settings are those of a quick look.

    Returns:
        The keys; mean, standard deviation (null for one run) and number of runs of both sides;
        the difference (measured minus published), its standard error, the difference in standard
        errors, its 95% interval and p-value (Welch); verdict and reason.
    """
    scale = 100.0 if item.percent else 1.0
    value = pl.col(item.measure).cast(pl.Float64) * scale
    measured = rows.group_by(item.keys, maintain_order=True).agg(
        measured=value.mean(),
        measured_std=value.std(),
        measured_runs=pl.len().cast(pl.Int64),
        is_file=pl.col("is_file").first(),
    )
    keys = [name for name in published.columns if name in item.keys]
    table = (
        _unpublished(measured)
        if published.is_empty()
        else measured.join(published, on=keys, how="left", maintain_order="left")
    )
    compared = [_compare(item, row, quick=quick) for row in table.iter_rows(named=True)]
    schema = {name: table.schema[name] for name in item.keys} | _COMPARED
    return pl.DataFrame(compared, schema=schema)


def _unpublished(measured: pl.DataFrame) -> pl.DataFrame:
    empty = {"published": pl.Float64, "published_std": pl.Float64, "published_runs": pl.Int64}
    return measured.with_columns(**{name: pl.lit(None, kind) for name, kind in empty.items()})


def _compare(item: Item, row: Mapping[str, Any], *, quick: bool) -> dict[str, Any]:
    difference = _difference(item, row)
    verdict, reason = _verdict(item, row, difference, quick=quick)
    low, high = (difference and difference.interval()) or (None, None)
    return {
        **{name: row[name] for name in (*item.keys, *_COMPARED) if name in row},
        "difference": difference and difference.value,
        "standard_error": difference and difference.standard_error,
        "standard_errors": difference and difference.errors,
        "interval_low": low,
        "interval_high": high,
        "p_value": difference and difference.p_value,
        "verdict": verdict,
        "reason": reason,
    }


def _difference(item: Item, row: Mapping[str, Any]) -> Difference | None:
    """Measured minus published; None where nothing is published."""
    if row["published"] is None:
        return None
    if item.exact:
        return Difference(row["measured"] - row["published"], 0.0)
    measured = Sample(row["measured"], row["measured_std"] or 0.0, row["measured_runs"])
    if row["published_std"] is None:
        return against_number(row["published"], measured)
    return welch(measured, Sample(row["published"], row["published_std"], row["published_runs"]))


def _verdict(
    item: Item, row: Mapping[str, Any], difference: Difference | None, *, quick: bool
) -> tuple[str, str]:
    if difference is None:
        return UNKNOWN, NOTHING
    if quick:
        return UNKNOWN, "quick look"
    if item.not_comparable is not None and not (item.reads_files and row["is_file"]):
        return UNKNOWN, item.not_comparable
    if difference.standard_error is None:
        return UNKNOWN, "a single run has no standard error"
    if abs(difference.value) <= ERRORS * difference.standard_error + 1e-9:
        return AGREES, ""
    reasons = [reason.text for reason in item.reason if fits(reason.where, row)]
    return DIFFERS, " ".join(reasons)


def fits(where: Filter, row: Mapping[str, Any]) -> bool:
    """Whether a row has the wanted values."""
    return all(row.get(name) == value for name, value in where.items())


def add_holm(points: pl.DataFrame) -> pl.DataFrame:
    """P-values adjusted for the number of tests among the points that are compared.

    Args:
        points: Points of all items.

    Returns:
        The points with the column `holm_p_value`, null where there is no test.
    """
    tested = [
        number
        for number, (verdict, p) in enumerate(points.select("verdict", "p_value").iter_rows())
        if verdict != UNKNOWN and p is not None
    ]
    adjusted: list[float | None] = [None] * points.height
    for number, p in zip(tested, holm(points["p_value"][tested].to_list()), strict=True):
        adjusted[number] = p
    return points.with_columns(pl.Series("holm_p_value", adjusted, pl.Float64))
