"""Figures that a notebook shows although they are made without pyplot."""

from io import StringIO

from matplotlib.figure import Figure

from ebit.plots.style import paper_style


class ShownFigure(Figure):
    """A Matplotlib figure that is the value of a cell: drawn there, without a backend."""

    def _repr_svg_(self) -> str:
        text = StringIO()
        with paper_style():
            self.savefig(text, format="svg", metadata={"Date": None})
        return text.getvalue()
