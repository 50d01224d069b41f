"""Predicted numbers against true ones."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def predicted_against_true(
    rows: pl.DataFrame, resource: str, ax: "Axes" = OWN_FIGURE
) -> pl.DataFrame:
    """Draw predicted against true numbers; on the dashed line both are equal.

    Args:
        rows: One row a sample, with true and predicted.
        resource: Whose predictions they are.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing or there are no rows.

    Example:
        >>> from ebit.plots import new_figure, predicted_against_true
        >>> figure, ax = new_figure()
        >>> rows = pl.DataFrame({"true": [0.0, 1.0], "predicted": [0.1, 0.8]})
        >>> predicted_against_true(rows, "none", ax).height
        2
    """
    check_columns(rows, "true", "predicted")
    color = resource_styles([resource])[resource].color
    true = rows["true"].to_numpy()
    ends = [true.min(), true.max()]
    ax.plot(ends, ends, color=INK, linestyle="--", linewidth=0.8)
    ax.scatter(rows["true"], rows["predicted"], s=12, color=color, alpha=0.6, lw=0, label=resource)
    ax.set_xlabel("True")
    ax.set_ylabel("Predicted")
    return keep_data(ax, rows)
