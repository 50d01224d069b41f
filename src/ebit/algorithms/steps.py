"""Algorithms over several QPUs: local gates, gates through pairs, and gates chosen by told bits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ebit import checks
from ebit.export.program import (
    SOURCE,
    Apply,
    Bit,
    Branch,
    Message,
    Operation,
    Prepare,
    Program,
    Read,
    Register,
    Reset,
    Wire,
)
from ebit.export.states import pair_of


@dataclass(frozen=True)
class Block:
    """Gates on a QPU with the help of qubits of others, which are copied with a pair each.

    Together the gates leave the Z value of every remote qubit as it is.

    Attributes:
        host: The QPU that runs the gates.
        remote: Qubits of other QPUs.
        gates: In order, on qubits of the host and on the remote ones.
    """

    host: str
    remote: tuple[Wire, ...]
    gates: tuple[Apply, ...]


@dataclass(frozen=True)
class Told:
    """A rotation by RZ where a qubit is measured as 1: it costs a bit, and no pair.

    Attributes:
        control: The qubit, on which nothing but its measurement follows.
        target: The qubit that is turned.
        angle: In radians.
    """

    control: Wire
    target: Wire
    angle: float


Step = Apply | Block | Told


@dataclass(frozen=True)
class Algorithm:
    """An algorithm over several QPUs.

    Attributes:
        name: What it is called.
        qpus: Names of the QPUs.
        sizes: Qubits of each.
        steps: In order.
        read: Qubits that are measured at the end, least significant bit first.
        right: Outcomes that are right answers.
    """

    name: str
    qpus: tuple[str, ...]
    sizes: tuple[int, ...]
    steps: tuple[Step, ...]
    read: tuple[Wire, ...]
    right: tuple[int, ...]

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """All qubits, QPU by QPU."""
        return tuple(
            Wire(f"qpu_{name}", number)
            for name, size in zip(self.qpus, self.sizes, strict=True)
            for number in range(size)
        )

    @property
    def blocks(self) -> list[Block]:
        """The steps that take pairs."""
        return [step for step in self.steps if isinstance(step, Block)]

    @cached_property
    def links(self) -> Mapping[tuple[str, str], int]:
        """Pairs by the names of the two QPUs."""
        found: dict[tuple[str, str], int] = {}
        for block in self.blocks:
            for wire in block.remote:
                link = link_of(wire, block.host)
                found[link] = found.get(link, 0) + 1
        return found

    @property
    def pairs(self) -> int:
        """Pairs that one run uses up."""
        return sum(self.links.values())

    @property
    def bits(self) -> int:
        """Bits that one run sends: two per pair, and each measured bit once to each QPU."""
        told = {
            (step.control, step.target.register)
            for step in self.steps
            if isinstance(step, Told) and step.control.register != step.target.register
        }
        return 2 * self.pairs + len(told)


is_algorithm = checks.instance(
    Algorithm, "an algorithm such as ebit.algorithms.inverse_fourier(4, 2)"
)
"""The rule of algorithms."""


def link_of(wire: Wire, host: str) -> tuple[str, str]:
    """The link over which a host gets a copy of a qubit, names in order."""
    first, second = sorted((owner_of(wire), host))
    return first, second


def owner_of(wire: Wire) -> str:
    """The QPU of a qubit."""
    return wire.register.removeprefix("qpu_")


@checks.takes(algorithm=is_algorithm, fidelity=checks.real(0.25, 1))
def program_of_algorithm(algorithm: Algorithm, fidelity: float = 1.0) -> Program:
    """An algorithm as a program of the export: pairs, measurements and conditions, nothing else.

    Args:
        algorithm: The algorithm.
        fidelity: Fidelity of all pairs, Werner states, 1/4 to 1.

    Returns:
        The program; the bits of its last register `readout` are the outcome, least significant
        first.

    Raises:
        EbitError: If it is no algorithm, or no fidelity.

    Example:
        >>> from ebit.algorithms.circuits import inverse_fourier
        >>> program = program_of_algorithm(inverse_fourier(4, 2))
        >>> sum(isinstance(operation, Prepare) for operation in program.operations)
        2
    """
    writer = _Writer(algorithm, fidelity)
    operations = tuple(writer.operations())
    owners = dict(zip(algorithm.qpus, algorithm.sizes, strict=True))
    wires = [Register(f"qpu_{name}", size, name) for name, size in owners.items()]
    wires += [Register(name, size, name.split("_")[1]) for name, size in writer.links.items()]
    wires += [Register("environment", writer.environment, SOURCE)] * (writer.environment > 0)
    bits = [Register(f"bits_{name}", size, name) for name, size in writer.bits.items() if size]
    bits.append(Register("readout", len(algorithm.read), SOURCE))
    return Program(algorithm.qpus, tuple(wires), tuple(bits), operations)


class _Writer:
    """Writes an algorithm down as a program."""

    def __init__(self, algorithm: Algorithm, fidelity: float) -> None:
        self.algorithm, self.pair = algorithm, pair_of(fidelity)
        self.links: dict[str, int] = {}
        self.bits = dict.fromkeys(algorithm.qpus, 0)
        self.environment = 0
        self.used: set[Wire] = set()
        self.told: dict[Wire, Bit] = {}

    def operations(self) -> Iterator[Operation]:
        """All operations."""
        for step in self.algorithm.steps:
            match step:
                case Apply():
                    yield step
                case Block():
                    yield from self._block(step)
                case Told(control, target, angle):
                    yield from self._read(control)
                    bit = self.told[control]
                    sender, receiver = owner_of(control), owner_of(target)
                    if sender != receiver:
                        yield Message(bit, sender, receiver)
                    yield Branch(bit, Apply("rz", (target,), angle))
        for wire in self.algorithm.read:
            yield from self._read(wire)

    def _read(self, wire: Wire) -> Iterator[Operation]:
        """The last measurement of a qubit, once."""
        if wire not in self.told:
            self.told[wire] = Bit("readout", self.algorithm.read.index(wire))
            yield Read(wire, self.told[wire])

    def _bit(self, qpu: str) -> Bit:
        self.bits[qpu] += 1
        return Bit(f"bits_{qpu}", self.bits[qpu] - 1)

    def _link(self, qpu: str, number: int) -> Wire:
        name = f"link_{qpu}"
        self.links[name] = max(self.links.get(name, 0), number + 1)
        return Wire(name, number)

    def _block(self, block: Block) -> Iterator[Operation]:
        copies: dict[Wire, Wire] = {}
        for number, wire in enumerate(block.remote):
            sender = owner_of(wire)
            here, there = self._link(sender, number), self._link(block.host, number)
            extra = self.pair.environment
            around = tuple(Wire("environment", extra * number + k) for k in range(extra))
            self.environment = max(self.environment, extra * (number + 1))
            for used in (here, there, *around):
                if used in self.used:
                    yield Reset(used)
                self.used.add(used)
            yield Prepare((here, there), around, self.pair.vector, self.pair.fidelity, "ebits")
            yield Apply("cx", (wire, here))
            bit = self._bit(sender)
            yield Read(here, bit)
            yield Message(bit, sender, block.host)
            yield Branch(bit, Apply("x", (there,)))
            copies[wire] = there
        for gate in block.gates:
            places = tuple(copies.get(wire, wire) for wire in gate.wires)
            yield Apply(gate.name, places, gate.angle)
        for wire, there in copies.items():
            yield Apply("h", (there,))
            bit = self._bit(block.host)
            yield Read(there, bit)
            yield Message(bit, block.host, owner_of(wire))
            yield Branch(bit, Apply("z", (wire,)))
