"""How predictions and truth go together: the confusion matrix of classes, R^2 of numbers."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from ebit import checks
from ebit.data import Dataset
from ebit.data.dataset import labels_of_classes
from ebit.errors import EbitError
from ebit.models import labels_of
from ebit.results.model_file import StoredModel


def confusion_matrix(true: Sequence[str], predicted: Sequence[str]) -> pl.DataFrame:
    """How often rows of each class were taken for each class.

    Args:
        true: Class of every row.
        predicted: What was predicted.

    Returns:
        One row per pair of classes that occurs: `true`, `predicted`, `rows`.

    Raises:
        EbitError: If the lengths differ.

    Example:
        >>> confusion_matrix(["a", "a", "b"], ["a", "b", "b"]).rows()
        [('a', 'a', 1), ('a', 'b', 1), ('b', 'b', 1)]
    """
    if len(true) != len(predicted):
        raise EbitError(
            f"Arguments `true` and `predicted` must have one entry per row, but have {len(true)} "
            f"and {len(predicted)}."
        )
    pairs = pl.DataFrame({"true": list(true), "predicted": list(predicted)}, strict=False)
    return pairs.group_by("true", "predicted").agg(rows=pl.len()).sort("true", "predicted")


def validation_confusion(stored: StoredModel, dataset: Dataset) -> pl.DataFrame:
    """The confusion matrix of the best run of a model on the validation part of its data.

    Args:
        stored: A model of classes, as `load_model` returns it.
        dataset: The data that it was trained on.

    Returns:
        As `confusion_matrix`.

    Raises:
        EbitError: If the shapes do not fit.
    """
    labels = labels_of_classes(len(dataset.class_names)).tolist()
    names = dict(zip(labels, dataset.class_names, strict=True))
    found = labels_of(stored.scores(dataset.x_validation, stored.best_run))
    true = [names[label] for label in dataset.y_validation.tolist()]
    return confusion_matrix(true, [names[float(label)] for label in found])


def explained_share(true: ArrayLike, predicted: ArrayLike) -> float | None:
    r"""Explained share of the variance.

    .. math:: R^2 = 1 - \frac{\sum (y - \hat y)^2}{\sum (y - \bar y)^2}

    Args:
        true: Numbers, shape (rows,).
        predicted: What was predicted, shape (rows,).

    Returns:
        At most 1; None if all numbers are equal.

    Raises:
        EbitError: If the shapes differ.

    Example:
        >>> explained_share([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
        0.5
    """
    y, found = checks.real_numbers("true", true), checks.real_numbers("predicted", predicted)
    if y.shape != found.shape or y.ndim != 1:
        raise EbitError(
            f"Arguments `true` and `predicted` must have one shape (rows,), but have {y.shape} and "
            f"{found.shape}."
        )
    spread = float(np.sum((y - y.mean()) ** 2)) if len(y) else 0.0
    return None if spread == 0 else 1 - float(np.sum((y - found) ** 2)) / spread
