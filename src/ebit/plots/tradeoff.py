"""Accuracy against labels per second: what can be had at the same time."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.means import draw_mean
from ebit.plots.resources import resource_styles, sort_resources
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def accuracy_against_rate(options: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the accuracy of every option against its labels per second, with the Pareto front.

    Options that are not feasible are faint. Options with no limit of labels per second are left
    out.

    Args:
        options: One row per option, with resource, accuracy_mean, accuracy_std,
            labels_per_second, feasible and pareto.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing or there are no rows.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_against_rate, new_figure
        >>> options = pl.DataFrame({"resource": ["none"], "accuracy_mean": [0.8],
        ...     "accuracy_std": [0.01], "labels_per_second": [5.0], "feasible": [True],
        ...     "pareto": [True]})
        >>> figure, ax = new_figure()
        >>> accuracy_against_rate(options, ax).height
        1
    """
    wanted = ("accuracy_mean", "accuracy_std", "labels_per_second", "feasible", "pareto")
    check_columns(options, "resource", *wanted)
    order = {name: place for place, name in enumerate(sort_resources(options["resource"]))}
    limited = pl.col("labels_per_second").is_finite() & (pl.col("labels_per_second") > 0)
    data = options.filter(limited).sort(pl.col("resource").replace_strict(order))
    styles = resource_styles(options["resource"])
    ax.set_xscale("log")
    front = data.filter("pareto").sort("labels_per_second")
    ax.plot(front["labels_per_second"], front["accuracy_mean"], color=INK, linewidth=0.8, zorder=0)
    named: set[str] = set()
    for row in data.sort("feasible", maintain_order=True, descending=True).to_dicts():
        name, faint = row["resource"], not row["feasible"]
        if faint:
            ax.plot(
                row["labels_per_second"],
                row["accuracy_mean"],
                styles[name].marker,
                color=styles[name].color,
                alpha=0.25,
                label=None if name in named else name,
            )
        else:
            draw_mean(
                ax,
                styles[name],
                row["labels_per_second"],
                row["accuracy_mean"],
                yerr=row["accuracy_std"],
                label=None if name in named else name,
            )
        named.add(name)
    ax.set_xlabel("Labels per second")
    ax.set_ylabel("Accuracy (fraction of samples)")
    if named:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)
