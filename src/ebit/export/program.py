"""A circuit with its shared states and angles filled in: what every format writes down.

Everything is flat: a condition is one bit, and a branch holds gates only.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebit.export.expression import Angle, names_of

SOURCE = ""
"""Owner of what no QPU owns: qubits and bits that only prepare a shared state."""


class Wire(NamedTuple):
    """A qubit by its register and its number there."""

    register: str
    number: int


class Bit(NamedTuple):
    """A classical bit by its register and its number there."""

    register: str
    number: int


@dataclass(frozen=True)
class Apply:
    """A gate h, x, z, rx, ry, rz, cx, cz, crx, cry, crz or rzz."""

    name: str
    wires: tuple[Wire, ...]
    angle: Angle | None = None


@dataclass(frozen=True)
class Prepare:
    """A shared state on fresh wires.

    Attributes:
        members: Wires of the QPUs.
        environment: Wires that nobody looks at again; with them a mixed state is pure.
        vector: Amplitudes, members first, first wire most significant.
        fidelity: That of a pair in a Werner state, 1 for a Bell pair; None for any other state.
        unit: What it counts as.
    """

    members: tuple[Wire, ...]
    environment: tuple[Wire, ...]
    vector: NDArray[np.complex128]
    fidelity: float | None
    unit: str

    @property
    def wires(self) -> tuple[Wire, ...]:
        """All wires."""
        return (*self.members, *self.environment)


@dataclass(frozen=True)
class Read:
    """A measurement of Z."""

    wire: Wire
    bit: Bit


@dataclass(frozen=True)
class Branch:
    """Gates on one wire that a bit selects; either may be nothing."""

    bit: Bit
    one: Apply | None
    zero: Apply | None = None

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The wires of its gates."""
        return next(gate.wires for gate in (self.one, self.zero) if gate is not None)


@dataclass(frozen=True)
class Reset:
    """A wire is put into state 0 again."""

    wire: Wire


@dataclass(frozen=True)
class Message:
    """A bit goes from one QPU to another."""

    bit: Bit
    sender: str
    receiver: str


@dataclass(frozen=True)
class Barrier:
    """A round: from here a QPU waits for another one."""


Operation = Apply | Prepare | Read | Branch | Reset | Message | Barrier


@dataclass(frozen=True)
class Register:
    """Qubits or bits of one owner.

    Attributes:
        name: Its name.
        size: How many.
        owner: The QPU, or `SOURCE`.
    """

    name: str
    size: int
    owner: str


@dataclass(frozen=True)
class Program:
    """What happens to which wire, with angles as numbers or expressions.

    Attributes:
        qpus: Names of the QPUs in order.
        wires: Registers of qubits.
        bits: Registers of bits; the last is `readout`, one bit per QPU in their order.
        operations: In order.
    """

    qpus: tuple[str, ...]
    wires: tuple[Register, ...]
    bits: tuple[Register, ...]
    operations: tuple[Operation, ...]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Symbols that have no value yet, in the order of their numbers."""
        found = {name for gate in self.gates for name in _symbols(gate)}
        return tuple(sorted(found, key=lambda name: (name.split("_")[0], int(name.split("_")[1]))))

    @property
    def gates(self) -> Iterator[Apply]:
        """All gates, those of branches too; not those that prepare states."""
        for operation in self.operations:
            match operation:
                case Apply():
                    yield operation
                case Branch(_, one, zero):
                    yield from (gate for gate in (one, zero) if gate is not None)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The owner of every register."""
        return {register.name: register.owner for register in (*self.wires, *self.bits)}


def in_one_register(program: Program) -> Program:
    """The same program with all its qubits in a register `q` and all its bits in `c`.

    Args:
        program: A program without conditions.

    Returns:
        The program; qubits and bits in the order of their registers.
    """
    wires = [Wire(r.name, k) for r in program.wires for k in range(r.size)]
    bits = [Bit(r.name, k) for r in program.bits for k in range(r.size)]
    wire = {old: Wire("q", k) for k, old in enumerate(wires)}
    bit = {old: Bit("c", k) for k, old in enumerate(bits)}

    def moved(places: Iterable[Wire]) -> tuple[Wire, ...]:
        return tuple(wire[place] for place in places)

    operations: list[Operation] = []
    for operation in program.operations:
        match operation:
            case Apply(wires=own):
                operations.append(replace(operation, wires=moved(own)))
            case Prepare(members, environment):
                fresh = replace(operation, members=moved(members), environment=moved(environment))
                operations.append(fresh)
            case Read(place, outcome):
                operations.append(Read(wire[place], bit[outcome]))
            case Message() | Barrier() | Branch() | Reset():
                pass  # nothing waits in a circuit without conditions
    return replace(
        program,
        wires=(Register("q", len(wires), SOURCE),),
        bits=(Register("c", len(bits), SOURCE),),
        operations=tuple(operations),
    )


def _symbols(gate: Apply) -> frozenset[str]:
    return frozenset() if gate.angle is None else names_of(gate.angle)
