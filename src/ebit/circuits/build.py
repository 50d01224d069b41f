"""The circuit of a wiring: shared states, mixing, embedding, then stages, then the read-out."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from ebit.circuits.basis import measurements, pooled, stages
from ebit.circuits.circuit import (
    Block,
    Circuit,
    DataAngle,
    Gate,
    Leaf,
    Measure,
    Operation,
    Parameter,
    Rotate,
    Send,
    Share,
)
from ebit.circuits.convolution import bricks
from ebit.circuits.wiring import Qubit, Wiring

Registers = Sequence[Sequence[Qubit]]
"""Qubits that one block acts on: those of each QPU, or of all QPUs together."""

Layer = tuple[Operation, ...]


def parameter_shapes(wiring: Wiring, depth: int, mixing: int, pooling: str) -> dict[str, Any]:
    """Shapes of the arrays of angles.

    Args:
        wiring: QPUs with equally many qubits.
        depth: Convolution layers per stage.
        mixing: Mixing layers.
        pooling: Pooling layout.

    Returns:
        `mixing` (QPUs, layers, n); `convolution`, one (QPUs, depth, m) per stage of m qubits;
        `pooling`, one (QPUs, h, 2, 2) per stage that measures h qubits. One QPU alone has no axis
        for the QPUs.
    """
    qubits = wiring.qpus[0].qubits
    qpus = (len(wiring.qpus),) if len(wiring.qpus) > 1 else ()
    return {
        "mixing": (*qpus, mixing, qubits),
        "convolution": tuple((*qpus, depth, left) for left in stages(qubits, pooling)),
        "pooling": tuple((*qpus, measured, 2, 2) for measured in measurements(qubits, pooling)),
    }


@lru_cache(maxsize=64)
def build_circuit(
    wiring: Wiring, *, depth: int, mixing: int = 0, pooling: str = "halves"
) -> Circuit:
    """The circuit of the QPUs of a wiring.

    Args:
        wiring: QPUs with equally many qubits, and what joins them.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.

    Returns:
        The circuit.

    Example:
        >>> from ebit.circuits.wiring import QPU
        >>> build_circuit(Wiring((QPU("A", 4, 4), QPU("B", 4, 4))), depth=20)
        <Circuit on A, B: 8 qubits, 1044 operations>
    """
    own = [list(qpu.register) for qpu in wiring.qpus]
    blocks = [
        Block("shared states", (tuple(Share(state) for state in wiring.shared),)),
        Block("mixing", _layers(wiring, own, ("mixing",), mixing)),
        Block("embedding", _embedding(wiring, _registers(wiring, own))),
    ]
    for stage in range(len(stages(wiring.qpus[0].qubits, pooling))):
        layers = _layers(wiring, own, ("convolution", stage), depth)
        round_, own = _pool(wiring, own, stage, pooling)
        blocks += [Block("convolution", layers), Block("pooling", (round_,))]
    last = tuple(Measure(qubit, bit(qubit)) for qubit in chain(*own))
    blocks.append(Block("read-out", (last,)))
    return Circuit(
        wiring,
        tuple(block for block in blocks if any(block.layers)),
        _flat(parameter_shapes(wiring, depth, mixing, pooling)),
    )


def _flat(shapes: dict[str, Any]) -> tuple[tuple[Leaf, tuple[int, ...]], ...]:
    """Arrays one by one: convolutions, mixing, poolings."""
    found: list[tuple[Leaf, tuple[int, ...]]] = [(("mixing",), shapes["mixing"])]
    for name in ("convolution", "pooling"):
        found += [((name, stage), shape) for stage, shape in enumerate(shapes[name])]
    return tuple(sorted(found))


def bit(qubit: Qubit) -> str:
    """The bit that a qubit is measured into.

    Example:
        >>> bit(Qubit("A", 2))
        'a2'
    """
    return str(qubit).lower()


def _registers(wiring: Wiring, own: Registers) -> Registers:
    return [list(chain(*own))] if wiring.gates_across else own


def _parameter(wiring: Wiring, leaf: tuple[Any, ...], qpu: str, *index: int) -> Parameter:
    """An angle of a QPU; one QPU alone has no axis for the QPUs."""
    first = (wiring.place(qpu),) if len(wiring.qpus) > 1 else ()
    return Parameter(leaf, (*first, *index))


def _layers(wiring: Wiring, own: Registers, leaf: tuple[Any, ...], depth: int) -> tuple[Layer, ...]:
    """H, CZ, RX on all registers; for more than two qubits once more on the other bonds."""
    registers = _registers(wiring, own)
    places = [(qubit, place) for qubits in own for place, qubit in enumerate(qubits)]

    def brick(number: int, layer: int) -> list[Operation]:
        bonds = [(qubits, bond) for qubits in registers for bond in bricks(len(qubits))[number]]
        return [
            *(Gate("H", (qubit,)) for qubit, _ in places),
            *(Gate("CZ", (qubits[i], qubits[j])) for qubits, (i, j) in bonds),
            *(
                Gate("RX", (qubit,), _parameter(wiring, leaf, qubit.qpu, layer, place))
                for qubit, place in places
            ),
        ]

    numbers = range(len(bricks(len(registers[0]))))
    return tuple(
        tuple(chain(*(brick(number, layer) for number in numbers))) for layer in range(depth)
    )


def _embedding(wiring: Wiring, registers: Registers) -> tuple[Layer, ...]:
    """H, RZ(x_i), then RZZ on the bonds of the ring: a layer per pass."""

    def feature(qubit: Qubit, turn: int) -> int:
        qpu = wiring.qpus[wiring.place(qubit.qpu)]
        return wiring.first_feature(qubit.qpu) + turn * qpu.qubits + qubit.number

    def once(turn: int) -> Layer:
        single: list[Operation] = [
            Gate("RZ", (qubit,), DataAngle((feature(qubit, turn),))) for qubit in chain(*registers)
        ]
        double: list[Operation] = []
        for qubits in registers:
            for i, j in chain(*bricks(len(qubits))):
                both = (qubits[i], qubits[j])
                features = tuple(feature(qubit, turn) for qubit in both)
                double.append(Gate("RZZ", both, DataAngle(features)))
        return (*(Gate("H", (qubit,)) for qubit in chain(*registers)), *single, *double)

    return tuple(once(turn) for turn in range(wiring.qpus[0].passes))


def _pool(
    wiring: Wiring, own: Registers, stage: int, pooling: str
) -> tuple[Layer, list[list[Qubit]]]:
    """Measurements, bits that are sent, rotations; and the qubits that remain on each QPU."""
    pairs = pooled(len(own[0]), pooling)
    measured = {place for place, _ in pairs}
    bits = {
        qpu.name: [bit(qubits[place]) for place, _ in pairs]
        for qpu, qubits in zip(wiring.qpus, own, strict=True)
    }
    operations: list[Operation] = [
        Measure(qubits[place], bit(qubits[place])) for qubits in own for place, _ in pairs
    ]
    operations += [
        Send(name, sender, receiver)
        for sender, receiver in wiring.messages
        for name in bits[sender]
    ]
    for turn in _turns(pairs):
        for which, kind in enumerate(("RZ", "RX")):
            operations += [
                _rotation(wiring, kind, qubits[driven], bits, stage, number, which)
                for qubits in own
                for number, driven in turn
            ]
    remaining = [[q for place, q in enumerate(qubits) if place not in measured] for qubits in own]
    return tuple(operations), remaining


def _turns(pairs: tuple[tuple[int, int], ...]) -> list[list[tuple[int, int]]]:
    """(Number of the outcome, driven qubit), sorted into turns that drive a qubit once."""
    turns: list[list[tuple[int, int]]] = []
    for number, (_, driven) in enumerate(pairs):
        earlier = sum(other == driven for _, other in pairs[:number])
        if earlier == len(turns):
            turns.append([])
        turns[earlier].append((number, driven))
    return turns


def _rotation(
    wiring: Wiring,
    kind: str,
    qubit: Qubit,
    bits: dict[str, list[str]],
    stage: int,
    number: int,
    which: int,
) -> Rotate:
    """A rotation that the outcome of this number drives."""
    leaf = ("pooling", stage)
    zero, one = (_parameter(wiring, leaf, qubit.qpu, number, outcome, which) for outcome in (0, 1))
    return Rotate(kind, qubit, bits[wiring.driver(qubit.qpu)][number], (zero, one))
