"""Which line of a published table belongs to which data set, where the paper does not say."""

import polars as pl

from ebit.studies.study import Item

ROW = "row"


def match_rows(item: Item, rows: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Published numbers with the data set instead of the line of the table.

    A table with a line per data set does not say which line is which set. Each data set is
    compared with the one line whose numbers are nearest in all (least mean squared difference
    over the cells that most lines have), not with the nearest number of each cell.

    Args:
        item: The item.
        rows: Its rows, one a run, with the column `set`.
        published: Published numbers; unchanged without the column `row`.

    Returns:
        Published numbers with the column `set`, and `row` as it was found.
    """
    if ROW not in published.columns:
        return published
    keys = [name for name in item.keys if name in published.columns]
    scale = 100.0 if item.percent else 1.0
    means = rows.group_by("set", *keys, maintain_order=True).agg(
        mean=pl.col(item.measure).mean() * scale
    )
    squared = (pl.col("mean") - pl.col("published")) ** 2
    cells = published.with_columns(lines=pl.len().over(keys)).join(means, on=keys)
    distances = (
        cells.filter(pl.col("lines") == pl.col("lines").max())
        .group_by("set", ROW, maintain_order=True)
        .agg(distance=squared.mean())
        .sort("distance", maintain_order=True)
    )
    nearest = distances.unique("set", keep="first", maintain_order=True).select("set", ROW)
    return nearest.join(published, on=ROW, maintain_order="left_right")


def matched_rows(published: pl.DataFrame) -> list[str]:
    """Which line of the published table each data set is compared with, in words."""
    if ROW not in published.columns:
        return []
    pairs = published.select("set", ROW).unique(maintain_order=True)
    return [f"{name} is nearest to line {row} of the table." for name, row in pairs.iter_rows()]
