"""Checks of the data and settings of a training."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.errors import EbitError
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
    if y.shape != (len(x),):
        raise EbitError(
            f"Argument `{name}` must hold one label per row ({len(x)}), but the labels have shape "
            f"{y.shape}."
        )
    if len(x) == 0:
        raise EbitError(f"Argument `{name}` has no rows: give at least one.")
    check_angles(x, name)
    if not np.all(np.isin(y, (-1, 1))):
        wrong = y[~np.isin(y, (-1, 1))][0]
        raise EbitError(f"Argument `{name}` must hold labels +1 and -1, but has {wrong}.")
    return x.astype(real), y.astype(real)
