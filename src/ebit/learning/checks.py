"""Checks of the data and settings of a training."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.errors import EbitError
from ebit.learning.losses import LOSSES
from ebit.models import Model
from ebit.models.checks import check_angles

Rows = tuple[NDArray[Any], NDArray[Any]]
"""Angles (rows, features) and labels (rows,)."""


def checked_rows(
    data: tuple[ArrayLike, ArrayLike], name: str, model: Model, real: np.dtype[Any]
) -> Rows:
    """Data as arrays of one precision.

    Args:
        data: Angles (rows, features) in radians and labels (rows,), +1 or -1.
        name: Name of the argument, for the error message.
        model: The classifier that they are for.
        real: float32 or float64.

    Returns:
        Angles and labels.

    Raises:
        EbitError: If shapes do not fit, an angle is too large or a label is wrong.
    """
    try:
        with np.errstate(over="ignore"):
            x, y = (np.asarray(part).astype(real) for part in data)
    except (TypeError, ValueError):
        raise EbitError(
            f"Argument `{name}` must be a pair of arrays of numbers: angles and labels."
        ) from None
    if x.ndim != 2 or x.shape[1] != model.features:
        raise EbitError(
            f"Argument `{name}` must hold angles of shape (rows, {model.features}), but they have "
            f"shape {x.shape}."
        )
    if y.shape != (len(x),):
        raise EbitError(
            f"Argument `{name}` must hold one label per row ({len(x)}), but the labels have shape "
            f"{y.shape}."
        )
    check_angles(x, name)
    if not np.all(np.isin(y, (-1, 1))):
        wrong = y[~np.isin(y, (-1, 1))][0]
        raise EbitError(f"Argument `{name}` must hold labels +1 and -1, but has {wrong}.")
    return x, y


def check_settings(
    steps: int,
    batch_size: int,
    learning_rate: float,
    loss: str,
    runs: int,
    seed: int,
    rows: int,
    validate_every: int | None,
) -> None:
    """Raise unless these are settings of a training on so many `rows`.

    Args:
        steps: Optimiser steps.
        batch_size: Rows per step.
        learning_rate: Step size.
        loss: Name of the loss.
        runs: Number of runs.
        seed: Seed of everything random.
        rows: Rows of training data.
        validate_every: Steps between the points of the curves, or None.

    Raises:
        EbitError: If one is out of range.
    """
    counts = {"steps": steps, "batch_size": batch_size, "runs": runs}
    if validate_every is not None:
        counts["validate_every"] = validate_every
    for name, value in {**counts, "seed": seed}.items():
        least = 0 if name == "seed" else 1
        if not isinstance(value, int | np.integer) or value < least:
            raise EbitError(
                f"Argument `{name}` must be a whole number, at least {least}, but is {value!r}."
            )
    if seed >= 2**32:
        raise EbitError(f"Argument `seed` must be less than 2**32, but is {seed}.")
    if batch_size > rows:
        raise EbitError(
            f"Argument `batch_size` must be at most the {rows} rows of training data, but is "
            f"{batch_size}."
        )
    real = isinstance(learning_rate, int | float | np.number)
    if not (real and np.isfinite(learning_rate) and learning_rate > 0):
        raise EbitError(
            f"Argument `learning_rate` must be a positive number, but is {learning_rate!r}."
        )
    if loss not in LOSSES:
        raise EbitError(f"Argument `loss` must be one of {', '.join(LOSSES)}, but is {loss!r}.")
