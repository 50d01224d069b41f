"""A figure of `ebit.plots` as the page needs it: files, lines to switch off, points that speak."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from ebit.plots import resource_styles, save_figure
from ebit.plots.saving import render_figure
from ebit.plots.style import GRID, INK, PAPER
from ebit.report.render import color_name, packed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

_PAGE_WIDTH = 4.0
"""Inches of a figure on the page: small, so that its letters can be read on a telephone."""

_REM_AN_INCH = 8
"""A figure of `_PAGE_WIDTH` is at most 32 rem wide, see the style sheet."""

_MULTIPLE = (2.0, 1.6)
"""Inches of one of several small figures."""

_INSIDE = (0.2, 0.15, 0.68, 0.7)
"""Place of its axes: left, bottom, width and height, in parts of the figure."""

_LETTERS_AN_INCH = 13

_POINTS_A_LINE = 25
_COORDINATE = re.compile(r"-?\d+\.\d{3,}")
_CAPS = {"|", "_", 2, 3}


@dataclass(frozen=True)
class Series:
    """What can be switched off: its key on the page, its name, and its colour as ``#rrggbb``."""

    key: str
    label: str
    color: str


@dataclass(frozen=True)
class Hit:
    """A point that says its values: its place in points, its text, and the series it is of."""

    x: float
    y: float
    text: str
    key: str


@dataclass(frozen=True)
class Panel:
    """One drawing: SVG, its frame, text for those who cannot see it, and the points in it."""

    svg: str
    box: str
    alt: str
    hits: Sequence[Hit]
    key: str = ""

    @property
    def rem(self) -> str:
        """Its width on the page at which letters of all figures have the same size."""
        return f"{float(self.box.split()[2]) / 72 * _REM_AN_INCH:.0f}"


@dataclass(frozen=True)
class Picture:
    """A figure of the report: file stem, caption, drawings, series and files.

    A wide one needs the whole width of the page, and scrolls inside its frame where there is less.
    One with a legend has series of its own; others share those of the page, which may have one
    legend for all.
    """

    name: str
    caption: str
    panels: Sequence[Panel]
    series: Sequence[Series]
    paths: Sequence[Path]
    is_wide: bool = False
    has_legend: bool = False

    @property
    def files(self) -> list[Mapping[str, str]]:
        """The files inside the page; its script makes the PNG file from the SVG file."""
        return [
            packed(path.name, path.read_bytes()) for path in self.paths if path.suffix != ".png"
        ]

    @property
    def colors(self) -> list[str]:
        """Colours that the style sheet must name."""
        return [one.color for one in self.series]


def resource_series(resources: Iterable[str]) -> list[Series]:
    """Resources as series, the same in all figures of a page.

    Args:
        resources: All resources of the page.

    Returns:
        One series each, in the fixed order.

    Example:
        >>> resource_series(["bell:1", "none"])[0]
        Series(key='r0', label='none', color='#999999')
    """
    styles = resource_styles(resources)
    return [Series(f"r{n}", name, style.color) for n, (name, style) in enumerate(styles.items())]


def save_picture(
    figure: "Figure",
    name: str,
    caption: str,
    alt: str,
    folder: Path,
    series: Sequence[Series] = (),
    *,
    is_wide: bool = False,
) -> Picture:
    """Save a figure and put it into the form that the page needs.

    Args:
        figure: A figure that functions of ``ebit.plots`` drew on.
        name: Stem of its files, and its id on the page.
        caption: What it shows.
        alt: The same for those who cannot see it.
        folder: Where the PNG, SVG and CSV files go.
        series: What its colours stand for; by default what its legend says.
        is_wide: Whether it needs the whole width, as a figure with several axes does anyway.

    Returns:
        The picture.

    Raises:
        EbitError: If the folder cannot be written.
    """
    paths = save_figure(figure, folder / name)
    is_wide = is_wide or len(figure.axes) > 1
    found = [*series] or _legend_series(figure, name)
    if not is_wide:
        figure.set_size_inches(_PAGE_WIDTH, figure.get_figheight())
    panel = draw_panel(figure, name, alt, found)
    drawn = set(re.findall(r'data-series="([^"]+)"', panel.svg))
    shown = [one for one in found if one.key in drawn]
    return Picture(name, caption, [panel], shown, paths, is_wide, not series and bool(shown))


def draw_multiples(
    figures: Mapping[str, "Figure"], name: str, series: Sequence[Series]
) -> list[Panel]:
    """Small figures side by side, one for each series; the caption tells what is drawn.

    Args:
        figures: A figure by the label of its series.
        name: What their ids start with.
        series: All series.

    Returns:
        One panel a figure, which goes with its series.
    """
    keys = {one.label: one.key for one in series}
    panels = []
    for number, (label, figure) in enumerate(figures.items()):
        figure.set_layout_engine("none")
        figure.set_size_inches(*_MULTIPLE)
        for ax in figure.axes:
            ax.set(xlabel="", ylabel="", position=_INSIDE)
        panel = draw_panel(figure, f"{name}-{number}", label, series)
        panels.append(Panel(panel.svg, panel.box, panel.alt, panel.hits, keys[label]))
    return panels


def draw_panel(figure: "Figure", name: str, alt: str, series: Sequence[Series]) -> Panel:
    """A figure as SVG whose lines and points know their series; the legend goes to the page.

    Args:
        figure: The figure, which is changed.
        name: What its ids start with.
        alt: What it shows, for those who cannot see it.
        series: What its colours stand for.

    Returns:
        The panel.
    """
    figure.set_dpi(72)
    legends = [*figure.legends, *(ax.get_legend() for ax in figure.axes)]
    for legend in legends if series else ():
        if legend is not None:
            legend.remove()
    for ax in figure.axes:
        _wrap(ax.xaxis, figure.get_figwidth())
        _wrap(ax.yaxis, figure.get_figheight())
    keys = [_Keys(ax, series) for ax in figure.axes]
    for place, (ax, own) in enumerate(zip(figure.axes, keys, strict=True)):
        for number, artist in enumerate([*ax.lines, *ax.collections, *ax.patches]):
            key = own.of(artist)
            if key:
                artist.set_gid(f"series-{key}-{place}-{number}")
    drawn = render_figure(figure, "svg").decode()  # puts all into its place
    labels = {one.key: one.label for one in series}
    height = 72 * figure.get_figheight()
    hits = [
        hit
        for ax, own in zip(figure.axes, keys, strict=True)
        if ax.name != "3d"
        for hit in _hits(ax, own, labels, height)
    ]
    svg = inline_svg(drawn, name, [one.color for one in series])
    box = f"0 0 {72 * figure.get_figwidth():g} {height:g}"
    return Panel(svg, box, alt, hits)


def _wrap(axis: "Axis", inches: float) -> None:
    """Break the title of an axis that is longer than the figure."""
    axis.set_label_text(fill(axis.get_label_text(), max(10, int(_LETTERS_AN_INCH * inches))))


def inline_svg(svg: str, prefix: str, colors: Iterable[str]) -> str:
    """A Matplotlib SVG file as an element of an HTML page.

    The ids get a prefix, so that several figures fit on one page; the style rule for the whole
    document, the prolog and the fixed size go; ink, paper, grid and series take the page's colours.

    Args:
        svg: Content of the SVG file.
        prefix: What the ids start with.
        colors: Colours as ``#rrggbb`` that the page names.

    Returns:
        The element ``<svg>...</svg>``, hidden from screen readers.

    Example:
        >>> inline_svg('<?xml?><svg width="9pt" height="9pt"><g id="a"/></svg>', "f", [])
        '<svg aria-hidden="true" focusable="false"><g id="f-a"/></svg>'
    """
    svg = svg[svg.index("<svg") :].strip()
    head, end, body = svg.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    head = head.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", body)
    body = re.sub(r'="[^"]*"', lambda value: _COORDINATE.sub(_rounded, value[0]), body)
    body = re.sub(rf'id="{prefix}-series-(.+)-\d+-\d+"', r'data-series="\1"', body)
    ours = {INK: "currentColor", PAPER: "var(--surface)", GRID: "var(--grid)"}
    for color, replacement in ({color: color_name(color) for color in colors} | ours).items():
        body = body.replace(color, replacement)
    return head + end + body


def _rounded(number: re.Match[str]) -> str:
    """A coordinate to a hundredth of a point, which nobody sees."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _legend_series(figure: "Figure", name: str) -> list[Series]:
    """What the legends of a figure say of colours; an example of a shape, in ink, is none."""
    found: dict[str, str] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            color = next(_colors(handle), None)
            is_shape = color == INK and not len(getattr(handle, "get_xdata", lambda: [0])())
            if color is not None and not is_shape:
                found.setdefault(label, color)
    return [Series(f"{name}-s{n}", label, color) for n, (label, color) in enumerate(found.items())]


def _colors(artist: Any) -> Iterator[str]:
    """Colours of an artist, of the first part of a container; that which is seen first."""
    from matplotlib.colors import to_hex, to_rgba_array

    parts = [part for part in getattr(artist, "get_children", list)() if part is not None]
    for part in (artist, *parts):
        for name in ("get_color", "get_facecolor", "get_edgecolor"):
            if hasattr(part, name):
                yield from (
                    to_hex(rgba) for rgba in to_rgba_array(getattr(part, name)())[:1] if rgba[3]
                )


class _Keys:
    """Which series the artists of an axes are of: by their label, else by their colour."""

    def __init__(self, ax: "Axes", series: Sequence[Series]) -> None:
        self.by_label = {one.label: one.key for one in series}
        self.by_color = {one.color: one.key for one in reversed(series)}

    def of(self, artist: Any) -> str:
        """The key of the series; empty for axes lines and the like."""
        key = self.by_label.get(artist.get_label())
        if key is not None:
            return key
        return next((self.by_color[c] for c in _colors(artist) if c in self.by_color), "")


def _hits(ax: "Axes", keys: _Keys, labels: Mapping[str, str], height: float) -> list[Hit]:
    """The points of lines, dots and bars that lie inside an axes, each once."""
    found: dict[tuple[float, float, str], Hit] = {}
    across, up = _Words(ax.xaxis), _Words(ax.yaxis)
    for artist, points in _points(ax):
        key = keys.of(artist)
        for x, y in points:
            place = ax.transData.transform((x, y))
            if not (np.isfinite(place).all() and ax.bbox.padded(2).contains(*place)):
                continue
            own = [labels[key]] if key else []
            text = "; ".join([*own, across.of(x), up.of(y)])
            hit = Hit(round(place[0], 1), round(height - place[1], 1), text, key)
            found.setdefault((hit.x, hit.y, key), hit)
    return list(found.values())


def _points(ax: "Axes") -> Iterator[tuple[Any, Iterable[tuple[float, float]]]]:
    for line in ax.lines:
        if line.get_transform() == ax.transData and line.get_marker() not in _CAPS:
            points = np.asarray(line.get_xydata())
            step = -(-len(points) // _POINTS_A_LINE)
            yield line, points[::step] if step > 1 else points
    for dots in ax.collections:
        offsets = np.ma.filled(dots.get_offsets(), np.nan)
        if dots.get_offset_transform() == ax.transData:
            yield dots, offsets
    for bars in ax.containers:
        for bar in getattr(bars, "patches", ()):
            yield bar, [(bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height())]


class _Words:
    """Says values on an axis; where the axis has names, the nearest one."""

    def __init__(self, axis: "Axis") -> None:
        self.title = axis.get_label_text().replace("\n", " ")
        texts = [label.get_text() for label in axis.get_ticklabels()]
        named = any(re.fullmatch(r"[A-Za-z]{2}.*", text) for text in texts)
        places = map(float, axis.get_ticklocs())
        self.names = dict(zip(places, texts, strict=False)) if named else {}

    def of(self, value: float) -> str:
        """One value in words."""
        if round(value) in self.names:
            return self.names[round(value)]
        return f"{self.title}: {value:.4g}" if self.title else f"{value:.4g}"
