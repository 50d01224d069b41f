"""What the report says about each resource, computed from the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ebit.errors import EbitError
from ebit.plots.rows import statistics
from ebit.resources.consumption import NOTHING, further_units

_SAME_IN_A_RESOURCE = (
    "qubits",
    "depth",
    "mixing",
    "readout",
    "pooling",
    "loss",
    "steps",
    "batch_size",
    "learning_rate",
    "num_parameters",
    "ebits_per_inference",
    "bits_per_inference",
    "nonlocal_gates_per_inference",
    "rounds_per_inference",
)


@dataclass(frozen=True)
class ResourceSummary:
    """One line of the summary table; a value that the rows do not hold is None.

    ``mean`` and ``std`` are those of the validation accuracy (0 to 1; ddof 1, 0 for one run),
    amounts are what an inference costs by unit, times are wall times in seconds of all runs
    together.
    """

    resource: str
    mean: float
    std: float
    runs: int
    parameters: float | None
    amounts: Mapping[str, float | None]
    seconds: float | None
    compile_seconds: float | None


def summarize(rows: pl.DataFrame, *, are_shares: bool = True) -> list[ResourceSummary]:
    """Summary of every resource in the fixed order.

    Args:
        rows: Result rows, one a run, with at least resource and validation_accuracy.
        are_shares: Whether these are between 0 and 1, as R^2 is not.

    Returns:
        One summary a resource.

    Raises:
        EbitError: The rows lack a column, repeat a run, or mix data sets or settings.

    Example:
        >>> import polars as pl
        >>> from ebit.report.summary import summarize
        >>> rows = pl.DataFrame({"resource": ["none", "none"], "validation_accuracy": [0.8, 0.9],
        ...                      "ebits_per_inference": [0, 0]})
        >>> line, = summarize(rows)
        >>> line.runs, line.amounts["ebits"], line.seconds
        (2, 0.0, None)
    """
    data = statistics(rows, "validation_accuracy")
    if are_shares:
        _check_accuracies(rows)
    _check_repeated_runs(rows)
    _check_settings(rows)
    further = further_units(rows.columns)
    summaries = []
    for group in data.iter_rows(named=True):
        own = rows.filter(pl.col("resource") == group["resource"])
        summary = ResourceSummary(
            **group,
            parameters=_first(own, "num_parameters"),
            amounts={
                **{unit: _first(own, f"{unit}_per_inference") for unit in NOTHING.amounts},
                **{unit: _further(own, unit) for unit in further},
            },
            seconds=_total(own, "seconds"),
            compile_seconds=_total(own, "compile_seconds"),
        )
        summaries.append(summary)
    return summaries


def find(summaries: Sequence[ResourceSummary], resource: str) -> ResourceSummary | None:
    """The summary of one resource, or None.

    Args:
        summaries: Summaries of all resources.
        resource: The one to look for.

    Returns:
        Its summary, if it is there.

    Example:
        >>> from ebit.report.summary import find
        >>> find([], "none") is None
        True
    """
    return next((summary for summary in summaries if summary.resource == resource), None)


def _first(rows: pl.DataFrame, column: str) -> float | None:
    value = rows[column].first() if column in rows.columns else None
    return None if value is None else float(str(value))


def _further(rows: pl.DataFrame, unit: str) -> float | None:
    """What an inference costs in a further unit: 0 where only the others are told."""
    if _first(rows, "ebits_per_inference") is None:
        return None
    return _first(rows, f"{unit}_per_inference") or 0.0


def _total(rows: pl.DataFrame, column: str) -> float | None:
    """Sum over the tasks of a value that every run of a task repeats."""
    if column not in rows.columns or rows[column].null_count():
        return None
    tasks = rows.unique("task") if "task" in rows.columns else rows.head(1)
    return float(tasks[column].cast(pl.Float64).sum())


def _check_accuracies(rows: pl.DataFrame) -> None:
    wrong = rows.filter(~pl.col("validation_accuracy").is_between(0, 1))
    if wrong.height:
        raise EbitError(
            "Argument `rows` must have a `validation_accuracy` between 0 and 1, but a run of "
            f"{wrong['resource'][0]} has {wrong['validation_accuracy'][0]}; give it as a fraction."
        )


def _check_repeated_runs(rows: pl.DataFrame) -> None:
    if not {"task", "run"} <= set(rows.columns):
        return
    repeated = rows.filter(pl.struct("task", "run").is_duplicated())
    if repeated.height:
        raise EbitError(
            f"Argument `rows` must hold every run once, but run {repeated['run'][0]} of task "
            f'{repeated["task"][0]} is there twice; use rows.unique(["task", "run"]).'
        )


def _check_settings(rows: pl.DataFrame) -> None:
    if "data" in rows.columns and rows["data"].n_unique() > 1:
        raise EbitError(
            f"Argument `rows` must be of one data set, but has `data` {_some(rows['data'])}; "
            "filter the rows first."
        )
    for column in _SAME_IN_A_RESOURCE:
        if column not in rows.columns:
            continue
        for (resource,), own in rows.group_by("resource", maintain_order=True):
            if own[column].n_unique() > 1:
                raise EbitError(
                    f"Argument `rows` must have one setting a resource, but {resource} has "
                    f"`{column}` {_some(own[column])}; filter the rows first."
                )


def _some(values: pl.Series) -> str:
    return ", ".join(str(value) for value in values.unique(maintain_order=True)[:3])
