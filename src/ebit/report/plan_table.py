"""The table of options on the page of a plan."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from ebit.plots import resource_styles, sort_resources
from ebit.report.table import Cell, Column, Line, Table

_COLUMNS = (
    Column("Resource", is_number=False),
    Column("Feasible", is_number=False),
    Column("Accuracy", "mean ± std"),
    Column("Labels", "per second"),
    Column("Pareto front", is_number=False),
    Column("Purification", "rounds"),
    Column("Shots", "per label"),
    Column("Without noise", "accuracy"),
    Column("Pair fidelity"),
    Column("Fresh pairs", "per label"),
    Column("Bits", "per label"),
    Column("Waiting", "s per inference"),
)

_REMARK = (
    "A label takes so many shots, and every shot is one inference: one run of the circuits. "
    "Accuracy is that under the noise of the network with this number of shots. Fresh pairs: as "
    "the link makes them, before purification. A dash means: not defined."
)


def options_table(options: pl.DataFrame, remarks: Sequence[str] = ()) -> Table:
    """The options, grouped by resource; the reasons of what is not feasible are footnotes.

    Args:
        options: One row per option, with a column `recommended`.
        remarks: Sentences under the table, before those on its columns.

    Returns:
        The table.

    Example:
        >>> options_table(pl.DataFrame()).lines
        []
    """
    if options.is_empty():
        return Table("options-table", "Options", _COLUMNS, [], [*remarks, _REMARK])
    is_marked = options["recommended"].any()
    marked = ["The coloured row is the recommended one."] if is_marked else []
    colors = {name: style.color for name, style in resource_styles(options["resource"]).items()}
    several = options.height > len(colors)
    lines = [
        _line(row, colors[name], name if several else "")
        for name in sort_resources(options["resource"])
        for row in options.filter(pl.col("resource") == name).iter_rows(named=True)
    ]
    return Table("options-table", "Options", _COLUMNS, lines, [*remarks, *marked, _REMARK])


def _line(row: dict[str, Any], color: str, group: str) -> Line:
    spread = f" ± {row['accuracy_std']:.3f}" if row["runs"] > 1 else ""
    pairs, rate = row["pair_fidelity"] is not None, row["labels_per_second"]
    cells = [
        Cell(" on ".join(filter(None, (row["resource"], row.get("topology")))), color=color),
        Cell("yes") if row["feasible"] else Cell("no", note=row["reason"] or ""),
        Cell(f"{row['accuracy_mean']:.3f}{spread}", row["accuracy_mean"]),
        Cell("no limit" if rate == float("inf") else f"{rate:.3g}", _finite(rate)),
        Cell("yes" if row["pareto"] else "no"),
        Cell(str(row["purification_rounds"]) if pairs else "—", row["purification_rounds"]),
        Cell(f"{row['shots']:,}", row["shots"]),
        Cell(f"{row['accuracy_noiseless']:.3f}", row["accuracy_noiseless"]),
        Cell(f"{row['pair_fidelity']:.3f}", row["pair_fidelity"]) if pairs else Cell("—", ""),
        Cell(_amount(row["fresh_pairs_per_label"]), row["fresh_pairs_per_label"]),
        Cell(f"{row['bits_per_label']:,}", row["bits_per_label"]),
        Cell(f"{row['waiting_seconds_per_inference']:.3g}", row["waiting_seconds_per_inference"]),
    ]
    return Line(cells, is_marked=bool(row["recommended"]), group=group)


def _finite(value: float) -> float | str:
    """A number as scripts read it."""
    return "Infinity" if value == float("inf") else value


def _amount(number: float) -> str:
    """A mean number of things with four digits, without an exponent while it can be read."""
    return f"{number:,.0f}" if 1000 <= number < 1e9 else f"{number:.4g}"
