"""A circuit drawn in characters, for the terminal."""

import shutil
import sys
from html import escape
from itertools import pairwise

from ebit.circuits.circuit import Circuit
from ebit.circuits.sheet import Mark, Sheet, lay_out

_ASCII = str.maketrans(
    "─│┼═║╬╪╫╗╝╦╩●◇≀┄Φ×┌┐…",
    "-|+=:+++++++*o~.@x...",
)
"""What stands for each character where the output cannot show it."""

_CROSSED = {"│─": "┼", "│═": "╪", "║─": "╫", "║═": "╬"}
"""A vertical line and the wire that it crosses."""

_VERTICAL = {"share": "≀", "CZ": "│", "RZZ": "│", "rotate": "║"}
_ENDS = {"share": "Φ", "CZ": "●", "RZZ": "◇"}

_LEGEND = {
    "box": "H, RZ(feature), RX(trained angle)",
    "CZ": "●─● CZ",
    "RZZ": "◇─◇ RZZ of two features",
    "share": "Φ≀Φ shared state",
    "measure": "M measurement",
    "rotate": "═ its outcome, which selects RZ RX",
}

_LEAST_WIDTH = 40


class Drawing(str):
    """A text that shows itself as it is, in an interpreter and in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The drawing."""
        return str(self)

    def _repr_html_(self) -> str:
        """The drawing in a notebook."""
        return f'<pre style="line-height: 1.1">{escape(self)}</pre>'


def draw_text(circuit: Circuit, width: int | None = None, encoding: str | None = None) -> Drawing:
    """Draw a circuit in characters.

    Args:
        circuit: The circuit.
        width: Characters of a line, at least 40; by default those of the terminal.
        encoding: What the output can show; by default that of standard output. Where it lacks a
            character the drawing is in ASCII.

    Returns:
        The drawing, a text.

    Example:
        >>> from ebit import DistributedQCNN
        >>> circuit = DistributedQCNN(qubits=2, depth=20).circuit
        >>> first, *_ = draw_text(circuit, width=90, encoding="ascii").split("...")
        >>> print(first)
           . embedding .. convolution x 20 .. pooling .. read-out .
        A0 -H-RZ(x0)-o---H-*-RX--------------M=+
                     |     |                   :
        A1 -H-RZ(x1)-o---H-*-RX----------------RZ RX----M
    """
    if width is None:
        width = shutil.get_terminal_size().columns
    width = max(width, _LEAST_WIDTH)
    sheet = lay_out(circuit)
    lines = sheet.lines(lambda columns: _width(sheet, columns), width)
    strips = [_strip(sheet, columns) for columns in lines]
    kinds = {mark.kind for mark in sheet.marks}
    words = [entry for kind, entry in _LEGEND.items() if kind in kinds]
    text = "\n\n".join([*strips, _legend(words, width)])
    try:
        text.encode(encoding or getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = text.translate(_ASCII)
    return Drawing(text)


def _legend(entries: list[str], width: int) -> str:
    """Entries side by side, in lines that fit."""
    lines = [""]
    for entry in entries:
        longer = f"{lines[-1]}   {entry}".lstrip()
        if len(longer) > width:
            lines.append(entry)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _lefts(sheet: Sheet, columns: range) -> dict[int, int]:
    """Where each column of a line starts, and behind them where the line ends."""
    widths = dict.fromkeys(columns, 2)
    for mark in sheet.marks:
        if mark.column in widths:
            widths[mark.column] = max(widths[mark.column], 1 + max(1, len(mark.label)))
    lefts, place = {}, max(len(str(qubit)) for qubit in sheet.qubits) + 1
    for title, part in sheet.pieces(columns):
        start = place
        for column in part:
            lefts[column] = place
            place += widths[column]
        place = max(place, start + len(title) + 3) + 1
    return {**lefts, columns.stop: place}


def _width(sheet: Sheet, columns: range) -> int:
    return _lefts(sheet, columns)[columns.stop]


def _strip(sheet: Sheet, columns: range) -> str:
    """One line of the drawing."""
    lefts = _lefts(sheet, columns)
    width = lefts[columns.stop]
    rows = [
        list(f"{qubit}".ljust(lefts[columns.start]) + _wire(sheet, row, lefts, columns))
        for row, qubit in enumerate(sheet.qubits)
    ]
    between = [
        list((" " if one.qpu == other.qpu else "┄") * width)
        for one, other in pairwise(sheet.qubits)
    ]
    for mark in sheet.marks:
        if mark.column in columns:
            _put(mark, rows, between, lefts[mark.column] + 1)
    lines = [_titles(sheet, columns, lefts)]
    for row, line in enumerate(rows):
        lines.append("".join(line))
        if row < len(between):
            lines.append("".join(between[row]))
    return "\n".join(line.rstrip() for line in lines)


def _titles(sheet: Sheet, columns: range, lefts: dict[int, int]) -> str:
    """Names of the blocks over their columns."""
    line = ""
    for title, part in sheet.pieces(columns):
        stop = lefts[part.stop] if part.stop in lefts else lefts[columns.stop]
        line = line.ljust(lefts[part.start])
        line += f"┌ {title} ".ljust(stop - lefts[part.start] - 2, "─") + "┐"
    return line


def _wire(sheet: Sheet, row: int, lefts: dict[int, int], columns: range) -> str:
    """The wire of a qubit, then of its bit, then nothing; without marks."""
    ends = {}
    for kind, column in (("─", sheet.measured[row]), ("═", sheet.ends[row])):
        seen = min(max(column, columns.start), columns.stop)
        ends[kind] = lefts[seen] + (2 if column in columns else 0)
    start, stop = lefts[columns.start], lefts[columns.stop]
    wire = "─" * (ends["─"] - start)
    wire += "═" * (ends["═"] - start - len(wire))
    return wire.ljust(stop - start)


def _put(mark: Mark, rows: list[list[str]], between: list[list[str]], at: int) -> None:
    """A mark and its vertical line; boxes start where the line is."""
    first, last = min(mark.rows), max(mark.rows)
    line = _VERTICAL.get(mark.kind, " ")
    for row in range(first, last):
        between[row][at] = line
        if row > first:
            under = rows[row][at]
            rows[row][at] = _CROSSED.get(line + under, line)
    if mark.kind == "rotate":
        source, target = mark.rows
        goes_on = rows[source][at + 1 : at + 2] == ["═"]
        rows[source][at] = ("╗╦" if target > source else "╝╩")[goes_on]
    for row in mark.rows[mark.kind == "rotate" :]:
        for offset, character in enumerate(mark.label or _ENDS[mark.kind]):
            rows[row][at + offset] = character
