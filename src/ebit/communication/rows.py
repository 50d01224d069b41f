"""What an experiment produces: one row for each protocol at each size, and the verdict on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ebit.ledger import Ledger

Model = Literal["one-way", "two-way"]

ADVANTAGE = "advantage"
"""Said only of what `judged` says it of."""

NO_RIVAL = "no executed rival"
EMULATED = "emulated"
DROWNED = "signal below eps"


@dataclass(frozen=True)
class Row:
    """A protocol at one size.

    Attributes:
        experiment: `E1` to `E15`.
        n: Qubits of the state, or log2 of the size of the input.
        protocol: Name; classical ones begin with C and a number.
        model: `one-way` or `two-way` communication.
        qubits: Qubits sent.
        cbits: Classical bits sent.
        ebits: Bell pairs used up.
        copies: Copies of the state; None for classical protocols.
        rounds: Runs of messages in one direction.
        error: Measured error, in the unit of the experiment; None for a bare formula.
        asked: Error that the task asks for: who meets it is equal to everybody who does.
        emulated: Whether a part of the protocol was emulated.
        verdict: What the comparison says; empty until `judged`.
        case: What tells rows of one size apart, such as `margin 0.1`.
        executed: Whether it was run; else the row is a formula, and no rival.
        quantum: Whether it sends qubits or uses pairs.
        reached: Whether it met the error that was asked for; else it is no rival.
        expected: Number of the specification for the cost, where it has one.
        signal: Largest derivative over the error asked for, where the task is a gradient.
        seconds: Time for one label on real links, in seconds.
        value: What was measured, where it is neither a cost nor an error, such as frequencies.
        note: One sentence.
    """

    experiment: str
    n: int
    protocol: str
    model: Model
    qubits: int = 0
    cbits: int = 0
    ebits: int = 0
    copies: int | None = None
    rounds: int = 1
    error: float | None = None
    asked: float | None = None
    emulated: bool = False
    verdict: str = ""
    case: str = ""
    executed: bool = True
    quantum: bool = False
    reached: bool = True
    expected: float | None = None
    signal: float | None = None
    seconds: float | None = None
    value: float | None = None
    note: str = ""

    @property
    def cost(self) -> int:
        """Qubits and bits together; a pair counts as the qubit that was sent for it."""
        return self.qubits + self.cbits + self.ebits


def row_of(ledger: Ledger, **fields: object) -> Row:
    """A row with the totals of a ledger.

    Args:
        ledger: What was sent.
        fields: The other attributes of `Row`.

    Returns:
        The row.

    Example:
        >>> ledger = Ledger()
        >>> ledger.send("a", "b", "qubit", 3)
        >>> row_of(ledger, experiment="E1", n=3, protocol="quantum", model="one-way").qubits
        3
    """
    totals = {
        "qubits": ledger.qubits,
        "cbits": ledger.cbits,
        "ebits": ledger.ebits,
        "rounds": ledger.rounds,
        "emulated": ledger.is_emulated,
    }
    return Row(**{**totals, "quantum": ledger.qubits + ledger.ebits > 0, **fields})  # type: ignore[arg-type]


def judged(rows: Iterable[Row], tolerance: float = 1e-9) -> list[Row]:
    """The same rows with the verdict of each quantum one that has none yet.

    The word advantage stands only where what a quantum protocol sends, bits included, is less than
    what every executed classical protocol of the same model of communication sends for an error
    that is not larger (or is the one asked for). One-way protocols are rivals of two-way ones, too.
    Emulated rows never have it, nor has a gradient whose signal is below the error asked for.

    Args:
        rows: Rows of one or several experiments.
        tolerance: Errors that differ by less are equal.

    Returns:
        Rows in the same order.

    Example:
        >>> sent = Row("E4", 6, "quantum", "one-way", qubits=24, error=0.03, quantum=True)
        >>> rival = Row("E4", 6, "C5", "one-way", cbits=27, error=0.03)
        >>> judged([sent, rival])[0].verdict
        'advantage'
        >>> judged([sent, rival, Row("E4", 6, "C1", "one-way", cbits=9, error=0.0)])[0].verdict
        'no advantage: C1 needs 9'
    """
    known = list(rows)
    return [
        replace(row, verdict=_verdict(row, known, tolerance))
        if row.quantum and row.verdict == ""
        else row
        for row in known
    ]


def _verdict(row: Row, rows: Sequence[Row], tolerance: float) -> str:
    if row.emulated:
        return EMULATED
    if not row.executed or row.error is None:
        return "formula"
    if row.signal is not None and row.signal < 1:
        return DROWNED
    error = max(row.error, row.asked or 0.0) + tolerance
    allowed = {"one-way"} if row.model == "one-way" else {"one-way", "two-way"}
    rivals = [
        other
        for other in rows
        if (other.experiment, other.n, other.case) == (row.experiment, row.n, row.case)
        and not other.quantum
        and other.executed
        and other.reached
        and other.model in allowed
        and other.error is not None
        and other.error <= error
    ]
    if not rivals:
        return NO_RIVAL
    best = min(rivals, key=lambda other: other.cost)
    if row.cost < best.cost:
        return ADVANTAGE
    return f"no advantage: {best.protocol.split(' ')[0]} needs {best.cost}"
