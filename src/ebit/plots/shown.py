"""Figures that a notebook shows although they are made without pyplot."""

from functools import cache
from typing import TYPE_CHECKING, Any

from ebit.plots.saving import render_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@cache
def _shown() -> type["Figure"]:
    """The class of the figures; Matplotlib is loaded only here."""
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        """A Matplotlib figure that is the value of a cell: drawn there, without a backend."""

        def _repr_svg_(self) -> str:
            return render_figure(self, "svg").decode()

    return ShownFigure


def shown_figure(**settings: Any) -> "Figure":
    """A new figure that shows itself in notebooks; the settings are those of Matplotlib's."""
    return _shown()(**settings)
