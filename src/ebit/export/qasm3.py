"""A model as OpenQASM 3, in the words of the tool that reads it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ebit import checks
from ebit.export.expression import text_of
from ebit.export.lower import program_of
from ebit.export.preparation import gates_of
from ebit.export.program import (
    Apply,
    Barrier,
    Bit,
    Branch,
    Message,
    Prepare,
    Program,
    Read,
    Register,
    Reset,
    Wire,
)
from ebit.models import CircuitModel, Parameters


@dataclass(frozen=True)
class Dialect:
    """What a reader of OpenQASM 3 understands.

    Attributes:
        head: Lines before all others.
        declare: A register of qubits or bits: type, name, size.
        place: A qubit or bit of a register.
        number: The type of a number that comes from outside.
        barrier: A barrier on registers.
    """

    head: tuple[str, ...]
    declare: Callable[[str, Register], Iterator[str]]
    place: Callable[[Wire | Bit], str]
    number: str
    barrier: Callable[[tuple[Register, ...]], str]


def _arrays(kind: str, register: Register) -> Iterator[str]:
    yield f"{kind}[{register.size}] {register.name};"


def _scalars(kind: str, register: Register) -> Iterator[str]:
    yield from (f"{kind} {register.name}_{number};" for number in range(register.size))


DIALECTS: Mapping[str, Dialect] = {
    "qiskit": Dialect(
        head=('include "stdgates.inc";',),
        declare=_arrays,
        place=lambda place: f"{place.register}[{place.number}]",
        number="float[64]",
        barrier=lambda registers: f"barrier {', '.join(register.name for register in registers)};",
    ),
    "pennylane": Dialect(
        head=(),
        declare=_scalars,
        place=lambda place: f"{place.register}_{place.number}",
        number="float",
        barrier=lambda registers: "// barrier",
    ),
}
"""Dialects by the tool that reads them."""


def to_qasm3(
    model: CircuitModel,
    parameters: Parameters | None = None,
    x: Any = None,
    *,
    dialect: str = "qiskit",
    teleport: bool = False,
    deferred: bool = False,
) -> str:
    """A model as OpenQASM 3.

    Args:
        model: A model that has a circuit, without noise.
        parameters: As `init` returns them; None for inputs `theta_0`, `theta_1`, ...
        x: One input, angles of shape (features,) in radians; None for inputs `x_0`, `x_1`, ...
        dialect: `qiskit` (registers) or `pennylane` (single qubits and bits, for `from_qasm3`).
        teleport: Whether each gate across the QPUs takes a Bell pair and two bits.
        deferred: Whether all measurements are at the end, with controlled gates for conditions.

    Returns:
        The text. The last bits are `readout`, one per QPU in their order.

    Raises:
        EbitError: If the model cannot be exported, or an argument does not fit.

    Example:
        >>> import ebit
        >>> print(ebit.to_qasm3(ebit.DistributedQCNN(qubits=2, depth=1))[:37])
        OPENQASM 3.0;
        include "stdgates.inc";

    Source:
        Cross et al., ACM Trans. Quantum Comput. 3, 12 (2022).
    """
    checks.one_of(DIALECTS)("dialect", dialect)
    return text(
        program_of(model, parameters, x, teleport=teleport, deferred=deferred), DIALECTS[dialect]
    )


def text(program: Program, dialect: Dialect) -> str:
    """A program as OpenQASM 3."""
    lines = ["OPENQASM 3.0;", *dialect.head]
    lines += [f"input {dialect.number} {name};" for name in program.inputs]
    for kind, registers in (("qubit", program.wires), ("bit", program.bits)):
        for register in registers:
            lines += dialect.declare(kind, register)
    for operation in program.operations:
        match operation:
            case Apply():
                lines += _gate(operation, dialect)
            case Prepare(members, unit=unit):
                lines.append(f"// {unit}: {', '.join(map(dialect.place, members))}")
                for apply in gates_of(operation):
                    lines += _gate(apply, dialect)
            case Read(wire, bit):
                lines.append(f"{dialect.place(bit)} = measure {dialect.place(wire)};")
            case Branch():
                lines.append(_branch(operation, dialect))
            case Reset(wire):
                lines.append(f"reset {dialect.place(wire)};")
            case Message(bit, sender, receiver):
                lines.append(f"// {sender} sends {dialect.place(bit)} to {receiver}")
            case Barrier():
                lines.append(dialect.barrier(program.wires))
    return "\n".join(lines) + "\n"


def _gate(gate: Apply, dialect: Dialect) -> list[str]:
    """Lines of a gate; rzz is not in the standard library of gates."""
    if gate.name == "rzz":
        first, second = gate.wires
        flip = Apply("cx", (first, second))
        parts = (flip, Apply("rz", (second,), gate.angle), flip)
        return [line for part in parts for line in _gate(part, dialect)]
    angle = "" if gate.angle is None else f"({text_of(gate.angle)})"
    return [f"{gate.name}{angle} {', '.join(map(dialect.place, gate.wires))};"]


def _branch(branch: Branch, dialect: Dialect) -> str:
    parts = []
    for word, gate in ((f"if ({dialect.place(branch.bit)})", branch.one), (" else", branch.zero)):
        if gate is not None:
            parts.append(f"{word} {{ {' '.join(_gate(gate, dialect))} }}")
    return "".join(parts)
