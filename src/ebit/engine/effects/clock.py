"""How long the qubits of one QPU wait for the others.

All QPUs start together. A rotation that a received bit drives needs the later of two things: the
own measurement, and the sender's measurement plus the message. Meanwhile the qubits that are left
wait.
"""

from collections import Counter
from itertools import chain

from ebit.circuits import (
    Circuit,
    Qubit,
    Send,
    bricks,
    build_circuit,
    layout_of,
    pooled,
    rounds_of,
)
from ebit.physics import Noise
from ebit.resources import ClassicalBits

GATES_PER_BRICK = 2
"""One-qubit gates of every qubit in a brick (H, RX) and in the embedding (H, RZ)."""


def embedding_rounds(qubits: int) -> int:
    """Two-qubit gates of the embedding that a ring does one after the other.

    Example:
        >>> [embedding_rounds(qubits) for qubits in (2, 4, 5)]
        [1, 2, 3]
    """
    return rounds_of(chain(*bricks(qubits)))


def rotations_in_turn(qubits: int, measured: int) -> int:
    """Outcomes of a pooling round that drive the same qubit, one after the other.

    Example:
        >>> rotations_in_turn(4, 2), rotations_in_turn(4, 3)
        (1, 3)
    """
    driven = [target for _, target in pooled(qubits, layout_of(qubits, measured))]
    return max(Counter(driven).values())


def message_waits(
    noise: Noise, qubits: int, depth: int, mixing: int, pooling: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Time from the end of the own measurement until the bits of the other QPU are there.

    Args:
        noise: Local noise.
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.

    Returns:
        Seconds for every pooling round of QPU A, and of QPU B.

    Example:
        >>> noise = Noise(measurement_seconds=(0.5, 0.25), message_seconds=0.125)
        >>> message_waits(noise, 2, depth=1, mixing=0, pooling="halves")
        ((0.0,), (0.375,))
    """
    wiring = ClassicalBits().wiring(qubits)
    circuit = build_circuit(wiring, depth=depth, mixing=mixing, pooling=pooling)
    first, second = waits_for_messages(noise, circuit)
    return first, second


def waits_for_messages(noise: Noise, circuit: Circuit) -> tuple[tuple[float, ...], ...]:
    """Time from the end of the own measurement until all bits that a QPU needs are there.

    Args:
        noise: Local noise.
        circuit: The circuit of the QPUs.

    Returns:
        Seconds for every pooling round of every QPU.

    Example:
        >>> circuit = build_circuit(ClassicalBits().wiring(2), depth=1)
        >>> waits_for_messages(Noise(message_seconds=0.5), circuit)
        ((0.5,), (0.5,))
    """
    wiring = circuit.wiring
    own = noise.for_qpus(len(wiring.qpus))
    travel = dict(
        zip(
            wiring.messages,
            noise.seconds_of("message_seconds", len(wiring.messages)),
            strict=True,
        )
    )
    names = [qpu.name for qpu in wiring.qpus]
    clock = dict.fromkeys(names, 0.0)
    waits: dict[str, list[float]] = {name: [] for name in names}
    for step in circuit.steps:
        ready = dict(clock)
        if step.kind == "send":
            for operation in step.operations:
                if isinstance(operation, Send):
                    way = (operation.sender, operation.receiver)
                    arrives = ready[operation.sender] + travel.get(way, 0.0)
                    clock[operation.receiver] = max(clock[operation.receiver], arrives)
            for name in names:
                if waits[name]:
                    waits[name][-1] += clock[name] - ready[name]
            continue
        acting: dict[str, list[tuple[Qubit, ...]]] = {}
        for operation in step.operations:
            for name in {qubit.qpu for qubit in operation.qubits}:
                acting.setdefault(name, []).append(operation.qubits)
        for name, groups in acting.items():
            noise_of = own[wiring.place(name)]
            if step.kind == "measure":
                clock[name] += noise_of.measurement_seconds
                waits[name].append(0.0)
            else:
                gates = [0, 0, 0]
                gates[step.gate_qubits] = rounds_of(groups)
                clock[name] += noise_of.seconds(gates[1], gates[2])
    return tuple(tuple(waits[name][:-1]) for name in names)


def waits_in_step(noise: Noise, one_qubit: int, rounds: int, measured: bool) -> tuple[float, float]:
    """Time that the faster QPU waits for the slower one at the end of the same operations.

    Args:
        noise: Local noise.
        one_qubit: One-qubit gates one after the other.
        rounds: Two-qubit gates one after the other.
        measured: Whether a measurement belongs to them.

    Returns:
        Seconds for QPU A and QPU B; one of them is 0.

    Example:
        >>> waits_in_step(Noise(two_qubit_seconds=(0.5, 0.25)), 2, rounds=1, measured=False)
        (0.0, 0.25)
    """
    taken = [
        own.seconds(one_qubit, rounds) + measured * own.measurement_seconds for own in noise.qpus
    ]
    return max(taken) - taken[0], max(taken) - taken[1]
