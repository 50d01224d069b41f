"""Train one resource on a data set, with everything kept in a folder."""

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

from ebit.data import Dataset, check_features
from ebit.errors import EbitError
from ebit.learning import Progress
from ebit.models.checks import MAX_QUBITS
from ebit.physics import Noise
from ebit.results.run import run_task
from ebit.results.store import Store
from ebit.results.task import ModelSettings, Task, TrainingSettings


def default_qubits(dataset: Dataset) -> int:
    """Qubits per QPU that take all features of a data set: half of them.

    Args:
        dataset: The data.

    Returns:
        A whole number from 2 to 16.

    Raises:
        EbitError: If no pair of QPUs takes this number of features.
    """
    qubits = min(max(2, dataset.features // 2), MAX_QUBITS)
    check_features(dataset, 2, qubits)
    return qubits


def make_task(
    dataset: Dataset,
    *,
    resource: str,
    qubits: int | None = None,
    depth: int = 20,
    mixing: int = 0,
    readout: str = "weights",
    pooling: str = "halves",
    noise: Noise | dict[str, Any] | None = None,
    steps: int = 2000,
    batch_size: int | None = None,
    learning_rate: float = 0.05,
    runs: int = 5,
    seed: int = 0,
    loss: str = "mse",
    validate_every: int | None = None,
) -> Task:
    """A task from a data set and settings; every setting is checked.

    Args:
        dataset: The data.
        resource: Resource string, or a baseline (`single`, `dnn`).
        qubits: Qubits per QPU; by default half of the features.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        readout: `weights` or `parity`.
        pooling: `halves` or `all-but-one`.
        noise: Local noise of the QPUs (a dict names the arguments of `Noise`); None for no noise.
        steps: Optimiser steps.
        batch_size: Rows of a minibatch; by default 768 or all rows if there are fewer.
        learning_rate: Step size of Adam.
        runs: Number of independent runs.
        seed: Seed of initial parameters and data order.
        loss: `mse` or `product`.
        validate_every: Steps between points of the curves; by default 50 points.

    Returns:
        The task.

    Raises:
        EbitError: If a setting is out of range or does not fit the data.
    """
    rows = len(dataset.y_train)
    if qubits is None:
        qubits = default_qubits(dataset)
    if batch_size is not None and batch_size > rows:
        raise EbitError(
            f"Argument `batch_size` must be at most the {rows} rows of training data in "
            f"{dataset.name!r}, but is {batch_size}."
        )
    circuit: dict[str, Any] = {
        "resource": resource,
        "qubits": qubits,
        "depth": depth,
        "mixing": mixing,
        "readout": readout,
        "pooling": pooling,
        "noise": noise,
    }
    training: dict[str, Any] = {
        "steps": steps,
        "batch_size": min(768, rows) if batch_size is None else batch_size,
        "learning_rate": learning_rate,
        "runs": runs,
        "seed": seed,
        "loss": loss,
        "validate_every": max(1, steps // 50) if validate_every is None else validate_every,
    }
    task = Task(
        model=ModelSettings(**circuit),
        training=TrainingSettings(**training),
        data=dataset.name,
        fingerprint=_fingerprint(dataset),
    )
    check_features(dataset, 2, qubits)
    return task


def train(
    dataset: Dataset, task: Task, out: Path, *, progress: Progress | None = None
) -> pl.DataFrame:
    """The rows of a task; its model, rows and checkpoint live in a folder.

    Args:
        dataset: The data that the task was made for.
        task: As `make_task` returns it.
        out: The folder; finished tasks in it cost nothing.
        progress: Called between chunks with (steps done, steps in all).

    Returns:
        One row per run.

    Raises:
        EbitError: If the task belongs to other data, or the folder cannot be written.
        TrainingDivergedError: If the loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from ebit.data import load
        >>> data = load("chsh")
        >>> task = make_task(data, resource="bell:1", depth=2, steps=5, runs=2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = train(data, task, Path(folder))
        >>> rows["resource"].to_list()
        ['bell:1', 'bell:1']
    """
    if task.fingerprint != _fingerprint(dataset):
        raise EbitError(
            f"Argument `task` was made for other data than {dataset.name!r}: make it again."
        )
    return run_task(
        task,
        (dataset.x_train, dataset.y_train),
        (dataset.x_validation, dataset.y_validation),
        Store(out),
        preparation=_preparation(dataset),
        progress=progress,
    )


def _preparation(dataset: Dataset) -> dict[str, Any]:
    """How the file became the data set: what a prediction has to do to another file."""
    return {
        "scaling": dataset.scaling.to_dict(),
        "feature_names": list(dataset.feature_names),
        "class_names": list(dataset.class_names),
        "label": dataset.label,
    }


def _fingerprint(dataset: Dataset) -> str:
    """SHA-256 of the data and their preparation.

    Two files that give the same angles in different ways need a model each.
    """
    text = json.dumps([dataset.fingerprint, _preparation(dataset)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
