"""Published numbers: one CSV file per table or figure in the folder of a study."""

import polars as pl

from ebit.studies.study import Item, Study, folder_of

RUNS_WITHOUT_STD = 1
"""A number without standard deviation counts as measured once."""


def published_runs(study: Study, item: Item) -> pl.DataFrame:
    """The published numbers of an item as the paper has them, one row a number.

    Args:
        study: The study.
        item: One of its items.

    Returns:
        The columns of the file; none if the paper has no numbers.

    Example:
        >>> from ebit.studies import read_study
        >>> study = read_study("kim2026")
        >>> published_runs(study, study.select(["S2"])[0]).row(0)
        ('none', 0, 0.7407)
    """
    file = folder_of(study.name) / "published" / f"{item.published or item.name}.csv"
    if not file.is_file():
        return pl.DataFrame()
    return pl.read_csv(file.read_bytes(), schema_overrides={"published": pl.Float64})


def published_numbers(study: Study, item: Item) -> pl.DataFrame:
    """The published numbers of an item, one row for each combination of its keys.

    Single runs in the file become mean, sample standard deviation and number.

    Args:
        study: The study.
        item: One of its items.

    Returns:
        The keys that the paper tells apart, `published`, `published_std` (null if it is not
        stated) and `published_runs`; no rows if the paper has no numbers.

    Example:
        >>> from ebit.studies import read_study
        >>> study = read_study("kim2026")
        >>> published_numbers(study, study.select(["S2"])[0]).row(1)
        ('bell:1', 0.85185, 0.0005147815070493912, 10)
    """
    columns = {"published": pl.Float64, "published_std": pl.Float64, "published_runs": pl.Int64}
    table = published_runs(study, item)
    if table.is_empty():
        return pl.DataFrame(schema=columns)
    keys = [name for name in table.columns if name not in {*columns, "run"}]
    if "run" in table.columns:
        value = pl.col("published")
        return table.group_by(keys, maintain_order=True).agg(
            value.mean(),
            value.std().alias("published_std"),
            pl.len().cast(pl.Int64).alias("published_runs"),
        )
    if "published_std" not in table.columns:
        table = table.with_columns(
            published_std=pl.lit(None, pl.Float64), published_runs=pl.lit(RUNS_WITHOUT_STD)
        )
    return table.with_columns(pl.col("published_runs").cast(pl.Int64)).select(*keys, *columns)
