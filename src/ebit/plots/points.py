"""The first three coordinates of a data set, coloured by class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from ebit import checks
from ebit.errors import EbitError
from ebit.plots.saving import keep_data
from ebit.plots.standalone import OWN_FIGURE, standalone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
_VECTOR_LIMIT = 1000
_AXIS_NAMES = ("x₁ (rad)", "x₂ (rad)", "x₃ (rad)")


@standalone(projection="3d")
def first_three_coordinates(
    x: ArrayLike, y: ArrayLike, class_names: Sequence[str], ax: "Axes" = OWN_FIGURE
) -> pl.DataFrame:
    """Draw a data set as points in space: its first three coordinates, coloured by class.

    More than a thousand points are drawn as pixels inside the vector figure, to keep it small.

    Args:
        x: Inputs, angles in radians, shape (batch, features) with at least 3 features.
        y: Labels, shape (batch,).
        class_names: A name for every value of y, from the smallest to the largest: for labels
            -1 and +1 first the name of -1.
        ax: Matplotlib axes made with ``projection="3d"``; without one a figure is returned.

    Returns:
        What is drawn: x1, x2, x3 (radians) and class.

    Raises:
        EbitError: A shape does not fit, a value is not finite, or ``ax`` is flat.

    Example:
        >>> import numpy as np
        >>> from ebit.plots import first_three_coordinates, new_figure
        >>> figure, ax = new_figure(projection="3d")
        >>> data = first_three_coordinates(np.eye(4), [1, 1, -1, -1], ["no", "yes"], ax)
        >>> data["class"].to_list()
        ['yes', 'yes', 'no', 'no']
    """
    points, index = _check(x, y, class_names)
    if ax.name != "3d":
        raise EbitError(
            f'Argument `ax` must be a 3-D axes, but is {ax.name}; make it with projection="3d".'
        )
    axes: Any = ax
    colors = np.array([_COLORS[number % len(_COLORS)] for number in range(len(class_names))])
    axes.scatter(
        *points.T,
        s=6,
        c=colors[index],
        linewidth=0,
        depthshade=False,
        rasterized=len(points) > _VECTOR_LIMIT,
    )
    for color, name in zip(colors, class_names, strict=True):
        axes.scatter([], [], [], s=24, color=color, linewidth=0, label=_plain(name))
    for axis, name in zip((axes.xaxis, axes.yaxis, axes.zaxis), _AXIS_NAMES, strict=True):
        axis.set_label_text(name)
        axis.set_pane_color((1.0, 1.0, 1.0, 0.0))
    axes.locator_params(nbins=4)
    axes.set_box_aspect((1, 1, 1), zoom=0.95)
    axes.legend(loc="center left", bbox_to_anchor=(1.12, 0.5), title="class")
    columns = {f"x{axis + 1}": points[:, axis] for axis in range(3)}
    return keep_data(ax, pl.DataFrame(columns | {"class": [class_names[k] for k in index]}))


def _plain(name: str) -> str:
    """The name as Matplotlib shows it letter by letter, not as a formula."""
    return name.replace("$", r"\$")


def _check(
    x: ArrayLike, y: ArrayLike, class_names: Sequence[str]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The first three columns of x and, for each point, the index of its class."""
    points, labels = checks.numbers("x", x), checks.numbers("y", y)
    class_names = checks.several(checks.instance(str, "names of classes"))(
        "class_names", class_names
    )
    if points.ndim != 2 or points.shape[1] < 3:
        raise EbitError(
            f"Argument `x` must have shape (batch, 3 or more), but has shape {points.shape}."
        )
    if labels.shape != (len(points),):
        raise EbitError(
            f"Argument `y` must have shape ({len(points)},), but has shape {labels.shape}."
        )
    points = points[:, :3]
    values, index = np.unique(labels, return_inverse=True)
    if len(values) != len(class_names):
        raise EbitError(
            f"Argument `class_names` must name the {len(values)} values of `y`, but has "
            f"{len(class_names)} names."
        )
    return points, index
