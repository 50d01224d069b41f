"""Feature columns of a user's file: which ones, in which order, and their numbers."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.content import Part
from ebit.data.messages import bad_input, listed
from ebit.data.row_numbers import NAMELESS


def choose_features(
    where: str,
    columns: Sequence[str],
    features: str | None,
    label: str,
    numbering: Sequence[str] = (),
) -> tuple[list[str], tuple[int, ...] | None]:
    """Put the feature columns in the order of the QPUs.

    `a,b|c,d` gives the columns a and b to QPU A, c and d to QPU B. A column is given by its name
    or, where no column has that name, by its place among the feature columns, counted from 0.

    Args:
        where: Start of the message, such as "File `a.csv`".
        columns: All columns of the file but the label.
        features: The user's choice, or None for all columns in the order of the file that do not
            number the rows.
        label: Name of the label column, which is no feature.
        numbering: The columns that number the rows.

    Returns:
        The names of the chosen columns, those of QPU A first; and how many are for each QPU, None
        without a bar.

    Raises:
        EbitError: If a column does not exist or is chosen twice.

    Example:
        >>> from ebit.data.features import choose_features
        >>> choose_features("File `a.csv`", ["a", "b", "c", "d"], "d,a|2,b", "y")
        (['d', 'a', 'c', 'b'], (2, 2))
    """
    if features is None:
        left = [column for column in columns if column not in numbering]
        for column in left:
            if NAMELESS.fullmatch(column):
                raise bad_input(
                    f"{where} has a column without a name{f' (`{column}`)' if column else ''}: "
                    "name it or remove it, or choose the others with `features`."
                )
        if columns and not left:
            raise bad_input(
                f"{where} has only row numbers for features ({listed(columns)}): add features, or "
                "choose these with `features`."
            )
        return left, None
    blocks = [
        [_column(where, columns, token.strip(), label) for token in block.split(",")]
        for block in features.split("|")
    ]
    chosen = [name for block in blocks for name in block]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        raise bad_input(f"Data option `features` names {listed(twice)} twice: name it once.")
    return chosen, tuple(map(len, blocks)) if len(blocks) > 1 else None


def _column(where: str, columns: Sequence[str], token: str, label: str) -> str:
    if token in columns:
        return token
    if not token:
        raise bad_input("Data option `features` has an empty name: write it as in a,b|c,d.")
    if token == label:
        raise bad_input(
            f"{where} has its labels in column `{token}`, which `features` names too: name "
            "another label column with `label`."
        )
    if token.isascii() and token.isdecimal() and len(token) < 10 and int(token) < len(columns):
        return columns[int(token)]
    raise bad_input(
        f"{where} has no feature column `{token}`: name columns of {listed(columns)}, or their "
        f"places 0 to {len(columns) - 1}, as in `features` = a,b|c,d."
    )


def numbers(part: Part, columns: Sequence[str]) -> NDArray[np.float64]:
    """Read columns as numbers.

    Args:
        part: The table.
        columns: Names of the columns.

    Returns:
        Array of shape (rows, columns), all finite.

    Raises:
        EbitError: If a value is missing, is no number, or is not finite; it names the column and
            the row.

    Example:
        >>> import polars as pl
        >>> from ebit.data.content import Part
        >>> from ebit.data.features import numbers
        >>> numbers(Part("File `a.csv`", pl.DataFrame({"a": ["0.5"], "b": [2]})), ["a", "b"])
        array([[0.5, 2. ]])
    """
    arrays = [_numbers(part, part.frame[name]) for name in columns]
    return np.stack(arrays, axis=1)


def _numbers(part: Part, column: pl.Series) -> NDArray[np.float64]:
    if column.dtype == pl.String:
        converted = column.str.strip_chars().cast(pl.Float64, strict=False)
    elif column.dtype.is_numeric() or column.dtype == pl.Null:
        converted = column.cast(pl.Float64)
    else:
        raise bad_input(
            f"{part.where} must hold numbers in feature column `{column.name}`, but it holds "
            f"{column.dtype}: write numbers, or leave the column out with `features`."
        )
    bad = converted.is_null() | converted.is_nan().fill_null(True) | converted.is_infinite()
    row = bad.fill_null(True).arg_max()
    if row is None or not bad[row]:
        return converted.to_numpy()
    value = column[row]
    what = "no value" if value is None else f"`{str(value)[:40]}`, not a finite number,"
    raise bad_input(
        f"{part.where} has {what} in column `{column.name}`, row {row + 1} (the first row is 1): "
        "write a number, or leave the row or the column out."
    )
