"""A circuit as a value: what happens to which qubit of which QPU, in order.

Everything that says what a circuit does is derived from it: what it uses up, how long it takes,
how often it uses a parameter, its derivatives, its drawing. The engines are made by hand and are
checked against it.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.circuits.wiring import Qubit, SharedState, Wiring
from ebit.ledger import Ledger

Leaf = tuple[str, *tuple[int, ...]]
"""Where an array lies in the parameters: `("convolution", 0)`, `("mixing",)`."""


class Parameter(NamedTuple):
    """One trained number: an array of the parameters and an index into it.

    Example:
        >>> str(Parameter(("convolution", 0), (1, 3, 2)))
        'convolution[0][1, 3, 2]'
    """

    leaf: Leaf
    place: tuple[int, ...]

    def __str__(self) -> str:
        """As it is written in Python."""
        name, *numbers = self.leaf
        places = "".join(f"[{number}]" for number in numbers)
        return f"{name}{places}[{', '.join(map(str, self.place))}]"

    def of(self, parameters: Any) -> Any:
        """Its value in the parameters of a model."""
        for key in self.leaf:
            parameters = parameters[key]
        return parameters[self.place]


class DataAngle(NamedTuple):
    r"""An angle made of the input: :math:`x_i`, or :math:`(\pi - x_i)(\pi - x_j) / 2`.

    Example:
        >>> str(DataAngle((3,))), str(DataAngle((0, 1)))
        ('x3', '(pi - x0)(pi - x1)/2')
    """

    features: tuple[int, ...]

    def __str__(self) -> str:
        """The formula."""
        if len(self.features) == 1:
            return f"x{self.features[0]}"
        return "".join(f"(pi - x{feature})" for feature in self.features) + "/2"

    def of(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its values for inputs (..., features), in radians."""
        if len(self.features) == 1:
            return x[..., self.features[0]]
        first, second = self.features
        return (math.pi - x[..., first]) * (math.pi - x[..., second]) / 2


@dataclass(frozen=True, slots=True)
class Share:
    """A shared state is there."""

    state: SharedState

    @property
    def qubits(self) -> tuple[Qubit, ...]:
        """The qubits that it is on."""
        return self.state.members

    @property
    def kind(self) -> str:
        """What is done."""
        return "share"

    def __str__(self) -> str:
        """In words."""
        where = f" on {_names(self.qubits)}" if self.qubits else ""
        return f"share {self.state.amount} {self.state.unit}{where}"


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate H, CZ, RX, RZ or RZZ; a rotation about P is exp(-i angle P / 2).

    An angle is trained, made of the input, or a number in radians.
    """

    kind: str
    qubits: tuple[Qubit, ...]
    angle: Parameter | DataAngle | float | None = None

    @property
    def is_across(self) -> bool:
        """Whether its qubits are on different QPUs."""
        return len({qubit.qpu for qubit in self.qubits}) > 1

    def __str__(self) -> str:
        """In words."""
        angle = "" if self.angle is None else f"({self.angle})"
        return f"{self.kind}{angle} on {_names(self.qubits)}"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement of Z: outcome 0 or 1 in a named bit."""

    qubit: Qubit
    bit: str

    @property
    def qubits(self) -> tuple[Qubit, ...]:
        """The measured qubit."""
        return (self.qubit,)

    @property
    def kind(self) -> str:
        """What is done."""
        return "measure"

    def __str__(self) -> str:
        """In words."""
        return f"measure {self.qubit} into {self.bit}"


@dataclass(frozen=True, slots=True)
class Send:
    """A bit is sent to another QPU."""

    bit: str
    sender: str
    receiver: str

    @property
    def qubits(self) -> tuple[Qubit, ...]:
        """None."""
        return ()

    @property
    def kind(self) -> str:
        """What is done."""
        return "send"

    def __str__(self) -> str:
        """In words."""
        return f"send {self.bit} from {self.sender} to {self.receiver}"


@dataclass(frozen=True, slots=True)
class Rotate:
    """A rotation RX or RZ whose angle a bit selects: `angles[bit]`."""

    kind: str
    qubit: Qubit
    bit: str
    angles: tuple[Parameter, Parameter]

    @property
    def qubits(self) -> tuple[Qubit, ...]:
        """The rotated qubit."""
        return (self.qubit,)

    def __str__(self) -> str:
        """In words."""
        zero, one = self.angles
        return f"{self.kind}({zero} if {self.bit} is 0, {one} if it is 1) on {self.qubit}"


Operation = Share | Gate | Measure | Send | Rotate


def rounds_of(groups: Iterable[Sequence[Hashable]]) -> int:
    """Rounds in which gates on these groups of qubits act, each as soon as its qubits are free.

    Example:
        >>> rounds_of([(0, 1), (2, 3), (1, 2)])
        2
    """
    busy: Counter[Hashable] = Counter()
    for group in groups:
        last = 1 + max((busy[qubit] for qubit in group), default=0)
        busy.update({qubit: last - busy[qubit] for qubit in group})
    return max(busy.values(), default=0)


@dataclass(frozen=True)
class Step:
    """Operations of one kind that follow each other."""

    kind: str
    operations: tuple[Operation, ...]

    @property
    def rounds(self) -> int:
        """How often a qubit has to wait for another operation of the step, and once more.

        Operations act as soon as their qubits are free.
        """
        return max(1, rounds_of(operation.qubits for operation in self.operations))

    @property
    def gate_qubits(self) -> int:
        """Qubits of each of its gates; 0 if they are no gates."""
        first = self.operations[0]
        return len(first.qubits) if isinstance(first, Gate | Rotate) else 0

    @property
    def waits(self) -> bool:
        """Whether a QPU has to wait for another one: for bits, or for a gate that both do."""
        return any(
            isinstance(operation, Send) or (isinstance(operation, Gate) and operation.is_across)
            for operation in self.operations
        )


@dataclass(frozen=True)
class Block:
    """A part of the circuit that has a name.

    Attributes:
        name: `shared states`, `mixing`, `embedding`, `convolution`, `pooling` or `read-out`.
        layers: Operations, one entry per layer. Layers of one block do the same with other angles.
    """

    name: str
    layers: tuple[tuple[Operation, ...], ...]

    def __post_init__(self) -> None:
        checks.text("the name of a part")("name", self.name)
        checks.several(checks.instance(tuple, "a tuple of operations"), least=0)(
            "layers", self.layers
        )


MOST_ANGLES = 10_000_000
"""More trained angles of a circuit than this are a slip of the pen."""


def _array(name: str, value: Any) -> tuple[Leaf, tuple[int, ...]]:
    """The rule of arrays of angles.

    Arrays of NumPy 2.5 match any pattern of a sequence, even those without a length.
    """
    match value:
        case tuple((tuple((str(), *numbers)), tuple(shape))):
            sizes = checks.several(checks.whole(), least=0)(name, (*numbers, *shape))
            if math.prod(sizes) <= MOST_ANGLES:
                return value
    raise checks.wrong(name, f"((name, number, ...), shape) of at most {MOST_ANGLES:,}", value)


@dataclass(frozen=True, repr=False)
class Circuit:
    """What happens to the qubits, in order.

    Attributes:
        wiring: The QPUs.
        blocks: Parts in order.
        shapes: The arrays of angles and their shapes, in the order in which
            `jax.flatten_util.ravel_pytree` flattens parameters.

    Example:
        >>> from ebit import BellPairs, DistributedQCNN
        >>> circuit = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1)).circuit
        >>> for operation in circuit.operations[:3]:
        ...     print(operation)
        share 1 ebits on A0 and B0
        H on A0
        H on A1
        >>> circuit.amounts
        {'ebits': 1, 'bits': 0, 'nonlocal_gates': 0, 'rounds': 0}
    """

    wiring: Wiring
    blocks: tuple[Block, ...]
    shapes: tuple[tuple[Leaf, tuple[int, ...]], ...]

    def __post_init__(self) -> None:
        checks.instance(Wiring, "an ebit.Wiring")("wiring", self.wiring)
        parts = checks.instance(Block, "a list of parts, as in `model.circuit.blocks`")
        object.__setattr__(self, "blocks", checks.several(parts, least=0)("blocks", self.blocks))
        object.__setattr__(self, "shapes", checks.several(_array, least=0)("shapes", self.shapes))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations in order."""
        return tuple(
            operation for block in self.blocks for layer in block.layers for operation in layer
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Operations of one kind that follow each other, put together."""
        return tuple(
            Step(kind, tuple(operations))
            for kind, operations in groupby(self.operations, lambda operation: operation.kind)
        )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Bits that are read out at the end, in the order of the QPUs."""
        last = self.blocks[-1].layers[-1]
        return tuple(operation.bit for operation in last if isinstance(operation, Measure))

    @cached_property
    def amounts(self) -> dict[str, int]:
        """What one run uses up by unit.

        Shared states by their own unit; `bits` that are sent; `nonlocal_gates` across the QPUs, or
        a pair and two bits for each of them if they are teleported; `rounds`, the steps in which a
        QPU waits for another one.
        """
        sent = self.ledger
        used = Counter(
            ebits=sent.ebits,
            bits=sent.cbits,
            nonlocal_gates=sent.total("gate"),
            rounds=sum(step.waits for step in self.steps),
        )
        for entry in sent.where(kind="state"):
            used[entry.tag] += entry.total
        return dict(used)

    @cached_property
    def ledger(self) -> Ledger:
        """What one run shares and sends between which QPUs.

        Of more than two QPUs that share a state the first one stands as `src`, the others together
        as `dst`. A teleported gate is a pair, and a bit each way.

        Example:
            >>> from ebit import BellPairs, DistributedQCNN
            >>> circuit = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1)).circuit
            >>> [(entry.src, entry.dst, entry.kind) for entry in circuit.ledger]
            [('A', 'B', 'ebit')]
        """
        found, protocol = Ledger(), "circuit"
        for operation in self.operations:
            match operation:
                case Share(state):
                    first, *others = dict.fromkeys(
                        [qubit.qpu for qubit in state.members]
                        or [qpu.name for qpu in self.wiring.qpus]
                    )
                    pairs = state.unit == "ebits"
                    found.send(
                        first, " and ".join(others), "ebit" if pairs else "state", state.amount,
                        protocol=protocol, tag="" if pairs else state.unit,
                    )  # fmt: skip
                case Send():
                    found.send(operation.sender, operation.receiver, "cbit", 1, protocol=protocol)
                case Gate() if operation.is_across:
                    one, other = (qubit.qpu for qubit in operation.qubits)
                    if self.wiring.teleported:
                        found.send(one, other, "ebit", 1, protocol=protocol)
                        found.send(one, other, "cbit", 1, protocol=protocol)
                        found.send(other, one, "cbit", 1, protocol=protocol)
                    else:
                        found.send(one, other, "gate", 1, protocol=protocol)
        return found

    @cached_property
    def amounts_of_edges(self) -> dict[str, dict[str, int]]:
        """What one run uses up by unit on every edge such as `A-B`, in the order of the QPUs.

        A state of more than two QPUs is on all of them together, as `A-B-C`; bits count in both
        directions.

        Example:
            >>> from ebit import BellPairs, DistributedQCNN
            >>> model = DistributedQCNN(qpus=3, qubits=2, depth=1, resource=BellPairs(1))
            >>> model.circuit.amounts_of_edges
            {'A-B': {'ebits': 1}, 'B-C': {'ebits': 1}}
        """
        used: dict[tuple[int, ...], Counter[str]] = {}
        across = Counter(ebits=1, bits=2) if self.wiring.teleported else Counter(nonlocal_gates=1)
        for operation in self.operations:
            names, amounts = {qubit.qpu for qubit in operation.qubits}, Counter[str]()
            match operation:
                case Share(state):
                    amounts[state.unit] = state.amount
                case Send(_, sender, receiver):
                    names, amounts = {sender, receiver}, Counter(bits=1)
                case Gate() if operation.is_across:
                    amounts = across
            if amounts and len(names) > 1:
                places = tuple(sorted(self.wiring.place(name) for name in names))
                used.setdefault(places, Counter()).update(amounts)
        return {
            "-".join(self.wiring.qpus[place].name for place in places): dict(used[places])
            for places in sorted(used)
        }

    @cached_property
    def uses(self) -> list[int]:
        """How often each angle is used, by its number.

        Of the angles that a bit selects one is used, and once.
        """
        angles = sum(math.prod(shape) for _, shape in self.shapes)
        counts = Counter(angle for operation in self.operations for angle in _angles(operation))
        uses = [0] * angles
        for parameter, count in counts.items():
            uses[self.number(parameter)] = count
        return uses

    def number(self, parameter: Parameter) -> int:
        """The number of an angle among all angles, flattened.

        Raises:
            EbitError: If the circuit has no such angle.
        """
        try:
            start, shape = self._starts[parameter.leaf]
            return start + int(np.ravel_multi_index(parameter.place, shape))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise checks.wrong("parameter", "an angle of this circuit", parameter) from None

    @cached_property
    def _starts(self) -> dict[Leaf, tuple[int, tuple[int, ...]]]:
        """Number of the first angle of every array, and the shape of the array."""
        sizes = accumulate((math.prod(shape) for _, shape in self.shapes), initial=0)
        return {
            leaf: (start, shape) for start, (leaf, shape) in zip(sizes, self.shapes, strict=False)
        }

    def __repr__(self) -> str:
        """How much there is of what."""
        names = ", ".join(qpu.name for qpu in self.wiring.qpus)
        return (
            f"<Circuit on {names}: {len(self.wiring.qubits)} qubits, "
            f"{len(self.operations)} operations>"
        )


def _angles(operation: Operation) -> Iterator[Parameter]:
    """Trained angles of an operation."""
    match operation:
        case Gate(angle=Parameter() as angle):
            yield angle
        case Rotate(angles=angles):
            yield from angles


def _names(qubits: tuple[Qubit, ...]) -> str:
    return " and ".join(map(str, qubits))
