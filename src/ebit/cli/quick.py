"""A first look: the same data with fewer rows, and shorter trainings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.cli.options import Given
from ebit.data import Dataset
from ebit.data.dataset import labels_of_classes
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings

QUICK_ROWS = 512
"""Training rows of a first look, at most."""


DATA = "clusters:0"
"""What is compared on if nothing else is said."""

QUICK_BATCH = 128
"""Rows of a minibatch of a first look, at most."""

QUICK: Mapping[str, Any] = {"depth": 5, "steps": 150, "runs": 3}
"""Settings of a first look, unless they are given."""

DEFAULTS = {
    "source": DATA,
    **{
        name: f"{field.default}, quick {value}"
        for own in (ModelSettings, TrainingSettings)
        for name, field in own.model_fields.items()
        if (value := {**QUICK, "batch_size": QUICK_BATCH}.get(name)) is not None
    },
}
"""Defaults of verbs that have a first look, in words."""


def with_defaults(given: Given, *, quick: bool) -> Given:
    """The settings with the defaults of such a verb."""
    return Given({"source": DATA, **(QUICK if quick else {}), **given.values})


def with_batches(given: Given, dataset: Dataset) -> Given:
    """The settings with the minibatches of a first look, unless they are given."""
    rows = min(QUICK_BATCH, len(dataset.y_train))
    return Given({"batch_size": rows, **given.values})


def smaller(dataset: Dataset, seed: int) -> Dataset:
    """The same data with at most `QUICK_ROWS` rows for training and a third of that to validate.

    Args:
        dataset: The data.
        seed: Which rows.

    Returns:
        A smaller data set with the same share of each class.
    """
    random = np.random.default_rng([checks.seed("seed", seed), QUICK_ROWS])
    classes = labels_of_classes(len(dataset.class_names))
    train = _sample(dataset.y_train, QUICK_ROWS, random, classes)
    validation = _sample(dataset.y_validation, QUICK_ROWS // 3, random, classes)
    return replace(
        dataset,
        x_train=dataset.x_train[train],
        y_train=dataset.y_train[train],
        x_validation=dataset.x_validation[validation],
        y_validation=dataset.y_validation[validation],
    )


def _sample(
    labels: NDArray[np.float64],
    limit: int,
    random: np.random.Generator,
    classes: NDArray[np.float64],
) -> NDArray[np.intp]:
    """At most some `limit` rows that keep the share of each class, at least one row of each."""
    if len(labels) <= limit:
        return np.arange(len(labels))
    if len(classes) == 0:
        return np.sort(random.permutation(len(labels))[:limit])
    if len(classes) > 2:
        share = limit / len(labels)
        rows = [np.flatnonzero(labels == label) for label in classes]
        parts = [random.permutation(own)[: max(round(share * len(own)), 1)] for own in rows]
        return np.sort(np.concatenate([part for part in parts if len(part)]))
    first, second = (random.permutation(np.flatnonzero(labels == sign)) for sign in (-1, 1))
    count = min(max(round(limit * len(first) / len(labels)), 1), limit - 1)
    return np.sort(np.concatenate([first[:count], second[: limit - count]]))
