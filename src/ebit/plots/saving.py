"""Save a figure as PNG and SVG with its data as CSV, all of it atomically."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.plots.style import paper_style
from ebit.writing import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DRAWN: "WeakKeyDictionary[Axes, pl.DataFrame]" = WeakKeyDictionary()
_NO_METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
}


def keep_data(ax: "Axes", data: pl.DataFrame) -> pl.DataFrame:
    """Remember what was drawn on an axes, for the CSV file of :func:`save_figure`.

    Args:
        ax: The axes drawn on.
        data: Flat columns.

    Returns:
        The same data.

    Example:
        >>> import polars as pl
        >>> from ebit.plots import new_figure
        >>> from ebit.plots.saving import keep_data
        >>> figure, ax = new_figure()
        >>> keep_data(ax, pl.DataFrame({"step": [1, 2]})).height
        2
    """
    _DRAWN[ax] = data
    return data


def _figure(name: str, value: Any) -> Any:
    if not hasattr(value, "axes") or not hasattr(value, "savefig"):
        raise checks.wrong(name, "a Matplotlib figure", value)
    return value


@checks.takes(figure=_figure, stem=checks.path)
def save_figure(figure: "Figure", stem: Path) -> list[Path]:
    """Write ``stem.png`` (300 dpi), ``stem.svg`` and the drawn data as ``stem.csv``.

    Each file appears complete or not at all, and the same figure gives the same bytes. With
    several axes the CSV file has a first column ``panel`` that counts them from 1.

    Args:
        figure: A figure that functions of ``ebit.plots`` drew on.
        stem: Path without extension; its folder is made where needed.

    Returns:
        The paths of the PNG, SVG and CSV file.

    Raises:
        EbitError: Nothing of ebit is drawn on the figure, or the folder cannot be written.

    Example:
        >>> import tempfile, polars as pl
        >>> from pathlib import Path
        >>> from ebit.plots import accuracy_by_resource, new_figure, save_figure
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
        >>> figure, ax = new_figure()
        >>> data = accuracy_by_resource(rows, ax)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [path.name for path in save_figure(figure, Path(folder) / "accuracy")]
        ['accuracy.png', 'accuracy.svg', 'accuracy.csv']
    """
    data = _drawn_data(figure).write_csv().encode()
    with _laid_out(figure):
        drawn = {f".{kind}": _print(figure, kind) for kind in _NO_METADATA}
    paths = []
    for suffix, content in {**drawn, ".csv": data}.items():
        path = stem.with_name(stem.name + suffix)
        write_atomically(path, content)
        paths.append(path)
    return paths


def render_figure(figure: "Figure", kind: str) -> bytes:
    """A figure as the content of a file.

    Args:
        figure: The figure.
        kind: `png` or `svg`.

    Returns:
        The same bytes for the same figure.
    """
    with _laid_out(figure):
        return _print(figure, kind)


@contextmanager
def _laid_out(figure: "Figure") -> Iterator[None]:
    """Everything in its place and in paper style, found once: `savefig` looks for every file.

    Where the layout engine was put aside, everything is in its place.
    """
    from matplotlib import rcParams
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    engine, canvas, dpi = figure.get_layout_engine(), figure.canvas, figure.dpi
    with paper_style():
        figure.set_dpi(rcParams["savefig.dpi"])
        if not isinstance(engine, PlaceHolderLayoutEngine):
            if engine is not None:
                engine.execute(figure)
            figure.set_layout_engine("none")
        try:
            yield
        finally:
            figure.set_layout_engine(engine)
            figure.set_canvas(canvas)
            figure.set_dpi(dpi)


def _print(figure: "Figure", kind: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    canvases: dict[str, Any] = {"png": FigureCanvasAgg, "svg": FigureCanvasSVG}
    buffer = io.BytesIO()
    getattr(canvases[kind](figure), f"print_{kind}")(buffer, metadata=_NO_METADATA[kind])
    return buffer.getvalue()


def _drawn_data(figure: "Figure") -> pl.DataFrame:
    frames = [_DRAWN[ax] for ax in figure.axes if ax in _DRAWN]
    if not frames:
        raise EbitError(
            "Argument `figure` must be drawn on by a function of ebit.plots, but holds no such "
            "data; draw on its axes first."
        )
    if len(frames) == 1:
        return frames[0]
    panels = [
        frame.select(pl.lit(number).alias("panel"), pl.all())
        for number, frame in enumerate(frames, start=1)
    ]
    return pl.concat(panels, how="diagonal_relaxed")
