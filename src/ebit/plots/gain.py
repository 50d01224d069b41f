"""How much a resource gains over another one, data set by data set."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 20


@standalone()
def gain_distribution(gains: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the histogram of the gain over data sets, and its mean.

    Args:
        gains: One row a data set, with gain (difference of mean accuracies).
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import gain_distribution, new_figure
        >>> figure, ax = new_figure()
        >>> gain_distribution(pl.DataFrame({"gain": [0.1, 0.12, 0.2]}), ax).height
        3
    """
    check_columns(gains, "gain")
    style = resource_styles(["bell:1"])["bell:1"]
    values = gains["gain"].to_numpy()
    ax.hist(values, bins=min(_BINS, max(4, gains.height // 4)), color=style.color, edgecolor=PAPER)
    ax.axvline(values.mean(), color=INK, linestyle="--", linewidth=0.8)
    ax.set_xlabel("Gain in validation accuracy")
    ax.set_ylabel("Data sets")
    return keep_data(ax, gains)


@standalone()
def gain_against_baseline(gains: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw the gain of every data set against the accuracy that it is a gain over.

    Args:
        gains: One row a data set, with baseline (mean accuracy) and gain.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import gain_against_baseline, new_figure
        >>> figure, ax = new_figure()
        >>> gains = pl.DataFrame({"baseline": [0.8], "gain": [0.1]})
        >>> gain_against_baseline(gains, ax).height
        1
    """
    check_columns(gains, "baseline", "gain")
    style = resource_styles(["bell:1"])["bell:1"]
    ax.plot(gains["baseline"], gains["gain"], style.marker, color=style.color, markersize=4)
    ax.set_xlabel("Validation accuracy without the resource")
    ax.set_ylabel("Gain")
    return keep_data(ax, gains)
