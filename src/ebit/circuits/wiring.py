"""Who is there and what joins them: QPUs, shared states, messages and gates across."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from ebit.physics import PairState


class Qubit(NamedTuple):
    """A qubit by the name of its QPU and its number there.

    Example:
        >>> str(Qubit("B", 3))
        'B3'
    """

    qpu: str
    number: int

    def __str__(self) -> str:
        """Both without a space."""
        return f"{self.qpu}{self.number}"


@dataclass(frozen=True)
class QPU:
    """A quantum processor.

    Attributes:
        name: Its name.
        qubits: Its qubits.
        features: Features of the input that it holds, a multiple of its qubits: each qubit takes
            one of them in every pass of the embedding.
    """

    name: str
    qubits: int
    features: int

    @property
    def register(self) -> tuple[Qubit, ...]:
        """Its qubits by name."""
        return tuple(Qubit(self.name, number) for number in range(self.qubits))

    @property
    def passes(self) -> int:
        """Embeddings that its features take, one after the other."""
        return self.features // self.qubits


@dataclass(frozen=True)
class SharedState:
    """A state of qubits of different QPUs that is there before the circuit starts.

    Attributes:
        members: The qubits; two for a pair. Several pairs in one trained state are one after the
            other. Random values that only choose what is done are on no qubits.
        state: State of every pair, before training if it is trained; None without qubits.
        unit: What it counts as.
        amount: How many of them.
        leaf: Parameters that are its Schmidt coefficients; None if it is not trained.
    """

    members: tuple[Qubit, ...]
    state: PairState | None
    unit: str = "ebits"
    amount: int = 1
    leaf: str | None = None


@dataclass(frozen=True)
class Wiring:
    """QPUs and what joins them: the one place that knows how many QPUs there are.

    Attributes:
        qpus: The QPUs; features and outcomes have their order.
        shared: States that they share.
        messages: (sender, receiver), names of QPUs: outcomes of the sender drive the rotations of
            the receiver. The outcomes of a QPU that hears of nobody drive its own rotations.
        gates_across: Whether two-qubit gates act across the QPUs, as in one register.
        teleported: Whether each of these gates is made from a pair and two bits.

    Example:
        >>> wiring = Wiring((QPU("A", 2, 2), QPU("B", 2, 2)), messages=(("A", "B"), ("B", "A")))
        >>> wiring.driver("A"), wiring.driver("B"), wiring.first_feature("B")
        ('B', 'A', 2)
    """

    qpus: tuple[QPU, ...]
    shared: tuple[SharedState, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    gates_across: bool = False
    teleported: bool = False

    @property
    def qubits(self) -> tuple[Qubit, ...]:
        """The qubits of all QPUs."""
        return tuple(qubit for qpu in self.qpus for qubit in qpu.register)

    @property
    def features(self) -> int:
        """Features of one input."""
        return sum(qpu.features for qpu in self.qpus)

    def place(self, name: str) -> int:
        """Place of a QPU among the others."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {qpu.name: place for place, qpu in enumerate(self.qpus)}

    def first_feature(self, name: str) -> int:
        """Number of the first feature that a QPU holds."""
        starts = accumulate((qpu.features for qpu in self.qpus), initial=0)
        return list(starts)[self.place(name)]

    def driver(self, name: str) -> str:
        """The QPU whose outcomes drive the rotations of a QPU."""
        senders = [sender for sender, receiver in self.messages if receiver == name]
        return senders[0] if senders else name
