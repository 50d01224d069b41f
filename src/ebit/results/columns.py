"""The one table of columns: rows, summaries and the page about them are made from it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Literal

import numpy as np
import polars as pl

from ebit.accuracies import accuracy_column
from ebit.learning import SHOTS, Fit, TrainingSettings
from ebit.models import DistributedQCNN, Model, ModelSettings
from ebit.physics import Noise
from ebit.resources import Usage
from ebit.results.provenance import Provenance
from ebit.results.task import Task
from ebit.settings import Settings, Since, kind_of, mark

Role = Literal["setting", "same", "run", "measured", "curve"]
"""What a summary makes of a column: settings and what is the same in all runs of a task are kept,
what was measured gets a mean and a standard deviation, the number of the run and curves are left
out."""


@dataclass(frozen=True)
class Run:
    """One run of a finished training: what its row is made from.

    Attributes:
        task: The task.
        model: Its model.
        fit: What the training of all runs produced.
        number: Which run.
        made: Where it was computed.
    """

    task: Task
    model: Model
    fit: Fit
    number: int
    made: Provenance

    @property
    def spent(self) -> Usage:
        """What the training of one run used up."""
        return training_ledger(self.task, self.model)


@dataclass(frozen=True)
class Column:
    """One column of the rows of trainings.

    Attributes:
        name: Its name; a unit stands in it.
        dtype: Its type in a data frame.
        meaning: What it holds, for the page about rows.
        value: What it holds for a run.
        role: What a summary makes of it.
        since: The day on which it came, if it is not one of the first columns.
        missing: What stands for it in rows from before that day.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    value: Callable[[Run], Any]
    role: Role = "same"
    since: str | None = None
    missing: Any = None


def training_ledger(task: Task, model: Model) -> Usage:
    """What one run of a training uses up: one inference per step and row of the minibatch.

    An exact simulation needs no more. On hardware a gradient takes many shots of many circuits, see
    `ebit.shots.shot_cost`.

    Args:
        task: The task.
        model: Its model.

    Returns:
        The usage of one run.

    Example:
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> task = Task(model=ModelSettings(resource="bell:2"), data="d", fingerprint="",
        ...             training=TrainingSettings(steps=10, batch_size=8))
        >>> training_ledger(task, task.model.build()).ebits
        160
    """
    training = task.training
    return Usage.of(model.consumption, training.steps * training.batch_size)


def _setting(part: str, settings: type[Settings], name: str) -> Column:
    field = settings.model_fields[name]
    later = mark(field, Since)
    kind, read = kind_of(field.annotation), attrgetter(f"task.{part}.{name}")
    meaning = str(field.description).rstrip(".")
    if kind is Noise:
        meaning += "; the numbers that are not 0, as JSON"
    return Column(
        name,
        _TYPES[kind],
        meaning[0].lower() + meaning[1:],
        (lambda run: in_words(read(run))) if kind is Noise else read,
        "setting",
        None if later is None else later.day,
        None if later is None else field.default,
    )


def in_words(noise: Noise | None) -> str | None:
    """The numbers of the noise that are not at their defaults, as JSON; None without noise."""
    return None if noise is None else json.dumps(noise.changed)


def _of_edges(model: Model) -> str | None:
    """Amounts that are not 0 by edge and unit, as JSON; None for two QPUs."""
    if not isinstance(model, DistributedQCNN) or model.qpus == 2:
        return None
    return json.dumps(
        {
            edge: {unit: amount for unit, amount in own.amounts.items() if amount}
            for edge, own in model.consumption_of_edges.items()
        }
    )


def _of_fit(name: str) -> Callable[[Run], float | None]:
    """A number of a run; what its targets do not have is NaN, and empty here."""

    def value(run: Run) -> float | None:
        found = float(getattr(run.fit, name)[run.number])
        return None if np.isnan(found) else found

    return value


def _curve(name: str) -> Callable[[Run], list[float] | None]:
    """The same at every point of a curve."""

    def value(run: Run) -> list[float] | None:
        found = getattr(run.fit, name)[run.number]
        return None if np.isnan(found).all() else found.tolist()

    return value


def _success(run: Run) -> float | None:
    if run.task.training.loss != "product":
        return None
    return (1 - float(run.fit.train_loss[run.number])) / 2


def _at_shots(shots: int) -> Column:
    def value(run: Run) -> float | None:
        found = float(run.fit.validation_accuracy_at_shots[shots][run.number])
        return None if np.isnan(found) else found

    words = "1 shot" if shots == 1 else f"{shots} shots"
    return Column(
        accuracy_column(shots),
        pl.Float64,
        f"the same, expected, if every label is read off {words}; empty if nothing is measured",
        value,
        "measured",
        since="2026-11-26",
    )


_TYPES: dict[Any, type[pl.DataType]] = {
    int: pl.Int64,
    float: pl.Float64,
    str: pl.String,
    Noise: pl.String,
}

_LISTED = ("runs", "validate_every")
"""Settings that the rows themselves show."""

_SETTINGS = [
    _setting(part, settings, name)
    for part, settings in (("model", ModelSettings), ("training", TrainingSettings))
    for name in settings.model_fields
    if name not in _LISTED
]


COLUMNS: Sequence[Column] = (
    Column("task", pl.String, "hash of the task", lambda run: run.task.hash),
    replace(_SETTINGS[0], meaning="[resource](resources.md) or baseline"),
    *_SETTINGS[1:],
    Column("data", pl.String, "name of the data set", lambda run: run.task.data),
    Column(
        "fingerprint",
        pl.String,
        "hash of the data and of how their file was prepared",
        lambda run: run.task.fingerprint,
    ),
    Column(
        "split",
        pl.Int64,
        "number of the split of the file, from 0; empty if there is one only",
        lambda run: None,
        since="2026-11-26",
    ),
    Column("run", pl.Int64, "number of the run, from 0", lambda run: run.number, "run"),
    Column(
        "validation_accuracy",
        pl.Float64,
        "fraction of right labels of the validation part after the last step; empty for numbers",
        _of_fit("validation_accuracy"),
        "measured",
    ),
    *[_at_shots(shots) for shots in SHOTS],
    Column(
        "train_accuracy",
        pl.Float64,
        "fraction of right labels of the training part after the last step; empty for numbers",
        _of_fit("train_accuracy"),
        "measured",
    ),
    *[
        Column(
            f"{part}_r2",
            pl.Float64,
            f"explained share $R^2$ of the variance of the numbers of the {words} part; empty for "
            "labels",
            _of_fit(f"{part}_r2"),
            "measured",
            since="2026-11-26",
        )
        for part, words in (("validation", "validation"), ("train", "training"))
    ],
    Column(
        "train_loss",
        pl.Float64,
        "loss over the whole training part after the last step",
        _of_fit("train_loss"),
        "measured",
    ),
    Column(
        "success_probability",
        pl.Float64,
        r"$(1 - \text{loss})/2$ for the product loss, else empty",
        _success,
        "measured",
    ),
    Column(
        "seconds",
        pl.Float64,
        "wall time of the training, all runs of the task together, without compilation",
        lambda run: run.fit.seconds,
    ),
    Column(
        "compile_seconds",
        pl.Float64,
        "wall time for which the training waited for its compiled programs",
        lambda run: run.fit.compile_seconds,
    ),
    Column(
        "num_parameters", pl.Int64, "trained real numbers", lambda run: run.model.num_parameters
    ),
    Column(
        "waiting_seconds_per_inference",
        pl.Float64,
        "waiting for pairs and messages; empty without a [network](planning.md)",
        lambda run: None,
    ),
    Column(
        "inferences_training",
        pl.Int64,
        "runs of the circuits in the training of this run: one per step and row of the minibatch",
        lambda run: run.spent.inferences,
    ),
    Column(
        "edge_amounts",
        pl.String,
        "more than two QPUs: what one inference uses up on every edge, as JSON",
        lambda run: _of_edges(run.model),
        since="2026-11-26",
    ),
    *[
        Column(name, dtype, meaning, attrgetter(f"made.{name}"), since="2026-11-26")
        for name, dtype, meaning in (
            ("ebit_version", pl.String, "version of ebit that computed the row"),
            ("jax_version", pl.String, "version of JAX"),
            ("python_version", pl.String, "version of Python"),
            ("git_commit", pl.String, "commit in the working folder; empty outside of a checkout"),
            ("device", pl.String, "platform and kind of the device that JAX computed on"),
            ("precision", pl.String, "type of the amplitudes: `complex64` or `complex128`"),
            ("created_at", pl.String, "when the row was made (UTC, ISO 8601)"),
            ("train_rows", pl.Int64, "rows of the training part"),
            ("validation_rows", pl.Int64, "rows of the validation part"),
        )
    ],
    Column(
        "curve_steps",
        pl.List(pl.Int64),
        "steps at which the curves were taken",
        lambda run: run.fit.curve_steps.tolist(),
        "curve",
    ),
    Column(
        "train_loss_curve",
        pl.List(pl.Float64),
        "mean minibatch loss since the previous point",
        _curve("train_loss_curve"),
        "curve",
    ),
    Column(
        "validation_accuracy_curve",
        pl.List(pl.Float64),
        "validation accuracy at each point",
        _curve("validation_accuracy_curve"),
        "curve",
    ),
    Column(
        "validation_r2_curve",
        pl.List(pl.Float64),
        "the same for numbers: $R^2$ at each point",
        _curve("validation_r2_curve"),
        "curve",
        since="2026-11-26",
    ),
)
"""All columns of rows but those of the units."""

UNITS = ("ebits", "bits", "nonlocal_gates", "rounds")
"""Units that every row has; a resource with a unit of its own adds its columns."""


def shots_columns(shots: Iterable[int]) -> list[Column]:
    """The columns of accuracies at numbers of shots that only some rows have, in their order."""
    return [_at_shots(number) for number in shots if number not in SHOTS]


def unit_columns(units: Sequence[str]) -> list[Column]:
    """The columns of what is used up between the QPUs, two for each unit."""
    return [column for unit in units for column in _unit_columns(unit)]


def _unit_columns(unit: str) -> tuple[Column, Column]:
    return (
        Column(
            f"{unit}_per_inference",
            pl.Int64,
            "used up by one inference, see [Cost](resources.md#cost)",
            lambda run: run.model.consumption.amounts[unit],
        ),
        Column(
            f"{unit}_training",
            pl.Int64,
            "used up by the training of this run",
            lambda run: run.spent.used.amounts[unit],
        ),
    )


def columns_table() -> str:
    """The table of columns as Markdown, for the page about them.

    Example:
        >>> print(columns_table().splitlines()[2])
        | `task` | hash of the task |
    """
    columns = [*COLUMNS, *unit_columns(UNITS)]
    lines = [f"| `{column.name}` | {column.meaning} |" for column in columns]
    return "\n".join(["| Column | Meaning |", "| --- | --- |", *lines])
