"""Accuracy against the number of functions of the data that a circuit can form."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@standalone()
def accuracy_by_functions(points: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw mean accuracy against the number of functions of the data, on a logarithmic axis.

    Full markers are trained read-out weights, hollow ones the parity read-out; diamonds have mixing
    layers.

    Args:
        points: One row a training, with resource, mixing, readout, data_functions, measured and
            measured_std.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import accuracy_by_functions, new_figure
        >>> points = pl.DataFrame({"resource": ["bell:4"], "mixing": [0], "readout": ["parity"],
        ...     "data_functions": [209], "measured": [0.8], "measured_std": [0.01]})
        >>> figure, ax = new_figure()
        >>> accuracy_by_functions(points, ax).height
        1
    """
    names = (
        "resource", "mixing", "readout", "data_functions", "measured", "measured_std",
    )  # fmt: skip
    check_columns(points, *names)
    data = points.select(names)
    for resource, style in resource_styles(data["resource"]).items():
        own = data.filter(pl.col("resource") == resource)
        for _, mixing, readout, count, mean, std in own.iter_rows():
            ax.errorbar(
                count,
                mean,
                yerr=std or 0.0,
                color=style.color,
                marker="D" if mixing else style.marker,
                markerfacecolor=style.color if readout == "weights" else PAPER,
                markersize=5,
                capsize=2,
            )
        ax.plot([], [], color=style.color, marker=style.marker, linestyle="none", label=resource)
    ax.plot([], [], "o", color=INK, markerfacecolor=PAPER, label="parity read-out")
    ax.plot([], [], "D", color=INK, label="mixing layers")
    ax.set_xscale("log")
    ax.set_xlabel("Functions of the data")
    ax.set_ylabel("Validation accuracy")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)
