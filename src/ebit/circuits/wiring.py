"""Who is there and what joins them: QPUs, shared states, messages and gates across."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from ebit import checks
from ebit.errors import EbitError
from ebit.physics import ManyState, PairState

MOST_QUBITS = 1_000_000
"""More qubits of a QPU than this are a slip of the pen."""

MOST_LISTED = 8
"""Most QPUs that a message names one by one."""


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


def is_qubit(value: Any) -> bool:
    """Whether this is a qubit by the name of its QPU and its number there."""
    return (
        isinstance(value, Qubit)
        and isinstance(value.qpu, str)
        and isinstance(value.number, int)
        and 0 <= value.number < MOST_QUBITS
    )


def _qubit(name: str, value: Any) -> Qubit:
    """The rule of qubits."""
    if not is_qubit(value):
        raise checks.wrong(name, "a qubit such as ebit.Qubit('A', 0)", value)
    found: Qubit = value
    return found


_name_of_qpu = checks.text("the name of a QPU")


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

    def __post_init__(self) -> None:
        _name_of_qpu("name", self.name)
        checks.whole(1, MOST_QUBITS)("qubits", self.qubits)
        checks.whole(0, MOST_QUBITS)("features", self.features)

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
        state: The state, of every pair and before training if it is trained; None without qubits.
        unit: What it counts as.
        amount: How many of them.
        leaf: Parameters that are its Schmidt coefficients; None if it is not trained.
    """

    members: tuple[Qubit, ...]
    state: PairState | ManyState | None
    unit: str = "ebits"
    amount: int = 1
    leaf: str | None = None

    def __post_init__(self) -> None:
        members = checks.several(_qubit, least=0)("members", self.members)
        object.__setattr__(self, "members", members)
        states = checks.instance(
            (PairState, ManyState), "an ebit.PairState, ebit.ManyState or None"
        )
        checks.maybe(states)("state", self.state)
        checks.text("a unit such as ebits")("unit", self.unit)
        checks.whole(0, MOST_QUBITS)("amount", self.amount)
        checks.maybe(checks.text("the name of an array of parameters"))("leaf", self.leaf)

    def check(self) -> None:
        """Raise unless it has as many qubits as its state, each of them on another QPU."""
        count, number = len(self.members), 0
        if self.state is not None:
            number = 2 if isinstance(self.state, PairState) else self.state.members
        if count != (2 * self.amount if self.leaf is not None else number):
            raise EbitError(
                f"A shared state of {number} qubits is on {count} of them: name one for each."
            )
        if self.leaf is None and len({qubit.qpu for qubit in self.members}) < count:
            raise EbitError(
                f"A shared state is on two qubits of QPU {self.members[0].qpu}: give it one qubit "
                "of each QPU."
            )


_RULES_OF_WIRING: dict[str, checks.Rule] = {
    "qpus": checks.several(checks.instance(QPU, "an ebit.QPU")),
    "shared": checks.several(checks.instance(SharedState, "an ebit.SharedState"), least=0),
    "messages": checks.several(checks.pair(_name_of_qpu), least=0),
    "drives": checks.several(checks.pair(_qubit), least=0),
    "gates_across": checks.flag,
    "teleported": checks.flag,
}


@dataclass(frozen=True)
class Wiring:
    """QPUs and what joins them: the one place that knows how many QPUs there are.

    Attributes:
        qpus: The QPUs; features and outcomes have their order.
        shared: States that they share.
        messages: (sender, receiver), names of QPUs: outcomes of the sender drive rotations of the
            receiver. The outcomes of a QPU are dealt out to its receivers in turn; a rotation for
            which nothing arrives is driven by the outcome of its own QPU.
        drives: (measured qubit, measured qubit): the outcome of the second drives what that of the
            first one would drive without messages. Where it is given, nothing is dealt out.
        gates_across: Whether two-qubit gates act across the QPUs, as in one register.
        teleported: Whether each of these gates is made from a pair and two bits.

    Example:
        >>> wiring = Wiring((QPU("A", 2, 2), QPU("B", 2, 2)), messages=(("A", "B"), ("B", "A")))
        >>> wiring.first_feature("B"), [qpu.name for qpu in wiring.qpus]
        (2, ['A', 'B'])
    """

    qpus: tuple[QPU, ...]
    shared: tuple[SharedState, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    drives: tuple[tuple[Qubit, Qubit], ...] = ()
    gates_across: bool = False
    teleported: bool = False

    def __post_init__(self) -> None:
        for name, rule in _RULES_OF_WIRING.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))
        names = [qpu.name for qpu in self.qpus]
        if len(set(names)) < len(names):
            raise checks.wrong("qpus", "QPUs of different names", names)

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
        self._check_name(name)
        return self._places[name]

    def _check_name(self, name: str) -> None:
        if not isinstance(name, str) or name not in self._places:
            raise EbitError(f"No QPU is called {checks.shown(name)}: use {self._listed}.")

    @property
    def _listed(self) -> str:
        """The names of the QPUs, for a message: all of a few, else the first and the last one."""
        names = list(self._places)
        return ", ".join(names) if len(names) <= MOST_LISTED else f"{names[0]} to {names[-1]}"

    def _no_qubit(self, qubit: Qubit) -> str:
        """The end of a message about a qubit that is not there, with what is."""
        if qubit.qpu not in self._places:
            return f", but there is no QPU {qubit.qpu!r}: use qubits of {self._listed}."
        count = self.qpus[self._places[qubit.qpu]].qubits
        first, last = Qubit(qubit.qpu, 0), Qubit(qubit.qpu, count - 1)
        return f", but QPU {qubit.qpu} has {count}, {first} to {last}: use one of these."

    @cached_property
    def _places(self) -> dict[str, int]:
        return {qpu.name: place for place, qpu in enumerate(self.qpus)}

    def first_feature(self, name: str) -> int:
        """Number of the first feature that a QPU holds."""
        self._check_name(name)
        return self.first_features[name]

    @cached_property
    def first_features(self) -> dict[str, int]:
        """Number of the first feature of every QPU."""
        starts = accumulate((qpu.features for qpu in self.qpus), initial=0)
        return {qpu.name: start for qpu, start in zip(self.qpus, starts, strict=False)}

    @cached_property
    def sizes(self) -> tuple[tuple[str, ...], ...]:
        """The QPUs sorted by their numbers of qubits, those of the first QPU first."""
        sizes = dict.fromkeys(qpu.qubits for qpu in self.qpus)
        return tuple(tuple(qpu.name for qpu in self.qpus if qpu.qubits == size) for size in sizes)

    @cached_property
    def size_places(self) -> dict[str, tuple[int, int]]:
        """Of every QPU the number of its size and its place among those of the same size."""
        return {
            name: (size, place)
            for size, names in enumerate(self.sizes)
            for place, name in enumerate(names)
        }

    @cached_property
    def halves(self) -> dict[str, tuple[Qubit, ...]]:
        """Of every QPU its qubits that belong to shared states, in their order."""
        shared = {qubit for state in self.shared for qubit in state.members}
        return {
            qpu.name: tuple(qubit for qubit in qpu.register if qubit in shared) for qpu in self.qpus
        }

    def check(self) -> None:
        """Raise unless every shared state and message is between QPUs and qubits that are there."""
        known, used = set(self.qubits), set[Qubit]()
        for state in self.shared:
            state.check()
            for qubit in state.members:
                if qubit not in known:
                    raise EbitError(f"A shared state is on qubit {qubit}{self._no_qubit(qubit)}")
                if qubit in used:
                    raise EbitError(f"Qubit {qubit} is in two shared states: take another qubit.")
                used.add(qubit)
        for pair in self.messages:
            for name in pair:
                if name not in self._places:
                    raise EbitError(
                        f"A message goes along {pair}, but there is no QPU {name!r}: use "
                        f"{self._listed}."
                    )
            if pair[0] == pair[1]:
                raise EbitError(f"A message goes along {pair}: name another QPU, or leave it out.")
        for qubit in (qubit for pair in self.drives for qubit in pair):
            if qubit not in known:
                raise EbitError(f"Argument `drives` names qubit {qubit}{self._no_qubit(qubit)}")
