"""Columns that number the rows: they say nothing, and a model would learn them all the same."""

import re

import numpy as np
import polars as pl

from ebit.data.content import Part

NAMELESS = re.compile(r"|Unnamed: [0-9]+(_level_[0-9]+)?")
"""No name, or the one that pandas gives to a column without a name."""
_INDEX = re.compile(r"__index_level_[0-9]+__")
"""The index of a data frame in a Parquet file."""
_NUMBERING = ("index", "id", "row", "row_id", "rowid", "row_number", "rownames")
_FEWEST, _FEWEST_COUNTED = 4, 8
"""With fewer rows nothing can be trained; with fewer rows a feature counts by chance."""


def row_numbers(part: Part) -> list[str]:
    """Find the columns that number the rows.

    They count up or down by 1 from any number, in order; or hold whole numbers that all differ,
    under no name or one such as `index` or `id`; or are the index of a data frame.

    Args:
        part: The table.

    Returns:
        Their names.

    Example:
        >>> frame = pl.DataFrame({"a": [0.5] * 8, "n": range(8), "id": [9, 5, 7, 6, 1, 2, 3, 0]})
        >>> row_numbers(Part("File `a.csv`", frame))
        ['n', 'id']
    """
    return [name for name in part.frame.columns if _numbers_rows(name, part.frame[name])]


def _numbers_rows(name: str, column: pl.Series) -> bool:
    if _INDEX.fullmatch(name):
        return True
    if not (column.dtype.is_numeric() or column.dtype == pl.String) or len(column) < _FEWEST:
        return False
    values = column.cast(pl.Float64, strict=False)
    if values.null_count():
        return False
    numbers = values.to_numpy()
    if not np.all(np.isfinite(numbers)):
        return False
    whole = bool(np.all(numbers == np.floor(numbers)))
    with np.errstate(over="ignore"):  # numbers near the largest one count nothing
        steps = np.diff(numbers)
    counts = whole and abs(steps[0]) == 1 and bool(np.all(steps == steps[0]))
    if counts and len(numbers) >= _FEWEST_COUNTED:
        return True
    named = NAMELESS.fullmatch(name) or name.casefold() in _NUMBERING
    return bool(named) and whole and len(np.unique(numbers)) == len(numbers)
