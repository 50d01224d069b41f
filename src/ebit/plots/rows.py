"""Checks and statistics of result rows, grouped by resource."""

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.plots.resources import sort_resources


def check_columns(rows: pl.DataFrame, *columns: str) -> None:
    """Make sure that rows are there and have the columns that a figure needs.

    Args:
        rows: Result rows, one a run.
        *columns: Names that must be among the columns.

    Raises:
        EbitError: There are no rows, or a column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots.rows import check_columns
        >>> check_columns(pl.DataFrame({"resource": ["none"]}), "resource")
    """
    checks.columns("rows", rows, *columns)
    if rows.is_empty():
        raise EbitError("Argument `rows` must hold at least one run, but is empty; train first.")
    if "resource" in columns and rows["resource"].null_count():
        raise EbitError("Argument `rows` must name a `resource` in every row, but one is null.")


def statistics(rows: pl.DataFrame, column: str, by: str | None = None) -> pl.DataFrame:
    """Mean and sample standard deviation of a column over the runs of each resource.

    Args:
        rows: Result rows, one a run.
        column: Numeric column without missing values.
        by: A second column that tells groups of runs apart.

    Returns:
        Columns resource, ``by`` if given (ascending), mean, std (ddof 1; 0 for one run), runs; in
        the fixed resource order.

    Raises:
        EbitError: The column is missing or holds a value that is not finite.

    Example:
        >>> import polars as pl
        >>> from ebit.plots.rows import statistics
        >>> rows = pl.DataFrame({"resource": ["none", "none"], "train_loss": [0.25, 0.75]})
        >>> statistics(rows, "train_loss").select("mean", "runs").row(0)
        (0.5, 2)
    """
    keys = ["resource"] if by is None else ["resource", by]
    check_columns(rows, *keys, column)
    _check_finite(rows, column)
    return _moments(rows, keys, column)


def curve_statistics(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Mean and sample standard deviation of a curve over the runs of each resource, per step.

    Args:
        rows: Result rows with the list columns ``curve_steps`` and ``column``.
        column: Name of the curve.

    Returns:
        Columns resource, step, mean, std (ddof 1; 0 for one run), runs; resources in the fixed
        order, steps ascending.

    Raises:
        EbitError: A column is missing, the lists differ in length, or no run has a curve.

    Example:
        >>> import polars as pl
        >>> from ebit.plots.rows import curve_statistics
        >>> rows = pl.DataFrame({"resource": ["none"], "curve_steps": [[1, 2]],
        ...                      "train_loss_curve": [[0.9, 0.5]]})
        >>> curve_statistics(rows, "train_loss_curve")["mean"].to_list()
        [0.9, 0.5]
    """
    check_columns(rows, "resource", "curve_steps", column)
    points = _curve_points(rows, column)
    if points.is_empty():
        raise EbitError(f"Argument `rows` must hold a curve in `{column}`, but all are empty.")
    return _moments(points, ["resource", "step"], "value")


def has_curve(rows: pl.DataFrame, column: str) -> bool:
    """Whether at least one run has a curve.

    Args:
        rows: Result rows, one a run.
        column: Name of the curve.

    Returns:
        False also where the column or ``curve_steps`` is missing.

    Raises:
        EbitError: The lists differ in length.

    Example:
        >>> import polars as pl
        >>> from ebit.plots.rows import has_curve
        >>> has_curve(pl.DataFrame({"resource": ["none"]}), "train_loss_curve")
        False
    """
    if not {"curve_steps", column} <= set(rows.columns):
        return False
    return not _curve_points(rows, column).is_empty()


def mean_text(mean: float, std: float, runs: int) -> str:
    """A mean with its standard deviation, which a single run does not have.

    Args:
        mean: Mean over the runs.
        std: Sample standard deviation over the runs.
        runs: Number of runs.

    Returns:
        Text with three decimals.

    Example:
        >>> from ebit.plots.rows import mean_text
        >>> mean_text(0.9694, 0.0123, 5), mean_text(0.9694, 0.0, 1)
        ('0.969 ± 0.012', '0.969')
    """
    return f"{mean:.3f} ± {std:.3f}" if runs > 1 else f"{mean:.3f}"


def _curve_points(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Columns resource, step, value: one row for every recorded value of every run."""
    curves = rows.select("resource", step="curve_steps", value=column).drop_nulls()
    if curves.is_empty():
        return curves
    if not all(isinstance(curves.schema[name], pl.List) for name in ("step", "value")):
        raise EbitError(
            f"Argument `rows` must have lists in `curve_steps` and `{column}`, but has "
            f"{curves.schema['step']} and {curves.schema['value']}; record a list of values a run."
        )
    if curves.filter(pl.col("step").list.len() != pl.col("value").list.len()).height:
        raise EbitError(
            f"Argument `rows` must have lists of one length in `curve_steps` and `{column}`, "
            "but they differ; record one value a step."
        )
    filled = curves.filter(pl.col("step").list.len() > 0)
    values = filled.explode("step", "value").with_columns(pl.col("value").cast(pl.Float64))
    return values.drop_nulls().drop_nans("value")


def _check_finite(rows: pl.DataFrame, column: str) -> None:
    if not rows.schema[column].is_numeric():
        raise EbitError(
            f"Argument `rows` must have numbers in `{column}`, but has {rows.schema[column]}; "
            "convert the column."
        )
    values = rows[column].cast(pl.Float64)
    bad = rows.filter(~values.is_finite().fill_null(False))
    if bad.height:
        raise EbitError(
            f"Argument `rows` must have a finite `{column}` in every row, but a run of "
            f"{bad['resource'][0]} has {bad[column][0]}; leave that run out."
        )


def _moments(rows: pl.DataFrame, keys: list[str], column: str) -> pl.DataFrame:
    order = sort_resources(rows["resource"])
    value = pl.col(column).cast(pl.Float64)
    return (
        rows.group_by(keys)
        .agg(mean=value.mean(), std=value.std(ddof=1).fill_null(0.0), runs=pl.len())
        .with_columns(order=pl.col("resource").replace_strict(order, list(range(len(order)))))
        .sort("order", *keys[1:])
        .drop("order")
    )
