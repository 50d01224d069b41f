"""Validation accuracy of every resource."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ebit.plots.means import draw_mean
from ebit.plots.resources import resource_styles
from ebit.plots.rows import mean_text, statistics
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, in_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def accuracy_by_resource(rows: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw validation accuracy by resource: mean, standard deviation, and every single run.

    One line a resource from top to bottom in the fixed order. The large marker is the mean, the
    bar is +-1 sample standard deviation over the runs, every dot is one run, and the dashed line
    marks the mean of ``none``.

    Args:
        rows: Result rows, one a run, with resource and validation_accuracy (0 to 1).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn: resource, mean, std, runs.

    Raises:
        EbitError: A column is missing or an accuracy is not finite.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_by_resource, new_figure
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1", "bell:1"],
        ...                      "validation_accuracy": [0.75, 0.9, 1.0]})
        >>> figure, ax = new_figure()
        >>> accuracy_by_resource(rows, ax)["mean"].to_list()
        [0.75, 0.95]
    """
    data = statistics(rows, "validation_accuracy")
    styles = resource_styles(data["resource"])
    for place, group in enumerate(data.iter_rows(named=True)):
        style = styles[group["resource"]]
        runs = rows.filter(pl.col("resource") == group["resource"])["validation_accuracy"]
        spread = np.linspace(-0.22, 0.22, len(runs)) if len(runs) > 1 else [0.0]
        ax.scatter(runs, place + np.asarray(spread), s=9, color=style.color, alpha=0.5, lw=0)
        draw_mean(ax, style, group["mean"], place, xerr=group["std"])
        ax.text(
            1.01,
            place,
            mean_text(group["mean"], group["std"], group["runs"]),
            transform=ax.get_yaxis_transform(),
            verticalalignment="center",
            fontsize="small",
        )
        if group["resource"] == "none":
            ax.axvline(group["mean"], color=INK, linestyle="--", linewidth=0.8, zorder=0)
    ax.set_yticks(range(data.height), [in_lines(name) for name in data["resource"]])
    ax.set_ylim(data.height - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("Validation accuracy (fraction of samples)")
    return keep_data(ax, data)
