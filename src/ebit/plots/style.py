"""Paper style: sizes, fonts and inks that every figure shares."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ebit import checks
from ebit.errors import EbitError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

TWO_COLUMN_WIDTH = 7.16
"""Width in inches of a figure across both columns of a journal page."""

INK = "#222222"
"""Colour of text and axes."""

PAPER = "#ffffff"
"""Colour of the background."""

GRID = "#dddddd"
"""Colour of grid lines."""

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#f0e442")
"""Colours of lines that are no resources, apart for colour-blind readers."""

PANELS_A_LINE = 3
"""Most axes side by side."""

_SETTINGS: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": GRID,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "savefig.dpi": 300,
    "svg.fonttype": "none",
    "svg.hashsalt": "ebit",
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Paper style for the figures made inside a ``with`` block; nothing changes outside it.

    Yields:
        Nothing.

    Raises:
        EbitError: Matplotlib is not installed.

    Example:
        >>> import matplotlib
        >>> from ebit.plots import paper_style
        >>> with paper_style():
        ...     matplotlib.rcParams["svg.fonttype"]
        'none'
    """
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise _matplotlib_missing() from error
    with rc_context(_SETTINGS):
        yield


@checks.takes(height=checks.real(above=0), projection=checks.maybe(checks.one_of(("3d",))))
def new_figure(height: float = 3.2, *, projection: str | None = None) -> "tuple[Figure, Axes]":
    """An empty figure of two-column width in paper style, with one ``ax``.

    Made without pyplot: no window, no global state, nothing to close.

    Args:
        height: Height in inches.
        projection: ``"3d"`` for a spatial figure.

    Returns:
        The figure and its axes.

    Raises:
        EbitError: Matplotlib is not installed.

    Example:
        >>> from ebit.plots import new_figure
        >>> figure, ax = new_figure(2.5)
        >>> figure.get_size_inches().tolist()
        [7.16, 2.5]
    """
    with paper_style():
        from ebit.plots.shown import shown_figure

        figure = shown_figure(figsize=(TWO_COLUMN_WIDTH, height), layout="constrained")
        return figure, figure.add_subplot(projection=projection)


@checks.takes(count=checks.whole(1, 1000), height=checks.real(above=0), share=checks.flag)
def new_panels(
    count: int, height: float = 2.6, *, share: bool = True
) -> "tuple[Figure, list[Axes]]":
    """An empty figure of two-column width in paper style, with several axes side by side.

    Args:
        count: Number of axes, at most three in a line.
        height: Height of a line in inches.
        share: Whether all axes have the same vertical scale.

    Returns:
        The figure and its axes, from left to right and from top to bottom.

    Raises:
        EbitError: Matplotlib is not installed.

    Example:
        >>> from ebit.plots import new_panels
        >>> figure, axes = new_panels(5)
        >>> len(axes), figure.get_size_inches().tolist()
        (5, [7.16, 5.2])
    """
    with paper_style():
        from ebit.plots.shown import shown_figure

        columns = min(count, PANELS_A_LINE)
        lines = -(-count // columns)
        figure = shown_figure(figsize=(TWO_COLUMN_WIDTH, lines * height), layout="constrained")
        axes: list[Axes] = []
        for place in range(1, count + 1):
            first = axes[0] if axes and share else None
            axes.append(figure.add_subplot(lines, columns, place, sharey=first))
        return figure, axes


def in_lines(resource: str) -> str:
    """The name of a resource with a line for each edge that has one of its own.

    Args:
        resource: Its name.

    Example:
        >>> print(in_lines("none;A-B=bell:1"))
        none
        A-B=bell:1
    """
    return resource.replace(";", "\n")


def label_outside(axes: "Sequence[Axes]") -> None:
    """Name the axes of :func:`new_panels` at the left and at the bottom only.

    `Axes.label_outer` leaves those without names that have an empty place below them.

    Args:
        axes: All of them, with the same scales.

    Example:
        >>> from ebit.plots.style import label_outside, new_panels
        >>> figure, axes = new_panels(4)
        >>> for ax in axes:
        ...     label = ax.set(xlabel="Step", ylabel="Loss")
        >>> label_outside(axes)
        >>> [(ax.get_xlabel(), ax.get_ylabel()) for ax in axes]
        [('', 'Loss'), ('Step', ''), ('Step', ''), ('Step', 'Loss')]
    """
    for place, ax in enumerate(axes):
        if place % PANELS_A_LINE:
            ax.set_ylabel("")
            ax.tick_params(which="both", labelleft=False)
        if place + PANELS_A_LINE < len(axes):
            ax.set_xlabel("")
            ax.tick_params(which="both", labelbottom=False)


def whole_ticks(axis: "Axis") -> None:
    """Ticks at whole numbers only, for an axis of counts.

    Args:
        axis: Such as ``ax.xaxis``.

    Example:
        >>> from ebit.plots.style import new_figure, whole_ticks
        >>> figure, ax = new_figure()
        >>> limits = ax.set_xlim(2.8, 3.2)
        >>> whole_ticks(ax.xaxis)
        >>> [float(place) for place in ax.get_xticks() if 2.8 < place < 3.2]
        [3.0]
    """
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))


def check_installed() -> None:
    """Raise now, before hours of work, if figures cannot be drawn.

    Raises:
        EbitError: Matplotlib is not installed.

    Example:
        >>> from ebit.plots import check_installed
        >>> check_installed()
    """
    if find_spec("matplotlib") is None:
        raise _matplotlib_missing()


def _matplotlib_missing() -> EbitError:
    return EbitError('Figures need Matplotlib, which is not installed: pip install "ebit[report]"')
