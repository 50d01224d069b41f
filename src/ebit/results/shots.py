"""Accuracy of a trained model whose labels are read off a finite number of shots."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit import checks
from ebit.accuracies import accuracy_column
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning import SHOTS
from ebit.models import labels_of
from ebit.random_keys import random_key
from ebit.results.model_file import StoredModel
from ebit.results.rows import completed
from ebit.shots import accuracy_at_shots, check_seed, sampled_accuracies, shot_cost


@checks.takes(stored=checks.instance(StoredModel, "a trained model, as load_model returns it"))
@own_settings
def accuracy_with_shots(
    stored: StoredModel,
    x: NDArray[np.float64],
    labels: NDArray[np.float64],
    *,
    shots: Sequence[int],
    repeats: int = 20,
    seed: int = 0,
) -> pl.DataFrame:
    """Accuracy of every run of a trained model against the number of shots per label.

    Args:
        stored: A trained model, as `load_model` returns it.
        x: Prepared angles (rows, features) in radians.
        labels: +1 or -1, or numbers of classes from 0, shape (rows,).
        shots: Numbers of shots per label.
        repeats: How often all rows are measured anew.
        seed: Seed of the measurements.

    Returns:
        One row per run and number of shots: `task`, `resource`, `run`, `shots`, `repeats`,
        `accuracy` and `accuracy_std` (mean and sample standard deviation over the repeats; 0 for
        one), `exact_accuracy` (infinitely many shots), and what one label uses up:
        `ebits_per_label`, `bits_per_label` and so on for every unit.

    Raises:
        EbitError: If a number is out of range, shapes do not fit or nothing is measured.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import load
        >>> from ebit.results import Store, load_model, make_task, train
        >>> data = load("chsh")
        >>> task = make_task(data, resource="bell:1", depth=2, steps=5, runs=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = train(data, task, Path(folder))
        ...     stored = load_model(Store(Path(folder)).model_path(task.hash))
        >>> table = accuracy_with_shots(stored, data.x_train, data.y_train, shots=(1, 100))
        >>> table["ebits_per_label"].to_list()
        [1, 100]
    """
    check_seed(seed)
    _check_labelled(stored)
    keys = jax.random.split(random_key(seed), stored.runs)
    rows: list[dict[str, object]] = []
    for run, key in enumerate(keys):
        probabilities, weights = stored.measurement(x, run)
        sampled = sampled_accuracies(
            key, probabilities, weights, labels, shots=shots, repeats=repeats
        )
        exact = _exact_labels(probabilities, weights)
        for number, accuracies in zip(shots, sampled, strict=True):
            used = shot_cost(stored.model, number).consumption
            rows.append(
                {
                    "task": stored.task.hash,
                    "resource": stored.model.resource_name,
                    "run": run,
                    "shots": number,
                    "repeats": repeats,
                    "accuracy": float(accuracies.mean()),
                    "accuracy_std": float(accuracies.std(ddof=1)) if repeats > 1 else 0.0,
                    "exact_accuracy": float(np.mean(exact == np.asarray(labels))),
                    **{f"{unit}_per_label": n for unit, n in used.amounts.items()},
                }
            )
    return pl.DataFrame(rows)


def accuracy_by_shots(rows: pl.DataFrame) -> pl.DataFrame:
    """Expected accuracy on the validation rows against shots per label, from the rows of trainings.

    Args:
        rows: Rows of any number of tasks.

    Returns:
        One row per run and number of shots: `task`, `resource`, `run`, `shots`, `accuracy` and
        `exact_accuracy` (infinitely many shots); nothing of models in which nothing is measured.

    Example:
        >>> from ebit.data import load
        >>> from ebit.results import make_task, rows_of
        >>> import ebit
        >>> data = load("chsh")
        >>> task = make_task(data, resource="none", depth=1, steps=1, runs=1)
        >>> fit = ebit.fit(task.model.build(), (data.x_train, data.y_train), steps=1)
        >>> accuracy_by_shots(rows_of(task, task.model.build(), fit))["shots"].to_list()
        [1, 10, 100, 1000]
    """
    names = {accuracy_column(shots): shots for shots in SHOTS}
    kept = ["task", "resource", "run", "validation_accuracy"]
    return (
        completed(rows)
        .select(*kept, *names)
        .unpivot(list(names), index=kept, variable_name="shots", value_name="accuracy")
        .with_columns(pl.col("shots").replace_strict(names, return_dtype=pl.Int64))
        .drop_nulls("accuracy")
        .rename({"validation_accuracy": "exact_accuracy"})
        .select("task", "resource", "run", "shots", "accuracy", "exact_accuracy")
    )


@own_settings
def expected_accuracies(
    stored: StoredModel,
    x: NDArray[np.float64],
    labels: NDArray[np.float64],
    *,
    shots: Sequence[int],
) -> pl.DataFrame:
    """Expected accuracy of every run of a trained model for any numbers of shots per label.

    Args:
        stored: A trained model, as `load_model` returns it.
        x: Prepared angles (rows, features) in radians.
        labels: +1 or -1, shape (rows,).
        shots: Numbers of shots per label.

    Returns:
        As `accuracy_by_shots`.

    Raises:
        EbitError: If a number is out of range, shapes do not fit or nothing is measured.
    """
    _check_labelled(stored)
    rows: list[dict[str, object]] = []
    for run in range(stored.runs):
        probabilities, weights = stored.measurement(x, run)
        exact = _exact_labels(probabilities, weights)
        rows.extend(
            {
                "task": stored.task.hash,
                "resource": stored.model.resource_name,
                "run": run,
                "shots": number,
                "accuracy": accuracy_at_shots(probabilities, weights, labels, number),
                "exact_accuracy": float(np.mean(exact == np.asarray(labels))),
            }
            for number in shots
        )
    return pl.DataFrame(rows)


def _exact_labels(probabilities: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    """Labels of infinitely many shots, (rows,)."""
    outcomes = tuple(range(1, probabilities.ndim))
    several = weights.reshape(-1, *probabilities.shape[1:])  # (S, 2, ...)
    scores = [np.sum(one * probabilities, axis=outcomes) for one in several]
    found: NDArray[Any] = labels_of(np.stack(scores, axis=-1))
    return found


def _check_labelled(stored: StoredModel) -> None:
    if stored.task.training.target == "numbers":
        raise EbitError(
            "Argument `stored` is a model of numbers, which have no accuracy: use predict with "
            "`shots`."
        )


def shots_needed(table: pl.DataFrame, share: float = 0.9) -> dict[str, float | None]:
    """Shots per label from which the mean accuracy is a share of that of infinitely many shots.

    Args:
        table: As `accuracy_by_shots` returns it.
        share: The share, 0 to 1.

    Returns:
        By resource; between two numbers of shots it is interpolated on a logarithmic axis, and
        None if the largest number is not enough.

    Example:
        >>> table = pl.DataFrame({"resource": ["none"] * 2, "shots": [1, 100],
        ...                       "accuracy": [0.5, 0.9], "exact_accuracy": [0.9, 0.9]})
        >>> round(shots_needed(table, 7 / 9)["none"])
        10
    """
    means = table.group_by("resource", "shots", maintain_order=True).agg(
        pl.col("accuracy", "exact_accuracy").mean()
    )
    needed: dict[str, float | None] = {}
    for (resource,), curve in means.sort("shots").group_by("resource", maintain_order=True):
        logs, reached = np.log10(curve["shots"].to_numpy()), curve["accuracy"].to_numpy()
        target = share * curve["exact_accuracy"][0]
        enough = np.flatnonzero(reached >= target)
        if len(enough) == 0:
            needed[str(resource)] = None
            continue
        last = int(enough[0])
        first = max(last - 1, 0)
        log = np.interp(target, reached[first : last + 1], logs[first : last + 1])
        needed[str(resource)] = float(10**log)
    return needed
