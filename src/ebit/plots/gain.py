"""How much a resource gains over another one, data set by data set."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.resources import resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, PAPER, in_lines

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


@standalone()
def gain_by_resource(gains: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw what every resource gains over another one, with its interval.

    One line a resource from top to bottom; the dashed line is no gain. Where an interval leaves it
    out, the resource is told apart.

    Args:
        gains: One row a resource, with resource, gain, low and high; low and high are empty where
            there is a single run.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> from ebit.plots import gain_by_resource, new_figure
        >>> figure, ax = new_figure()
        >>> gains = pl.DataFrame(
        ...     {"resource": ["bell:1"], "gain": [0.1], "low": [0.05], "high": [0.15]})
        >>> gain_by_resource(gains, ax)["gain"].item()
        0.1
    """
    check_columns(gains, "resource", "gain", "low", "high")
    styles = resource_styles(gains["resource"])
    for place, row in enumerate(gains.iter_rows(named=True)):
        style = styles[row["resource"]]
        if row["low"] is not None:
            ax.plot([row["low"], row["high"]], [place, place], color=style.color, linewidth=2)
        ax.plot(
            row["gain"], place, style.marker, color=style.color, markersize=7, markeredgecolor=PAPER
        )
    ax.axvline(0, color=INK, linestyle="--", linewidth=0.8, zorder=0)
    ax.set_yticks(range(gains.height), [in_lines(name) for name in gains["resource"]])
    ax.set_ylim(gains.height - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("Gain (mean and interval)")
    ax.locator_params(axis="x", nbins=6)  # so that numbers with a sign do not touch
    return keep_data(ax, gains)
