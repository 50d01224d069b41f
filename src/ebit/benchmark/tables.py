"""Rows as CSV and as Markdown."""

from pathlib import Path

import polars as pl

from ebit.writing import write_atomically

DIGITS = 4


def write_tables(folder: Path, name: str, table: pl.DataFrame) -> None:
    """Write a table as CSV with all digits and as Markdown with four significant ones.

    Args:
        folder: Where to write; made where needed.
        name: Of the files, without ending.
        table: The rows.

    Raises:
        EbitError: If a file cannot be written.
    """
    write_atomically(folder / f"{name}.csv", table.write_csv().encode())
    write_atomically(folder / f"{name}.md", markdown(table).encode())


def markdown(table: pl.DataFrame) -> str:
    """A Markdown table; columns without any value are left out.

    Args:
        table: The rows.

    Returns:
        Text.

    Example:
        >>> print(markdown(pl.DataFrame({"tool": ["ebit"], "step_milliseconds": [0.123456]})))
        | tool | step milliseconds |
        | --- | --- |
        | ebit | 0.1235 |
        <BLANKLINE>
    """
    kept = [name for name in table.columns if table[name].null_count() < table.height]
    lines = [[name.replace("_", " ") for name in kept], ["---"] * len(kept)]
    lines += [[shown(value) for value in row] for row in table.select(kept).iter_rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def shown(value: object) -> str:
    """A cell: numbers with four significant digits, nothing for null."""
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}" if value < 10**DIGITS else f"{value:.0f}"
    return str(value) if isinstance(value, str | int) else ""
