"""Repeated splits of one file: how much an accuracy owes to the rows that happen to validate it."""

import os
from pathlib import Path

import polars as pl

from ebit import checks
from ebit.accuracies import samples_of
from ebit.data import Dataset, DataSource, load
from ebit.data.bundled import BUNDLED
from ebit.data.files import READERS
from ebit.errors import EbitError
from ebit.statistics import Difference

SMALL = 1000
"""A file with fewer rows is split several times if nothing else is said."""

SPLITS_OF_A_SMALL_FILE = 5

MOST_SPLITS = 1000


@checks.takes(
    source=checks.instance(DataSource, "a DataSource"),
    splits=checks.maybe(checks.whole(1, MOST_SPLITS)),
)
def load_splits(source: DataSource, splits: int | None = None) -> list[Dataset]:
    """The data sets of several random splits of one file; each keeps the share of each class.

    Args:
        source: Where the data come from; its `split_seed` is that of the first split, and the
            next ones follow.
        splits: How many; by default 5 for a file of fewer than 1000 rows without a validation
            part of its own, else 1.

    Returns:
        One data set per split.

    Raises:
        EbitError: If the data are bad or cannot be split again.

    Example:
        >>> [data.name for data in load_splits(DataSource(source="chsh"))]
        ['chsh']
    """
    first = load(source)
    if splits == 1 or (splits is None and (not is_file(source) or rows_of_all(first) >= SMALL)):
        return [first]
    wanted = SPLITS_OF_A_SMALL_FILE if splits is None else splits
    further = []
    if is_file(source):
        seeds = range(source.split_seed + 1, source.split_seed + wanted)
        further = [load(source.model_copy(update={"split_seed": seed})) for seed in seeds]
    if further and further[0].fingerprint != first.fingerprint:
        return [first, *further]
    if splits is None:
        return [first]
    raise EbitError(
        f"Argument `splits` is {splits}, but data `{first.name}` have a validation part of their "
        "own: leave it out."
    )


def is_file(source: DataSource) -> bool:
    """Whether the data are rows that can be read and split again."""
    if source.source in BUNDLED:
        return True
    path = Path(source.source)
    return path.suffix.lower() in READERS or os.path.isfile(path)


def rows_of_all(dataset: Dataset) -> int:
    """Rows of both parts."""
    return len(dataset.y_train) + len(dataset.y_validation)


@checks.takes(rows=checks.frame, over=checks.text("the name of a resource"))
def gains(rows: pl.DataFrame, over: str = "none") -> dict[str, Difference]:
    """Gain in validation accuracy over one resource, paired by split, or by run if there is one.

    Args:
        rows: Rows of resources on one data set.
        over: The resource to compare with.

    Returns:
        The mean difference of every other resource that has the same splits or runs; nothing
        without rows of `over`.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"] * 2, "run": [0, 0, 1, 1],
        ...                      "split": [None] * 4, "train_rows": 12, "validation_rows": 4,
        ...                      "validation_accuracy": [0.5, 0.75, 0.5, 1.0]})
        >>> gains(rows)["bell:1"].value
        0.375
    """
    checks.columns("rows", rows, "resource", "validation_accuracy")
    found = {}
    for name in rows["resource"].unique(maintain_order=True):
        two = samples_of(rows.filter(pl.col("resource").is_in([over, name])))
        if name != over and over in two.values and two.are_paired:
            found[name] = two.measure(two.values[name], two.values[over])
    return found


@checks.takes(summary=checks.frame, rows=checks.frame)
def with_gains(summary: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """A summary with the gain of every resource over `none` and its 95 % confidence interval.

    Args:
        summary: One row per resource, as `summarize` returns it.
        rows: The rows behind it.

    Returns:
        The summary with the columns `gain_over_none`, `gain_over_none_low` and
        `gain_over_none_high`; null where nothing can be paired, or has one value only.
    """
    checks.columns("summary", summary, "resource")
    found = gains(rows)
    names = summary["resource"].to_list()
    values = [found[name].value if name in found else None for name in names]
    ends = [found[name].interval() if name in found else None for name in names]
    low, high = ([None if end is None else end[k] for end in ends] for k in (0, 1))
    return summary.with_columns(
        pl.Series("gain_over_none", values, pl.Float64),
        pl.Series("gain_over_none_low", low, pl.Float64),
        pl.Series("gain_over_none_high", high, pl.Float64),
    )
