"""Where everything of a circuit stands in its drawing: rows of qubits, columns of operations."""

from collections.abc import Callable
from dataclasses import dataclass

from ebit.circuits.circuit import (
    Block,
    Circuit,
    DataAngle,
    Gate,
    Measure,
    Operation,
    Rotate,
    Share,
)
from ebit.circuits.wiring import Qubit

FOLDED = ("mixing", "convolution")
"""Blocks whose layers do the same with other angles: one of them is drawn."""


@dataclass(frozen=True)
class Mark:
    """Something on one or more rows of a column.

    Attributes:
        kind: `share`, `box`, `CZ`, `RZZ`, `measure` or `rotate`.
        column: Its column.
        rows: Rows that it is on; of `rotate` the row of the bit, then that of the rotated qubit.
        label: What a box says.
        is_across: Whether its rows belong to different QPUs.
    """

    kind: str
    column: int
    rows: tuple[int, ...]
    label: str = ""
    is_across: bool = False

    @property
    def span(self) -> range:
        """All rows from the first to the last."""
        return range(min(self.rows), max(self.rows) + 1)


@dataclass(frozen=True)
class Panel:
    """A block in the drawing.

    Attributes:
        name: Name of the block.
        layers: How many layers one drawn layer stands for.
        columns: Its columns.
    """

    name: str
    layers: int
    columns: range

    @property
    def title(self) -> str:
        """Its name, and how often its layer is there."""
        return self.name if self.layers == 1 else f"{self.name} × {self.layers}"


@dataclass(frozen=True)
class Sheet:
    """A circuit laid out.

    Attributes:
        qubits: Qubits by row.
        panels: Blocks from left to right.
        marks: All that is drawn on the wires.
        measured: Column of the measurement by row; the number of columns where there is none.
        ends: Last column in which the bit of a row is used.
    """

    qubits: tuple[Qubit, ...]
    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]
    measured: dict[int, int]
    ends: dict[int, int]

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.panels[-1].columns.stop

    def lines(self, width_of: Callable[[range], float], most: float) -> list[range]:
        """Columns of every line: as few lines as fit, of about the same width.

        A block that fits into a line is not broken.

        Args:
            width_of: Width of some columns in a line of their own.
            most: Largest width of a line.

        Returns:
            Columns from left to right, at least one in a line.
        """
        widest = self._lines(width_of, most)
        tries = (self._lines(width_of, most * part / 10) for part in range(4, 10))
        return next((lines for lines in tries if len(lines) == len(widest)), widest)

    def _lines(self, width_of: Callable[[range], float], most: float) -> list[range]:
        """As many columns in every line as fit."""
        lines: list[range] = []
        first = 0
        while first < self.columns:
            stop = first + 1
            while stop < self.columns and width_of(range(first, stop + 1)) <= most:
                stop += 1
            block = next(panel.columns for panel in self.panels if stop - 1 in panel.columns)
            if stop < block.stop and block.start > first and width_of(block) <= most:
                stop = block.start
            lines.append(range(first, stop))
            first = stop
        return lines

    def pieces(self, columns: range) -> list[tuple[str, range]]:
        """Titles and columns of the blocks in a line."""
        found = []
        for panel in self.panels:
            start = max(panel.columns.start, columns.start)
            part = range(start, min(panel.columns.stop, columns.stop))
            if part:
                goes_on = start > panel.columns.start
                found.append((f"… {panel.title}" if goes_on else panel.title, part))
        return found


def lay_out(circuit: Circuit) -> Sheet:
    """Put the operations of a circuit into columns.

    One layer of mixing and convolution blocks stands for all. Operations of one kind that follow
    each other start together; those whose rows overlap stand side by side.

    Args:
        circuit: The circuit.

    Returns:
        Its rows and columns.

    Example:
        >>> from ebit import DistributedQCNN
        >>> sheet = lay_out(DistributedQCNN(qubits=2, depth=20).circuit)
        >>> [panel.title for panel in sheet.panels]
        ['embedding', 'convolution × 20', 'pooling', 'read-out']
    """
    rows = {qubit: row for row, qubit in enumerate(circuit.wiring.qubits)}
    bits: dict[str, int] = {}
    panels: list[Panel] = []
    marks: list[Mark] = []
    start = 0
    for block in circuit.blocks:
        shown, layers = _shown(block)
        found = _place(shown, rows, bits, start)
        stop = 1 + max((mark.column for mark in found), default=start)
        panels.append(Panel(_name(block, bool(found)), layers, range(start, stop)))
        marks += found
        start = stop
    measured = dict.fromkeys(rows.values(), start)  # what is never measured goes on to the end
    measured |= {mark.rows[0]: mark.column for mark in marks if mark.kind == "measure"}
    ends = dict(measured)
    for mark in marks:
        if mark.kind == "rotate":
            ends[mark.rows[0]] = mark.column
    return Sheet(tuple(rows), tuple(panels), tuple(marks), measured, ends)


def _name(block: Block, is_drawn: bool) -> str:
    """Name of a block, with what is shared on no qubits."""
    shared = [
        f"{operation.state.amount} {operation.state.unit.replace('_', ' ')}"
        for layer in block.layers
        for operation in layer
        if isinstance(operation, Share) and not operation.qubits
    ]
    return " + ".join([block.name, *shared] if is_drawn or not shared else shared)


def _shown(block: Block) -> tuple[tuple[Operation, ...], int]:
    """What is drawn of a block, and how many layers a drawn one stands for."""
    if block.name in FOLDED:
        return block.layers[0], len(block.layers)
    return tuple(operation for layer in block.layers for operation in layer), 1


def _place(
    operations: tuple[Operation, ...], rows: dict[Qubit, int], bits: dict[str, int], start: int
) -> list[Mark]:
    """Marks of a block from a column on; `bits` remembers the rows of measured bits."""
    marks: list[Mark] = []
    free = [start] * len(rows)
    kind = ""
    for operation in operations:
        mark = _mark(operation, rows, bits)
        if mark is None:
            continue
        if operation.kind != kind and not isinstance(operation, Rotate):
            free = [max(free)] * len(rows)
        kind = operation.kind
        if isinstance(operation, Rotate) and operation.kind == "RX":
            continue  # it stands in the box of the RZ that the same bit chooses
        column = max(free[row] for row in mark.span)
        marks.append(Mark(mark.kind, column, mark.rows, mark.label, mark.is_across))
        for row in mark.span:
            free[row] = column + 1
    return marks


def _mark(operation: Operation, rows: dict[Qubit, int], bits: dict[str, int]) -> Mark | None:
    """What is drawn for an operation, in column 0; None for what is not drawn by itself."""
    on = tuple(rows[qubit] for qubit in operation.qubits)
    match operation:
        case Share() if on:
            return Mark("share", 0, on, is_across=True)
        case Gate(kind, (qubit,), angle):
            label = f"{kind}({angle})" if isinstance(angle, DataAngle) else kind
            return Mark("box", 0, on, label)
        case Gate(kind):
            return Mark(kind, 0, on, is_across=operation.is_across)
        case Measure(qubit, bit):
            bits[bit] = rows[qubit]
            return Mark("measure", 0, on, "M")
        case Rotate(_, qubit, bit):
            sender = list(rows)[bits[bit]]
            return Mark("rotate", 0, (bits[bit], *on), "RZ RX", sender.qpu != qubit.qpu)
    return None
