"""A circuit of the user's own on one QPU: what it may hold, and the same circuit on every QPU."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from ebit import checks
from ebit.circuits.circuit import (
    Circuit,
    DataAngle,
    Gate,
    Measure,
    Operation,
    Parameter,
    Rotate,
)
from ebit.circuits.wiring import Qubit, is_qubit
from ebit.errors import EbitError

LEAF = "local"
"""The array of all trained angles of local circuits, (QPUs, angles)."""

MOST_QUBITS = 10
"""Most qubits of a local circuit: its effect is a table of 4**n numbers for every gate."""

KINDS = {"H": 1, "RX": 1, "RZ": 1, "CZ": 2, "RZZ": 2}
"""Gates that it may hold, and their numbers of qubits."""

TURNS = ("RX", "RZ", "RZZ")

Angle = Parameter | float

_CURE = f"use {', '.join(KINDS)} and measurements"

Round = tuple[tuple[Operation, ...], tuple[Measure, ...]]


def check_local(local: Circuit, qubits: int) -> None:
    """Raise unless this can be the trained part of a QPU.

    Args:
        local: Gates, measurements and rotations that they drive, on one QPU; its last operation
            measures the qubit that is read out.
        qubits: Qubits of every QPU.

    Raises:
        EbitError: If it is something else.
    """
    checks.instance(Circuit, "an ebit.circuits.Circuit, as ebit.from_qiskit makes it")(
        "local", local
    )
    wiring = local.wiring
    if len(wiring.qpus) != 1:
        raise _refused(f"is on {len(wiring.qpus)} QPUs", "give the circuit of one QPU")
    if wiring.qpus[0].qubits != qubits:
        raise _refused(f"has {wiring.qpus[0].qubits} qubits, but a QPU {qubits}", "make them equal")
    if qubits > MOST_QUBITS:
        raise _refused(f"has {qubits} qubits", f"use at most {MOST_QUBITS}")
    last = local.operations[-1] if local.operations else None
    if not isinstance(last, Measure):
        raise _refused("does not end with a measurement", "measure the qubit that is read out")
    trailing = [isinstance(operation, Measure) for operation in local.operations[-2:]]
    if trailing == [True, True]:
        raise _refused(
            "reads out several qubits", "measure at its end the one qubit that is read out"
        )
    known: set[Qubit] = set(wiring.qubits)
    measured: dict[str, Qubit] = {}
    for operation in local.operations:
        if not _is_well_made(operation, local):
            raise _refused(f"holds {checks.shown(operation)}", _CURE)
        if len(set(operation.qubits)) < len(operation.qubits):
            raise _refused(f"holds '{operation}'", "use different qubits")
        for qubit in operation.qubits:
            if qubit not in known:
                raise _refused(f"acts on {qubit}, which it has not", "use its own qubits")
            if qubit in measured.values():
                raise _refused(f"acts on {qubit} after its measurement", "measure it at its end")
        match operation:
            case Gate(angle=DataAngle()):
                raise _refused("embeds features", "the features come before it: leave them out")
            case Gate(kind, own, angle) if KINDS.get(kind) == len(own) and (
                kind in TURNS
            ) == isinstance(angle, Angle):
                continue
            case Rotate(kind, _, bit, _) if kind in ("RX", "RZ") and bit in measured:
                continue
            case Measure(qubit, bit):
                measured[bit] = qubit
            case _:
                raise _refused(f"holds '{operation}'", _CURE)


def _is_well_made(operation: Any, local: Circuit) -> bool:
    """Whether the parts of an operation are of their kinds, and its angles are there."""
    angles: tuple[Any, ...] = ()
    match operation:
        case Gate(str(), tuple() as qubits, angle):
            angles = () if angle is None or isinstance(angle, DataAngle) else (angle,)
        case Rotate(str(), Qubit() as qubit, str(), (tuple() | list()) as both) if len(both) == 2:
            qubits, angles = (qubit,), tuple(both)
        case Measure(Qubit() as qubit, str()):
            qubits = (qubit,)
        case _:
            return False
    return all(map(is_qubit, qubits)) and all(
        checks.is_real(angle) or _has(local, angle) for angle in angles
    )


def _has(local: Circuit, angle: Any) -> bool:
    """Whether this is one of the trained angles of a circuit."""
    try:
        local.number(angle)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return False
    return isinstance(angle, Parameter)


def _refused(what: str, cure: str) -> EbitError:
    return EbitError(f"Argument `local` {what}: {cure}.")


def count_angles(local: Circuit) -> int:
    """How many trained angles it has."""
    return len(local.uses)


def rounds_of(local: Circuit) -> tuple[tuple[Round, ...], tuple[Operation, ...]]:
    """Its operations between its measurements.

    Returns:
        For every round of measurements the operations before it and the measurements; and all
        that follows, up to the read-out.
    """
    groups = [
        tuple(own)
        for _, own in groupby(local.operations, lambda operation: isinstance(operation, Measure))
    ]
    if isinstance(groups[0][0], Measure):
        groups.insert(0, ())
    last = (*groups[-2], *groups[-1])
    rounds: list[Round] = []
    for before, found in zip(groups[:-2:2], groups[1:-2:2], strict=True):
        rounds.append((before, tuple(op for op in found if isinstance(op, Measure))))
    return tuple(rounds), last


def place_on(
    local: Circuit,
    operations: Sequence[Operation],
    qpu: str,
    parameter: Callable[[int], Parameter],
    bit_of: Callable[[Qubit], str],
) -> list[Operation]:
    """The same operations on another QPU.

    Args:
        local: The circuit that they are of.
        operations: Some of its operations.
        qpu: Name of the QPU.
        parameter: The angle of a number on this QPU.
        bit_of: The bit that stands where the outcome of a qubit of this QPU is used.
    """
    measured = {op.bit: op.qubit.number for op in local.operations if isinstance(op, Measure)}

    def moved(angle: Parameter) -> Parameter:
        return parameter(local.number(angle))

    found: list[Operation] = []
    for operation in operations:
        qubits = tuple(Qubit(qpu, qubit.number) for qubit in operation.qubits)
        match operation:
            case Gate(kind, _, Parameter() as angle):
                found.append(Gate(kind, qubits, moved(angle)))
            case Gate(kind, _, angle):
                found.append(Gate(kind, qubits, angle))
            case Measure():
                found.append(Measure(qubits[0], str(qubits[0]).lower()))
            case Rotate(kind, _, bit, (zero, one)):
                driver = bit_of(Qubit(qpu, measured[bit]))
                found.append(Rotate(kind, qubits[0], driver, (moved(zero), moved(one))))
    return found
