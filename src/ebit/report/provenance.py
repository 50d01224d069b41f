"""How the numbers of the report were obtained: settings, versions, command, method, tasks."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import polars as pl

from ebit.accuracies import has_numbers
from ebit.plots.resources import sort_resources
from ebit.version import __version__ as ebit_version

_PACKAGES = ("jax", "jaxlib", "optax", "numpy", "polars", "matplotlib")
_SETTING_COLUMNS = {
    "data": "data",
    "qubits": "qubits per QPU",
    "depth": "depth",
    "mixing": "mixing layers",
    "readout": "read-out",
    "pooling": "pooling",
    "loss": "loss",
    "shots_per_label": "shots per label",
    "steps": "training steps",
    "batch_size": "batch size (samples)",
    "learning_rate": "learning rate",
    "seed": "seed",
    "noise": "noise",
}
_ORIGIN_COLUMNS = {
    "ebit_version": "ebit",
    "jax_version": "JAX",
    "python_version": "Python",
    "git_commit": "git commit",
    "device": "device",
    "precision": "precision",
    "created_at": "computed at",
    "train_rows": "training rows",
    "validation_rows": "validation rows",
}
_LABELS = (
    "Validation accuracy is the fraction of validation samples whose label is predicted right "
    "after the last training step."
)
_NUMBERS = (
    "Validation R² is the share of the variance of the validation samples that is explained after "
    "the last training step."
)
_METHOD = (
    "Runs of a resource differ in their random numbers only; all share one data set. Standard "
    "deviations and intervals therefore tell nothing about other data sets.",
    "The recommended resource is picked by the same validation samples that are shown, so its "
    "value is slightly optimistic; check it on data that were not used here.",
    "Ebits, bits, non-local gates and rounds are those of running the circuits once on one "
    "sample, without the final read-out that every resource needs; estimating a probability takes "
    "many such shots, and each has this cost.",
)


@dataclass(frozen=True)
class Made:
    """How the numbers of a page were obtained.

    Attributes:
        method: Sentences.
        command: The command line that makes them again.
        facts: Tables of names and values by their heading.
        tasks: Hashes of the experiments, under which their results are stored, by name.
        versions: Versions of ebit and of what it computes with.
    """

    method: Sequence[str] = ()
    command: str = ""
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tasks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=lambda: versions())


def made_from(
    rows: pl.DataFrame, settings: Mapping[str, object], method: Sequence[str] = ()
) -> Made:
    """Settings, versions, command, method and tasks of result rows.

    Args:
        rows: Result rows, one a run.
        settings: What produced the rows, by name; ``command`` is set apart.
        method: Sentences on the method besides those of every report.

    Returns:
        How the numbers were obtained.

    Example:
        >>> import polars as pl
        >>> from ebit.report.provenance import made_from
        >>> rows = pl.DataFrame({"resource": ["none"], "depth": [20]})
        >>> made_from(rows, {"command": "ebit compare"}).facts
        {'Settings': {'depth': '20'}}
    """
    given = {name: str(value) for name, value in settings.items() if name != "command"}
    facts = {
        "Settings": _row_values(rows, _SETTING_COLUMNS, set(given)) | given,
        "Where the results were computed": _row_values(rows, _ORIGIN_COLUMNS, set(given)),
    }
    return Made(
        method=(_NUMBERS if has_numbers(rows) else _LABELS, *_METHOD, *method),
        command=str(settings.get("command", "")),
        facts={heading: pairs for heading, pairs in facts.items() if pairs},
        tasks=_tasks(rows) if "task" in rows.columns else {},
    )


def _tasks(rows: pl.DataFrame) -> dict[str, list[str]]:
    """Hashes of the tasks, under which their results are stored, by resource."""
    return {
        resource: rows.filter(pl.col("resource") == resource)["task"].unique().sort().to_list()
        for resource in sort_resources(rows["resource"])
    }


def _row_values(rows: pl.DataFrame, columns: Mapping[str, str], given: set[str]) -> dict[str, str]:
    """Values of columns that the rows hold and the caller did not give."""
    return {
        name: _times(rows[column]) if column == "created_at" else _value_of_most(rows, column)
        for column, name in columns.items()
        if column not in given and column in rows.columns
    }


def _value_of_most(rows: pl.DataFrame, column: str) -> str:
    """The value that most resources have, then others and whose they are."""
    values: dict[str, list[str]] = {}
    for resource in sort_resources(rows["resource"]):
        own = rows.filter(pl.col("resource") == resource)[column].drop_nulls()
        text = ", ".join(str(value) for value in own.unique(maintain_order=True))
        values.setdefault(text or "—", []).append(resource)
    first, *others = sorted(values, key=lambda text: -len(values[text]))
    return "; ".join([first, *(f"{text} for {', '.join(values[text])}" for text in others)])


def _times(column: pl.Series) -> str:
    """The first and the last of several times."""
    times = column.drop_nulls().unique().sort().to_list()
    return " to ".join(str(time) for time in dict.fromkeys([*times[:1], *times[-1:]])) or "—"


def versions() -> dict[str, str]:
    """Versions of ebit and of what it computes with, by name."""
    found = {"Python": platform.python_version(), "ebit": ebit_version}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
