"""Checks of the data and settings of a training."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.models import Model, Target, kind_of_target
from ebit.models.checks import check_angles

Rows = tuple[NDArray[Any], NDArray[Any]]
"""Angles (rows, features) and targets (rows,) or (rows, S)."""


def checked_rows(
    data: tuple[ArrayLike, ArrayLike],
    name: str,
    model: Model,
    real: np.dtype[Any],
    target: Target = "labels",
) -> Rows:
    """Data as arrays of one precision.

    Args:
        data: Angles (rows, features) in radians and targets (rows,): labels +1 and -1 for a model
            of one score, 0 to S - 1 for S of them; or numbers, for S of them (rows, S).
        name: Name of the argument, for the error message.
        model: The classifier that they are for.
        real: float32 or float64.
        target: `labels` of classes, or `numbers`.

    Returns:
        Angles and targets.

    Raises:
        EbitError: If shapes do not fit, an angle is too large or a label is wrong.
    """
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise EbitError(
            f"Argument `{name}` must be a pair of arrays of numbers: angles and labels."
        )
    x, y = (checks.real_numbers(name, part) for part in data)
    if x.ndim != 2 or x.shape[1] != model.features:
        raise EbitError(
            f"Argument `{name}` must hold angles of shape (rows, {model.features}), but they have "
            f"shape {x.shape}."
        )
    kind = kind_of_target(model, target)
    several = kind == "numbers" and model.scores > 1
    if several and y.shape != (len(x), model.scores):
        raise EbitError(
            f"Argument `{name}` must hold {model.scores} numbers per row ({len(x)}), but they have "
            f"shape {y.shape}."
        )
    if not several and y.shape != (len(x),):
        raise EbitError(
            f"Argument `{name}` must hold one label per row ({len(x)}), but the labels have shape "
            f"{y.shape}."
        )
    if len(x) == 0:
        raise EbitError(f"Argument `{name}` has no rows: give at least one.")
    check_angles(x, name)
    if kind == "numbers":
        if not np.all(np.isfinite(y)):
            raise EbitError(f"Argument `{name}` has targets that are not finite: remove the rows.")
        return x.astype(real), y.astype(real)
    two = kind == "two classes"
    allowed = np.isin(y, (-1, 1) if two else np.arange(model.scores))
    if not np.all(allowed):
        words = "+1 and -1" if two else f"from 0 to {model.scores - 1}"
        raise EbitError(f"Argument `{name}` must hold labels {words}, but has {y[~allowed][0]}.")
    return x.astype(real), y.astype(real)
