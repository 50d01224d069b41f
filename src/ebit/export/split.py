"""A program as one program per QPU: own qubits only; pairs and messages are all that is shared."""

from collections.abc import Mapping
from dataclasses import dataclass

from ebit.errors import UnsupportedError
from ebit.export.lower import READOUT
from ebit.export.program import (
    SOURCE,
    Apply,
    Barrier,
    Bit,
    Branch,
    Message,
    Prepare,
    Program,
    Read,
    Reset,
    Wire,
)


@dataclass(frozen=True)
class Pair:
    """Half of a Bell or Werner pair arrives.

    Attributes:
        wire: Where.
        peer: Who has the other half.
        is_first: Whether this QPU comes before the other one.
    """

    wire: Wire
    peer: str
    is_first: bool


@dataclass(frozen=True)
class Send:
    """A bit goes to another QPU."""

    bit: Bit
    receiver: str


@dataclass(frozen=True)
class Receive:
    """A bit comes from another QPU."""

    bit: Bit
    sender: str


LocalOperation = Apply | Branch | Read | Pair | Send | Receive


@dataclass(frozen=True)
class Role:
    """What one QPU does.

    Attributes:
        qpu: Its name.
        operations: In order.
        outcome: The bit that it reads out.
    """

    qpu: str
    operations: tuple[LocalOperation, ...]
    outcome: Bit

    @property
    def pair_peers(self) -> tuple[str, ...]:
        """Who it shares pairs with."""
        return tuple(dict.fromkeys(op.peer for op in self.operations if isinstance(op, Pair)))

    @property
    def talks_to(self) -> tuple[str, ...]:
        """Who it sends bits to or has bits from."""
        names = [op.receiver for op in self.operations if isinstance(op, Send)]
        names += [op.sender for op in self.operations if isinstance(op, Receive)]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Roles:
    """One program per QPU and the pairs that they share.

    Attributes:
        roles: One per QPU, in their order.
        links: Fidelity of the pairs of every link, by the names of its QPUs in their order.
    """

    roles: tuple[Role, ...]
    links: Mapping[tuple[str, str], float]


def split(program: Program) -> Roles:
    """One program per QPU.

    Args:
        program: A program with all angles, whose gates across are teleported.

    Returns:
        The programs.

    Raises:
        UnsupportedError: If angles are symbols, or what is shared is no Bell or Werner pair.

    Example:
        >>> from ebit.export.lower import program_of
        >>> import ebit, jax
        >>> model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
        >>> parameters = model.init(jax.random.key(0))
        >>> split(program_of(model, parameters, [0.1, 0.2, 0.3, 0.4])).links
        {('A', 'B'): 1.0}
    """
    if program.inputs:
        raise UnsupportedError(
            f"symbols such as {program.inputs[0]!r}",
            "A program per QPU",
            "give the parameters and one row of data",
        )
    found: dict[str, list[LocalOperation]] = {qpu: [] for qpu in program.qpus}
    links: dict[tuple[str, str], float] = {}
    outcomes: dict[str, Bit] = {}
    for operation in program.operations:
        match operation:
            case Prepare():
                _share(program, operation, found, links)
            case Apply(wires=wires) | Branch(wires=wires):
                found[_owner(program, *wires)].append(operation)
            case Read(wire, bit):
                qpu = _owner(program, wire)
                found[qpu].append(operation)
                if bit.register == READOUT:
                    outcomes[qpu] = bit
            case Message(bit, sender, receiver):
                found[sender].append(Send(bit, receiver))
                found[receiver].append(Receive(bit, sender))
            case Reset() | Barrier():
                pass  # a new pair is on new qubits, and who receives waits
    roles = (Role(qpu, tuple(found[qpu]), outcomes[qpu]) for qpu in program.qpus)
    return Roles(tuple(roles), links)


def _owner(program: Program, *wires: Wire) -> str:
    """The QPU of all these wires."""
    owners = {program.owners[wire.register] for wire in wires}
    if len(owners) > 1 or SOURCE in owners:
        raise UnsupportedError(
            "gates on qubits of two QPUs", "A program per QPU", "teleport the gates"
        )
    return owners.pop()


def _share(
    program: Program,
    state: Prepare,
    found: Mapping[str, list[LocalOperation]],
    links: dict[tuple[str, str], float],
) -> None:
    if state.fidelity is None or state.unit != "ebits":
        raise UnsupportedError(
            f"a shared state ({state.unit}) that is no Bell or Werner pair",
            "A program per QPU",
            "use none, bell:N, bell:N,fidelity=F, classical, classical+bell:N or quantum",
        )
    first, second = (program.owners[wire.register] for wire in state.members)
    known = links.setdefault((first, second), state.fidelity)
    if abs(known - state.fidelity) > 1e-12:
        raise UnsupportedError(
            f"pairs of fidelity {known:.4g} and {state.fidelity:.4g} on one link",
            "A program per QPU",
            "give all pairs of two QPUs the same state",
        )
    for qpu, peer, wire, is_first in (
        (first, second, state.members[0], True),
        (second, first, state.members[1], False),
    ):
        found[qpu].append(Pair(wire, peer, is_first))
