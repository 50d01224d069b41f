"""Parts of an experiment that takes minutes: finished ones are kept, and read the next time."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from ebit.communication.rows import Row
from ebit.results.store import Kind, Store
from ebit.settings import hash_of

PART = Kind("part of communication", "communication_parts")

SCHEMA: Mapping[str, type[pl.DataType]] = {
    "copies": pl.Int64,
    "error": pl.Float64,
    "asked": pl.Float64,
    "expected": pl.Float64,
    "signal": pl.Float64,
    "seconds": pl.Float64,
    "value": pl.Float64,
    "qubits": pl.Int64,
    "cbits": pl.Int64,
    "ebits": pl.Int64,
}
"""Columns that may be null or large."""


def table_of(rows: list[Row]) -> pl.DataFrame:
    """One line for each row, a column for each attribute."""
    return pl.DataFrame(
        [asdict(row) for row in rows], schema_overrides=SCHEMA, infer_schema_length=None
    )


def kept_rows(
    folder: Path | None, content: Mapping[str, Any], compute: Callable[[], list[Row]]
) -> list[Row]:
    """The rows of a part: read if it is finished in the folder, else computed and kept there.

    Args:
        folder: Of results; None to keep nothing.
        content: All that the rows depend on.
        compute: Computes them.

    Returns:
        The rows.

    Raises:
        EbitError: If the folder cannot be written, or a file in it is damaged.

    Example:
        >>> import tempfile
        >>> row = Row("E9", 6, "quantum", "two-way", qubits=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     first = kept_rows(Path(folder), {"part": 1}, lambda: [row])
        ...     again = kept_rows(Path(folder), {"part": 1}, lambda: [])
        >>> first == again == [row]
        True
    """
    if folder is None:
        return compute()
    store, name = Store(folder), hash_of(dict(content))
    found = store.get(name, PART)
    if found is None:
        rows = compute()
        store.put(name, table_of(rows), PART, content)
        return rows
    return [Row(**line) for line in found.iter_rows(named=True)]
