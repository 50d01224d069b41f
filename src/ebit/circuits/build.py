"""The circuit of a wiring: shared states, mixing, embedding, then stages, then the read-out."""

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from ebit.circuits.basis import measurements, outputs_of, pooled, stages
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
from ebit.circuits.local import LEAF, count_angles, place_on, rounds_of
from ebit.circuits.wiring import Qubit, Wiring
from ebit.errors import EbitError

Registers = Sequence[Sequence[Qubit]]
"""Qubits that one block acts on: those of each QPU, or of all QPUs together."""

Layer = tuple[Operation, ...]


def parameter_shapes(
    wiring: Wiring, depth: int, mixing: int, pooling: str, local: Circuit | None = None
) -> dict[str, Any]:
    """Shapes of the arrays of angles.

    Args:
        wiring: The QPUs.
        depth: Convolution layers per stage.
        mixing: Mixing layers.
        pooling: Pooling layout.
        local: Circuit of one QPU in the place of convolutions and poolings.

    Returns:
        `mixing` (QPUs, layers, n); `convolution`, one (QPUs, depth, m) per stage of m qubits;
        `pooling`, one (QPUs, h, 2, 2) per stage that measures h qubits; with a local circuit
        `local` (QPUs, angles) in the place of both. One QPU alone has no axis for the QPUs. With
        QPUs of different sizes each is a tuple of such arrays, one entry per size, see
        `Wiring.sizes`.
    """
    if local is not None:
        mixed = len(wiring.qpus), mixing, wiring.qpus[0].qubits
        return {"mixing": mixed, LEAF: (len(wiring.qpus), count_angles(local))}
    found = []
    for names in wiring.sizes:
        qubits = wiring.qpus[wiring.place(names[0])].qubits
        qpus = (len(names),) if len(wiring.qpus) > 1 else ()
        found.append(
            {
                "mixing": (*qpus, mixing, qubits),
                "convolution": tuple((*qpus, depth, left) for left in stages(qubits, pooling)),
                "pooling": tuple(
                    (*qpus, measured, 2, 2) for measured in measurements(qubits, pooling)
                ),
            }
        )
    if len(found) == 1:
        return found[0]
    return {name: tuple(own[name] for own in found) for name in found[0]}


@lru_cache(maxsize=64)
def build_circuit(
    wiring: Wiring,
    *,
    depth: int,
    mixing: int = 0,
    pooling: str = "halves",
    local: Circuit | None = None,
) -> Circuit:
    """The circuit of the QPUs of a wiring.

    Args:
        wiring: QPUs and what joins them; gates across join QPUs with equally many qubits.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        local: Circuit of one QPU that stands on every QPU in the place of convolutions and
            poolings.

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
    dealt = _Deal(wiring)
    if local is not None:
        blocks += _local_blocks(wiring, local, dealt)
    else:
        for stage in range(max(len(stages(qpu.qubits, pooling)) for qpu in wiring.qpus)):
            layers = _layers(wiring, own, ("convolution", stage), depth, outputs_of(pooling))
            round_, own = _pool(wiring, own, stage, pooling, dealt)
            blocks += [Block("convolution", layers), Block("pooling", (round_,))]
        last = tuple(Measure(qubit, bit(qubit)) for qubit in chain(*own))
        blocks.append(Block("read-out", (last,)))
    dealt.end()
    return Circuit(
        wiring,
        tuple(block for block in blocks if any(block.layers)),
        _flat(parameter_shapes(wiring, depth, mixing, pooling, local)),
    )


def _local_blocks(wiring: Wiring, local: Circuit, dealt: "_Deal") -> list[Block]:
    """The same circuit on every QPU; who measures in the same round can drive each other."""
    driver: dict[Qubit, Qubit] = {}

    def on_all(operations: Sequence[Operation]) -> list[Operation]:
        return [
            operation
            for qpu in wiring.qpus
            for operation in place_on(
                local,
                operations,
                qpu.name,
                partial(_parameter, wiring, (LEAF,), qpu.name),
                lambda qubit: bit(driver[qubit]),
            )
        ]

    blocks = []
    rounds, last = rounds_of(local)
    for before, measured in rounds:
        own = {
            qpu.name: [Qubit(qpu.name, op.qubit.number) for op in measured] for qpu in wiring.qpus
        }
        new = dealt.round(own)
        driver |= new
        blocks.append(Block("local circuit", (tuple(on_all(before)),)))
        blocks.append(Block("measurement", ((*on_all(measured), *_sends(wiring, new)),)))
    blocks.append(Block("local circuit", (tuple(on_all(last[:-1])),)))
    blocks.append(Block("read-out", (tuple(on_all(last[-1:])),)))
    return blocks


def _sends(wiring: Wiring, driver: dict[Qubit, Qubit]) -> list[Send]:
    """Bits that drive a rotation of another QPU, each sent once to every receiver."""
    sent = dict.fromkeys(
        (found, qubit.qpu) for qubit, found in driver.items() if found.qpu != qubit.qpu
    )
    in_order = sorted(sent, key=lambda s: (wiring.place(s[0].qpu), wiring.place(s[1]), s[0].number))
    return [Send(bit(found), found.qpu, receiver) for found, receiver in in_order]


def _flat(shapes: dict[str, Any]) -> tuple[tuple[Leaf, tuple[int, ...]], ...]:
    """Arrays one by one: convolutions, mixing, poolings."""
    return tuple(sorted(leaf for name in shapes for leaf in _leaves((name,), shapes[name])))


def _leaves(leaf: Leaf, shape: Any) -> list[tuple[Leaf, tuple[int, ...]]]:
    """The arrays below a place of the parameters."""
    if all(isinstance(size, int) for size in shape):
        return [(leaf, shape)]
    return [found for k, part in enumerate(shape) for found in _leaves((*leaf, k), part)]


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
    size, place = wiring.size_places[qpu]
    first = (place,) if len(wiring.qpus) > 1 else ()
    if len(wiring.sizes) > 1:
        leaf = (leaf[0], size, *leaf[1:])
    return Parameter(leaf, (*first, *index))


def _layers(
    wiring: Wiring, own: Registers, leaf: tuple[Any, ...], depth: int, left: int = 1
) -> tuple[Layer, ...]:
    """H, CZ, RX on all registers; for more than two qubits once more on the other bonds.

    A register with no more than the qubits that are left in the end has been worked off.
    """
    registers = [qubits for qubits in _registers(wiring, own) if len(qubits) > left]
    places = {qubit: place for qubits in own for place, qubit in enumerate(qubits)}

    def brick(number: int, layer: int) -> list[Operation]:
        acting = [qubits for qubits in registers if number < len(bricks(len(qubits)))]
        bonds = [(qubits, bond) for qubits in acting for bond in bricks(len(qubits))[number]]
        return [
            *(Gate("H", (qubit,)) for qubit in chain(*acting)),
            *(Gate("CZ", (qubits[i], qubits[j])) for qubits, (i, j) in bonds),
            *(
                Gate("RX", (qubit,), _parameter(wiring, leaf, qubit.qpu, layer, places[qubit]))
                for qubit in chain(*acting)
            ),
        ]

    numbers = range(max(len(bricks(len(qubits))) for qubits in registers))
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


class _Deal:
    """Who gets which outcome: in turn, as long as outcomes come."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._given = dict(wiring.drives)
        self._measured: set[Qubit] = set()
        self._receivers: dict[str, list[str]] = {}
        for sender, receiver in wiring.messages:
            self._receivers.setdefault(sender, []).append(receiver)
        self._turn = dict.fromkeys(self._receivers, 0)

    def round(self, measured: dict[str, list[Qubit]]) -> dict[Qubit, Qubit]:
        """The qubit whose outcome drives what that of another one would drive without messages.

        Args:
            measured: Qubits that every QPU measures in this round.
        """
        if self._given:
            own = list(chain(*measured.values()))
            self._measured.update(own)
            for qubit in own:
                driver = self._given.get(qubit, qubit)
                if driver not in self._measured:
                    raise EbitError(
                        f"Argument `drives` has {driver} drive what {qubit} would drive, but "
                        f"{driver} is not measured by then: name one that is."
                    )
            return {qubit: self._given.get(qubit, qubit) for qubit in own}
        arrived: dict[str, list[Qubit]] = {}
        for sender, receivers in self._receivers.items():
            for qubit in measured.get(sender, []):
                receiver = receivers[self._turn[sender] % len(receivers)]
                self._turn[sender] += 1
                arrived.setdefault(receiver, []).append(qubit)
        return {
            qubit: found
            for name, qubits in measured.items()
            for qubit, found in zip(
                qubits,
                [*arrived.get(name, []), *qubits[len(arrived.get(name, [])) :]],
                strict=False,
            )
        }

    def end(self) -> None:
        """Raise if something is said of a qubit that is not measured before the read-out."""
        for qubit in self._given.keys() - self._measured:
            raise EbitError(
                f"Argument `drives` says what drives in the place of {qubit}, which is not "
                "measured before the read-out: leave it out."
            )


def _pool(
    wiring: Wiring, own: Registers, stage: int, pooling: str, dealt: _Deal
) -> tuple[Layer, list[list[Qubit]]]:
    """Measurements, bits that are sent, rotations; and the qubits that remain on each QPU."""
    base, left = pooling.partition(":")[0], outputs_of(pooling)
    pairs = [pooled(len(qubits), base) if len(qubits) > left else () for qubits in own]
    measured = {
        qpu.name: [qubits[place] for place, _ in own_pairs]
        for qpu, qubits, own_pairs in zip(wiring.qpus, own, pairs, strict=True)
    }
    driver = dealt.round(measured)
    operations: list[Operation] = [
        Measure(qubit, bit(qubit)) for qubit in chain(*measured.values())
    ]
    operations += _sends(wiring, driver)
    turns = [_turns(own_pairs) for own_pairs in pairs]
    for turn in range(max(len(own_turns) for own_turns in turns)):
        for which, kind in enumerate(("RZ", "RX")):
            operations += [
                _rotation(
                    wiring,
                    kind,
                    qubits[driven],
                    driver[measured[qpu.name][number]],
                    stage,
                    number,
                    which,
                )
                for qpu, qubits, own_turns in zip(wiring.qpus, own, turns, strict=True)
                if turn < len(own_turns)
                for number, driven in own_turns[turn]
            ]
    gone = set(chain(*measured.values()))
    return tuple(operations), [[q for q in qubits if q not in gone] for qubits in own]


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
    wiring: Wiring, kind: str, qubit: Qubit, driver: Qubit, stage: int, number: int, which: int
) -> Rotate:
    """A rotation that the outcome of a measured qubit drives."""
    leaf = ("pooling", stage)
    zero, one = (_parameter(wiring, leaf, qubit.qpu, number, outcome, which) for outcome in (0, 1))
    return Rotate(kind, qubit, bit(driver), (zero, one))
