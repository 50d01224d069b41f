"""Rows: what a task produced, one flat row per run, and their summary."""

from dataclasses import replace

import polars as pl

from ebit import checks
from ebit.accuracies import shots_of_columns
from ebit.errors import EbitError
from ebit.learning import Fit
from ebit.models import Model
from ebit.resources import further_units
from ebit.results.columns import COLUMNS, UNITS, Column, Run, shots_columns, unit_columns
from ebit.results.provenance import Provenance, provenance
from ebit.results.task import Task


def rows_of(task: Task, model: Model, fit: Fit, made: Provenance | None = None) -> pl.DataFrame:
    """One row per run of a finished task.

    Args:
        task: The task.
        model: Its model.
        fit: What the training produced.
        made: Where it was computed; by default here and now.

    Returns:
        Rows with the columns of `COLUMNS`, two more for every unit that an inference uses up, and
        the accuracy at the shots of the loss where `COLUMNS` has not their number.
    """
    if made is None:
        made = provenance_of(fit)
    units, shots = list(model.consumption.amounts), fit.validation_accuracy_at_shots
    columns = [*COLUMNS, *shots_columns(shots), *unit_columns(units)]
    runs = [Run(task, model, fit, number, made) for number in range(task.training.runs)]
    return pl.DataFrame(
        [{column.name: column.value(run) for column in columns} for run in runs],
        schema={column.name: column.dtype for column in columns},
    )


def provenance_of(fit: Fit) -> Provenance:
    """Where a training that has just ended was computed."""
    return provenance(fit.precision, fit.train_rows, fit.validation_rows)


@checks.takes(rows=checks.frame)
def completed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with all columns: what earlier versions did not write is filled in.

    Args:
        rows: Rows of any version and any resources.

    Returns:
        The same rows; a unit that only some resources use up is 0 for the others.
    """
    known = [*COLUMNS, *unit_columns(UNITS)]
    further = [replace(column, missing=0) for column in unit_columns(further_units(rows.columns))]
    return rows.with_columns(_filled(rows, column) for column in (*known, *further))


def _filled(rows: pl.DataFrame, column: Column) -> pl.Expr:
    if column.name not in rows.columns:
        return pl.lit(column.missing, column.dtype).alias(column.name)
    found = pl.col(column.name)
    return found if column.missing is None else found.fill_null(column.missing)


def summarize(rows: pl.DataFrame) -> pl.DataFrame:
    """Mean and sample standard deviation over the runs of each task.

    Tasks that differ in the split of one file and the seed only are one line, with the runs of all
    splits.

    Args:
        rows: Rows of any number of tasks.

    Returns:
        One row per task, in the order of first appearance, with the number of `runs` and of
        `splits`; the standard deviation of one run is 0.
    """
    checks.instance(pl.DataFrame, "rows of tasks, as ebit.train returns them")("rows", rows)
    if missing := {"task", "data"} - set(rows.columns):
        raise EbitError(
            f"Argument `rows` has no column {sorted(missing)[0]!r}: use what ebit.train returns."
        )
    rows = completed(rows)
    further = shots_columns(shots_of_columns(rows.columns))
    columns = [*COLUMNS, *further, *unit_columns([*UNITS, *further_units(rows.columns)])]
    measured = [column.name for column in columns if column.role == "measured"]
    kept = [column.name for column in columns if column.role in ("setting", "same")]
    same = ["data", *[c.name for c in columns if c.role == "setting" and c.name != "seed"]]
    task = pl.when(pl.col("split").is_null()).then(pl.col("task")).alias("_task")
    many = pl.col("task").n_unique() > 1
    shares = [(pl.col(name) / pl.len().over("task")).alias(f"_{name}") for name in _TIMES]
    summary = (
        rows.with_columns(*shares)
        .group_by(task, *same, maintain_order=True)
        .agg(
            *[pl.col(name).first() for name in kept if name not in (*same, *_TIMES)],
            *[
                pl.when(many)
                .then(pl.col(f"_{name}").sum())
                .otherwise(pl.col(name).first())
                .alias(name)
                for name in _TIMES
            ],
            *[pl.col(name).mean().alias(f"{name}_mean") for name in measured],
            *[
                pl.when(pl.col(name).count() > 0)
                .then(pl.col(name).std().fill_null(0.0))
                .alias(f"{name}_std")
                for name in measured
            ],
            pl.len().alias("runs"),
            pl.col("split").n_unique().alias("splits"),
        )
    )
    return summary.select(*kept, pl.exclude("_task", *kept))


_TIMES = ("seconds", "compile_seconds")
"""What every run of a task repeats: of several tasks they add up."""
