"""Tables that a program has made: data frames, arrays by name, features and labels."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.content import Content, Part, check_size
from ebit.data.delimited import check_unique
from ebit.data.messages import bad_input
from ebit.data.npz import array_part

WHERE = "The data frame"


def read_frame(data: object) -> Content:
    """Take a data frame of Polars or pandas, a mapping of columns, or a pair (x, y) of arrays.

    The index of a pandas data frame is no column.

    Args:
        data: The table.

    Returns:
        Its content.

    Raises:
        EbitError: If it is none of these, or a column holds neither numbers nor text.

    Example:
        >>> import numpy as np
        >>> read_frame({"a": np.arange(3), "kind": ["u", "v", "u"]}).data.frame.columns
        ['a', 'kind']
    """
    if isinstance(data, pl.DataFrame):
        check_size(WHERE, data.height, data.width)
        return Content(Part(WHERE, data))
    if isinstance(data, pl.LazyFrame):
        raise bad_input(f"{WHERE} is a LazyFrame: collect it first.")
    if isinstance(data, tuple) and len(data) == 2:
        arrays = {key: _array(WHERE, key, value) for key, value in zip("xy", data, strict=True)}
        return Content(
            Part(WHERE, array_part(WHERE, arrays, "x", "y").frame), label="y", named=False
        )
    if isinstance(data, Mapping):
        names, columns = [str(name) for name in data], list(data.values())
    elif all(hasattr(data, name) for name in ("columns", "iloc", "shape")):  # pandas
        frame: Any = data
        names = [str(name) for name in frame.columns]
        check_size(WHERE, *frame.shape)
        columns = [frame.iloc[:, place] for place in range(len(names))]
    else:
        raise bad_input(
            f"Data of type {type(data).__name__} cannot be loaded: give a source, a data frame, "
            "columns by name, or a pair (x, y) of arrays."
        )
    check_unique(WHERE, names)
    series = [_column(name, column) for name, column in zip(names, columns, strict=True)]
    heights = {len(column) for column in series}
    if len(heights) > 1:
        raise bad_input(
            f"{WHERE} has columns of {min(heights)} and {max(heights)} rows: make them equal."
        )
    return Content(Part(WHERE, pl.DataFrame(series)))


def _array(where: str, name: str, values: Any) -> NDArray[Any]:
    if np.ma.is_masked(values):
        row = int(np.argwhere(np.ma.getmaskarray(values))[0][0]) + 1
        raise bad_input(
            f"{where} has a masked value in `{name}`, row {row} (the first row is 1): fill it or "
            "remove the row."
        )
    try:
        return np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    except (ValueError, TypeError):
        raise bad_input(
            f"{where} has rows of different lengths in `{name}`: make them equal."
        ) from None


def _column(name: str, values: Any) -> pl.Series:
    array = _array(WHERE, name, values)
    if array.ndim != 1:
        raise bad_input(
            f"{WHERE} must have one value per row in column `{name}`, but its shape is "
            f"{array.shape}."
        )
    kind = array.dtype.kind
    if kind in "iub":
        return pl.Series(name, array.astype(array.dtype.newbyteorder("=")))
    if kind == "f":
        return pl.Series(name, array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64))
    if kind == "U":
        return pl.Series(name, array.tolist(), dtype=pl.String)
    if kind == "O":
        return _objects(name, array.tolist())
    raise bad_input(
        f"{WHERE} must hold numbers or text, but column `{name}` holds {array.dtype}: write "
        "numbers, or leave the column out."
    )


def _objects(name: str, values: Sequence[Any]) -> pl.Series:
    """A column of Python objects: text, numbers or truth values, and signs for none."""
    items = [None if _is_missing(value) else value for value in values]
    present = [item for item in items if item is not None]
    if all(isinstance(item, bool | np.bool_) for item in present):
        return pl.Series(name, [None if i is None else bool(i) for i in items], dtype=pl.Boolean)
    for row, item in enumerate(items, start=1):
        if not isinstance(item, str | int | float | Decimal | np.number | None) or isinstance(
            item, np.complexfloating
        ):
            raise bad_input(
                f"{WHERE} must hold numbers or text, but column `{name}`, row {row} (the first row "
                f"is 1), holds {type(item).__name__} {str(item)[:40]!r}: write a number, or leave "
                "the column out."
            )
    return pl.Series(name, [None if i is None else str(i) for i in items], dtype=pl.String)


def _is_missing(value: Any) -> bool:
    """None, the missing value of pandas, and nan."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))
