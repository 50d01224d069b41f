"""The circuit of a model: QPUs as bands, shared states as waves, outcomes as double lines."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ebit.circuits import Circuit
from ebit.circuits.sheet import Mark, Sheet, lay_out
from ebit.plots.saving import keep_data
from ebit.plots.style import GRID, INK, PAPER, TWO_COLUMN_WIDTH, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7")
"""Colours of the QPUs, one after the other."""

PAIR = "#0072b2"
MESSAGE = "#d55e00"
ACROSS = "#009e73"

_FONT = 6.5
_LARGEST_UNIT = 0.34
"""Inches between two qubits."""

_SMALLEST_UNIT = 0.24
_MARGIN = 1.6
"""Width in units of the names of the qubits."""


def draw_figure(circuit: Circuit) -> "Figure":
    """Draw a circuit; one layer stands for all layers of a block.

    Args:
        circuit: The circuit.

    Returns:
        A figure of two-column width in paper style. Its data are the operations of the circuit.

    Raises:
        EbitError: Matplotlib is not installed.

    Example:
        >>> from ebit import BellPairs, DistributedQCNN
        >>> figure = draw_figure(DistributedQCNN(qubits=2, resource=BellPairs(1)).circuit)
        >>> len(figure.axes)
        1
    """
    sheet = lay_out(circuit)
    lines = sheet.lines(
        lambda columns: _centres(sheet, columns)[1], TWO_COLUMN_WIDTH / _SMALLEST_UNIT
    )
    width = max(_centres(sheet, columns)[1] for columns in lines)
    unit = min(_LARGEST_UNIT, TWO_COLUMN_WIDTH / width)
    height = len(sheet.qubits) + 1.7
    with paper_style():
        from ebit.plots.shown import shown_figure

        whole = len(lines) * height + 1.0
        figure = shown_figure(figsize=(TWO_COLUMN_WIDTH, whole * unit))
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        ax.set_axis_off()
        left = (width - TWO_COLUMN_WIDTH / unit) / 2
        ax.set_xlim(left, width - left)
        ax.set_ylim(whole, 0)
        for number, columns in enumerate(lines):
            _Line(ax, sheet, columns, number * height + 1.6).draw()
        _legend(ax, sheet, len(lines) * height + 0.45)
    keep_data(ax, _operations(circuit))
    return figure


def _operations(circuit: Circuit) -> pl.DataFrame:
    """One row per operation."""
    rows = [
        {"block": block.name, "layer": number, "operation": str(operation)}
        for block in circuit.blocks
        for number, layer in enumerate(block.layers, start=1)
        for operation in layer
    ]
    return pl.DataFrame(rows)


def _centres(sheet: Sheet, columns: range) -> tuple[dict[int, float], float]:
    """Middle of every column of a line, in units, and the width of the line."""
    widths = dict.fromkeys(columns, 0.55)
    for mark in sheet.marks:
        if mark.column in widths:
            widths[mark.column] = max(widths[mark.column], _box_width(mark.label) + 0.2)
    centres: dict[int, float] = {}
    place = _MARGIN
    for title, part in sheet.pieces(columns):
        own = sum(widths[column] for column in part)
        spare = max(0.0, 0.22 * len(title) - own)
        place += spare / 2
        for column in part:
            centres[column] = place + widths[column] / 2
            place += widths[column]
        place += spare / 2 + 0.35
    return centres, place


def _box_width(label: str) -> float:
    return 0.22 + 0.19 * max(1, len(label))


class _Line:
    """A line of the drawing: some columns, all qubits."""

    def __init__(self, ax: "Axes", sheet: Sheet, columns: range, top: float) -> None:
        self.ax, self.sheet, self.columns, self.top = ax, sheet, columns, top
        self.centres, self.width = _centres(sheet, columns)

    def draw(self) -> None:
        """Bands, names of blocks, wires, and all that is on them."""
        self._bands()
        self._titles()
        for row in range(len(self.sheet.qubits)):
            self._wire(row)
        for mark in self.sheet.marks:
            if mark.column in self.columns:
                self._mark(mark)

    def _bands(self) -> None:
        """One for each QPU."""
        from matplotlib.patches import FancyBboxPatch

        names = [qubit.qpu for qubit in self.sheet.qubits]
        for place, name in enumerate(dict.fromkeys(names)):
            rows = [row for row, other in enumerate(names) if other == name]
            self.ax.add_patch(
                FancyBboxPatch(
                    (0.15, self.top + rows[0] - 0.42),
                    self.width - 0.3,
                    len(rows) - 0.16,
                    boxstyle="round,pad=0,rounding_size=0.2",
                    facecolor=BANDS[place % len(BANDS)],
                    alpha=0.16,
                    linewidth=0,
                )
            )
            middle = self.top + (rows[0] + rows[-1]) / 2
            self._text(0.45, middle, f"QPU {name}", rotation=90, weight="bold")

    def _titles(self) -> None:
        """Names of the blocks, and where they end."""
        bottom = self.top + len(self.sheet.qubits) - 0.6
        for title, part in self.sheet.pieces(self.columns):
            first, last = self.centres[part[0]], self.centres[part[-1]]
            self._text((first + last) / 2, self.top - 0.95, title)
            if part.stop < self.columns.stop:
                behind = (last + self.centres[part.stop]) / 2
                self._lines([behind, behind], [self.top - 1.2, bottom], GRID, 0.8, zorder=1)

    def _wire(self, row: int) -> None:
        """The wire of a qubit, then of its bit; its name in front."""
        y = self.top + row
        measured, end = self.sheet.measured[row], self.sheet.ends[row]
        start = _MARGIN - 0.2
        if measured >= self.columns.start:
            self._text(1.1, y, str(self.sheet.qubits[row]))
            self._lines([start, self._until(measured)], [y, y], INK, 0.8)
        if end > measured and end >= self.columns.start and measured < self.columns.stop:
            first = self.centres.get(measured, start)
            self._double([first, self._until(end)], [y, y], _color(self.sheet, row))

    def _until(self, column: int) -> float:
        """The middle of a column, or the end of the line if it lies behind."""
        return self.centres.get(column, self.width - 0.4)

    def _mark(self, mark: Mark) -> None:
        x, ys = self.centres[mark.column], [self.top + row for row in mark.rows]
        if mark.kind == "share":
            self._wave(x, ys)
        elif mark.kind in ("CZ", "RZZ"):
            color = ACROSS if mark.is_across else INK
            self._lines([x, x], [min(ys), max(ys)], color, 0.9, zorder=3)
            face = color if mark.kind == "CZ" else PAPER
            self.ax.plot(
                [x] * len(ys), ys, "o", color=color, markerfacecolor=face, markersize=3.6, zorder=4
            )
        elif mark.kind == "rotate":
            self._double([x, x], ys, MESSAGE if mark.is_across else INK)
            self._box(x, ys[-1], mark.label)
        else:
            self._box(x, ys[0], mark.label)

    def _wave(self, x: float, ys: list[float]) -> None:
        """A shared state: a wave between its qubits."""
        y = np.linspace(min(ys), max(ys), 40 * round(max(ys) - min(ys) + 1))
        shift = 0.1 * np.sin(2 * np.pi * (y - y[0]) / 0.4)
        self._lines(x + shift, y, PAIR, 1.0, zorder=3)
        self.ax.plot([x] * len(ys), ys, "o", color=PAIR, markersize=4.2, zorder=4)

    def _box(self, x: float, y: float, label: str) -> None:
        from matplotlib.patches import FancyBboxPatch

        width = _box_width(label)
        self.ax.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - 0.3),
                width,
                0.6,
                boxstyle="round,pad=0,rounding_size=0.08",
                facecolor=PAPER,
                edgecolor=INK,
                linewidth=0.7,
                zorder=5,
            )
        )
        self._text(x, y, label, zorder=6)

    def _double(self, x: Any, y: Any, color: str) -> None:
        """Two lines side by side, along a row from left to right or along a column."""
        half = 0.05
        for side in (-half, half):
            if x[0] == x[-1]:
                start = y[0] - half if y[1] > y[0] else y[0] + half
                self._lines([x[0] + side] * 2, [start, y[1]], color, 0.6)
            else:
                self._lines([x[0], x[1] + half], [y[0] + side] * 2, color, 0.6)

    def _lines(self, x: Any, y: Any, color: str, width: float, zorder: int = 2) -> None:
        self.ax.plot(x, y, color=color, linewidth=width, zorder=zorder, solid_capstyle="butt")

    def _text(self, x: float, y: float, text: str, **options: Any) -> None:
        self.ax.text(x, y, text, ha="center", va="center", fontsize=_FONT, color=INK, **options)


def _color(sheet: Sheet, row: int) -> str:
    """Of the bit of a row: that of a message if it is sent."""
    rotated = [mark for mark in sheet.marks if mark.kind == "rotate" and mark.rows[0] == row]
    return MESSAGE if any(mark.is_across for mark in rotated) else INK


def _legend(ax: "Axes", sheet: Sheet, y: float) -> None:
    """What lines and dots mean, of those that occur."""
    from matplotlib.lines import Line2D

    dots: Any = {"linewidth": 0.9, "marker": "o", "markersize": 3.6}
    entries: list[tuple[str, Any]] = []
    kinds = {(mark.kind, mark.is_across) for mark in sheet.marks}
    if ("share", True) in kinds:
        entries.append(("shared state", Line2D([], [], color=PAIR, linewidth=1.4)))
    if ("CZ", False) in kinds:
        entries.append(("CZ", Line2D([], [], color=INK, **dots)))
    if ("RZZ", False) in kinds:
        hollow = Line2D([], [], color=INK, markerfacecolor=PAPER, **dots)
        entries.append(("RZZ of two features", hollow))
    if ("CZ", True) in kinds:
        entries.append(("gate across the QPUs", Line2D([], [], color=ACROSS, **dots)))
    if ("rotate", False) in kinds:
        entries.append(("outcome", Line2D([], [], color=INK, linewidth=1.6)))
    if ("rotate", True) in kinds:
        sent = Line2D([], [], color=MESSAGE, linewidth=1.6)
        entries.append(("outcome sent to the other QPU", sent))
    ax.legend(
        [handle for _, handle in entries],
        [name for name, _ in entries],
        loc="center",
        bbox_to_anchor=(sum(ax.get_xlim()) / 2, y),
        bbox_transform=ax.transData,
        ncols=len(entries),
        fontsize=_FONT,
        handlelength=2.2,
    )
