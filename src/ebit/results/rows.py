"""Rows: what a task produced, one flat row per run."""

import json
from typing import Any

import polars as pl

from ebit.learning import Fit
from ebit.models import Model
from ebit.physics import Noise
from ebit.resources import Ledger
from ebit.results.task import Task

_UNKNOWN = {
    "success_probability": pl.Float64,
    "noise": pl.String,
    "shots_per_label": pl.Int64,
    "waiting_seconds_per_inference": pl.Float64,
}
"""Columns that may hold null only."""

_LATER: dict[str, type[pl.DataType]] = {
    "noise": pl.String,
    "shots_per_label": pl.Int64,
    "waiting_seconds_per_inference": pl.Float64,
    "inferences_training": pl.Int64,
    "ebits_training": pl.Int64,
    "bits_training": pl.Int64,
    "nonlocal_gates_training": pl.Int64,
    "rounds_training": pl.Int64,
}
"""Columns that came later than the first results."""


def rows_of(task: Task, model: Model, fit: Fit) -> pl.DataFrame:
    """One row per run of a finished task.

    Args:
        task: The task.
        model: Its model.
        fit: What the training produced.

    Returns:
        Rows with units in the column names; `seconds` is the wall time of the training program,
        all runs together, compilation excluded; `success_probability` is filled in for the
        product loss only. `shots_per_label` is null for exact probabilities, and
        `waiting_seconds_per_inference` is null without a network.
    """
    used = model.consumption
    training = task.training
    spent = training_ledger(task, model)
    rows: list[dict[str, Any]] = []
    for run in range(training.runs):
        loss = float(fit.train_loss[run])
        rows.append(
            {
                "task": task.hash,
                **task.model.model_dump(exclude={"noise"}),
                "noise": _in_words(task.model.noise),
                "data": task.data,
                "fingerprint": task.fingerprint,
                "loss": training.loss,
                "steps": training.steps,
                "batch_size": training.batch_size,
                "learning_rate": training.learning_rate,
                "seed": training.seed,
                "run": run,
                "validation_accuracy": float(fit.validation_accuracy[run]),
                "train_accuracy": float(fit.train_accuracy[run]),
                "train_loss": loss,
                "success_probability": (1 - loss) / 2 if training.loss == "product" else None,
                "seconds": fit.seconds,
                "compile_seconds": fit.compile_seconds,
                "num_parameters": model.num_parameters,
                **{f"{unit}_per_inference": amount for unit, amount in used.amounts.items()},
                "shots_per_label": None,
                "waiting_seconds_per_inference": None,
                "inferences_training": spent.inferences,
                **{f"{unit}_training": amount for unit, amount in spent.used.amounts.items()},
                "curve_steps": fit.curve_steps.tolist(),
                "train_loss_curve": fit.train_loss_curve[run].tolist(),
                "validation_accuracy_curve": fit.validation_accuracy_curve[run].tolist(),
            }
        )
    return pl.DataFrame(rows, schema_overrides=_UNKNOWN)


def training_ledger(task: Task, model: Model) -> Ledger:
    """What one run of a training uses up: one inference per step and row of the minibatch.

    An exact simulation needs no more. On hardware a gradient takes many shots of many circuits, see
    `ebit.shots.shot_cost`.

    Args:
        task: The task.
        model: Its model.

    Returns:
        The ledger of one run.

    Example:
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> task = Task(model=ModelSettings(resource="bell:2"), data="d", fingerprint="",
        ...             training=TrainingSettings(steps=10, batch_size=8))
        >>> training_ledger(task, task.model.build()).ebits
        160
    """
    training = task.training
    return Ledger.of(model.consumption, training.steps * training.batch_size)


def _in_words(noise: Noise | None) -> str | None:
    """The numbers that are not at their defaults, as JSON."""
    return None if noise is None else json.dumps(noise.changed)


def summarize(rows: pl.DataFrame) -> pl.DataFrame:
    """Mean and sample standard deviation over the runs of each task.

    Args:
        rows: Rows of any number of tasks.

    Returns:
        One row per task, in the order of first appearance; the standard deviation of one run
        is 0. Units that only some resources use up are 0 for the others.
    """
    same = [
        "task", "resource", "qubits", "depth", "mixing", "readout", "pooling", "data", "loss",
        "steps", "batch_size", "learning_rate", "seed", "seconds", "compile_seconds",
        "num_parameters", "ebits_per_inference", "bits_per_inference",
        "nonlocal_gates_per_inference", "rounds_per_inference", *_LATER,
    ]  # fmt: skip
    measured = ["validation_accuracy", "train_accuracy", "train_loss", "success_probability"]
    rows = _completed(rows)
    further = [
        name
        for name in rows.columns
        if name.endswith(("_per_inference", "_training")) and name not in same
    ]
    return rows.group_by("task", maintain_order=True).agg(
        *[pl.col(name).first() for name in same if name != "task"],
        *[pl.col(name).first().fill_null(0) for name in further],
        *[pl.col(name).mean().alias(f"{name}_mean") for name in measured],
        *[
            pl.when(pl.col(name).count() > 0)
            .then(pl.col(name).std().fill_null(0.0))
            .alias(f"{name}_std")
            for name in measured
        ],
        pl.len().alias("runs"),
    )


def _completed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that were kept before there were all columns: pooling was `halves`, the rest unknown."""
    columns: dict[str, type[pl.DataType]] = {"pooling": pl.String, **_LATER}
    missing = [pl.lit(None, kind).alias(c) for c, kind in columns.items() if c not in rows.columns]
    return rows.with_columns(missing).with_columns(pl.col("pooling").fill_null("halves"))
