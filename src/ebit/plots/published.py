"""Measured means with published ones beside them."""

from typing import TYPE_CHECKING

import polars as pl

from ebit.plots.means import draw_mean
from ebit.plots.resources import ResourceStyle, resource_styles
from ebit.plots.rows import check_columns
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone
from ebit.plots.style import INK, whole_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ("series", "x", "measured", "measured_std", "published", "published_std")
_WIDTH = 0.6
_MOST_MARKERS = 12
"""With more values along x, measured means are a line without markers."""


@standalone()
def means_beside_published(points: pl.DataFrame, ax: "Axes" = OWN_FIGURE) -> pl.DataFrame:
    """Draw means (filled) and published ones (hollow) against a number or a category.

    Numbers along x are joined by a line for each series; categories stand side by side. Bars are
    +-1 sample standard deviation, where it is known. Where values along x are many, the measured
    means are lines alone.

    Args:
        points: One row a mean: series (a resource string gets its colour), x (number or text),
            measured, measured_std, published, published_std; null where there is none.
        ax: Matplotlib axes to draw on; without one a figure is returned.

    Returns:
        What is drawn.

    Raises:
        EbitError: A column is missing.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import means_beside_published, new_figure
        >>> points = pl.DataFrame({"series": ["none"], "x": [5], "measured": [0.75],
        ...     "measured_std": [0.01], "published": [0.74], "published_std": [0.02]})
        >>> figure, ax = new_figure()
        >>> means_beside_published(points, ax).height
        1
    """
    check_columns(points, *_COLUMNS)
    data = points.select(_COLUMNS)
    is_number = data["x"].dtype.is_numeric()
    categories = data["x"].unique(maintain_order=True).to_list()
    styles = resource_styles(data["series"])
    several = any(own["x"].n_unique() < own.height for own in data.partition_by("x"))
    for place, (series, style) in enumerate(styles.items()):
        own = data.filter(pl.col("series") == series)
        shift = _WIDTH * ((place + 0.5) / len(styles) - 0.5) if several else 0.0
        x = own["x"] if is_number else [categories.index(name) + shift for name in own["x"]]
        _draw_series(own.with_columns(pl.Series("x", list(x), pl.Float64)), ax, style, is_number)
        ax.plot([], [], color=style.color, marker=style.marker, linestyle="none", label=series)
    if not is_number:
        ax.set_xticks(range(len(categories)), [str(name) for name in categories])
        ax.set_xlim(-0.5, len(categories) - 0.5)
    elif data["x"].dtype.is_integer():
        whole_ticks(ax.xaxis)
    if data["published"].count():
        ax.plot([], [], "o", color=INK, markerfacecolor="none", label="published")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return keep_data(ax, data)


def _draw_series(own: pl.DataFrame, ax: "Axes", style: ResourceStyle, is_number: bool) -> None:
    crowded = is_number and own.height > _MOST_MARKERS
    if is_number:
        ax.plot(own["x"], own["measured"], color=style.color, linestyle=style.line)
    if not crowded:
        for x, measured, std in own.select("x", "measured", "measured_std").iter_rows():
            draw_mean(ax, style, x, measured, yerr=std)
    ax.errorbar(
        own["x"],
        own["published"].to_numpy(),
        yerr=own["published_std"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        color=style.color,
        marker=style.marker,
        markersize=4 if crowded else 10,
        markerfacecolor="none",
        linestyle="none",
        elinewidth=0.6,
        capsize=5,
        capthick=0.6,
    )
