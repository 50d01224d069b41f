"""The marker of a mean with its error bar, the same in all figures."""

from typing import TYPE_CHECKING

from ebit.plots.resources import ResourceStyle
from ebit.plots.style import PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_mean(
    ax: "Axes",
    style: ResourceStyle,
    x: float,
    y: float,
    *,
    xerr: float | None = None,
    yerr: float | None = None,
    label: str | None = None,
) -> None:
    """Draw the mean of a resource with an error bar along one axis.

    Args:
        ax: Matplotlib axes to draw on.
        style: Colour and marker of the resource.
        x: Position in data coordinates.
        y: Position in data coordinates.
        xerr: Half length of a bar along x.
        yerr: Half length of a bar along y.
        label: Name in the legend.

    Example:
        >>> from ebit.plots import new_figure, resource_styles
        >>> from ebit.plots.means import draw_mean
        >>> figure, ax = new_figure()
        >>> draw_mean(ax, resource_styles(["none"])["none"], 1.0, 0.9, yerr=0.1)
        >>> len(ax.containers)
        1
    """
    ax.errorbar(
        x,
        y,
        xerr=xerr,
        yerr=yerr,
        color=style.color,
        marker=style.marker,
        markersize=7,
        markeredgecolor=PAPER,
        markeredgewidth=0.6,
        linestyle="none",
        capsize=3,
        label=label,
    )
