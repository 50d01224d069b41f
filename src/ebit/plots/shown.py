"""Figures that a notebook shows although they are made without pyplot."""

from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from ebit.plots.style import paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@cache
def _shown() -> type["Figure"]:
    """The class of the figures; Matplotlib is loaded only here."""
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        """A Matplotlib figure that is the value of a cell: drawn there, without a backend."""

        def _repr_svg_(self) -> str:
            text = StringIO()
            with paper_style():
                self.savefig(text, format="svg", metadata={"Date": None})
            return text.getvalue()

    return ShownFigure


def shown_figure(**settings: Any) -> "Figure":
    """A new figure that shows itself in notebooks; the settings are those of Matplotlib's."""
    return _shown()(**settings)
