"""Accuracy of a trained model whose labels are read off a finite number of shots."""

from collections.abc import Sequence

import jax
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.jax_settings import own_settings
from ebit.models import labels_of
from ebit.random_keys import random_key
from ebit.results.model_file import StoredModel
from ebit.shots import check_seed, sampled_accuracies, shot_cost


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
        labels: +1 or -1, shape (rows,).
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
    keys = jax.random.split(random_key(seed), stored.runs)
    rows: list[dict[str, object]] = []
    for run, key in enumerate(keys):
        probabilities, weights = stored.measurement(x, run)
        sampled = sampled_accuracies(
            key, probabilities, weights, labels, shots=shots, repeats=repeats
        )
        outcomes = tuple(range(1, probabilities.ndim))
        exact = labels_of(np.sum(weights * probabilities, axis=outcomes)[:, None])
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
