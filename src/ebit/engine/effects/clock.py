"""How long the qubits of one QPU wait for the other one.

Both QPUs start together. A rotation that a received bit drives needs the later of two things: the
own measurement, and the sender's measurement plus the message. Meanwhile the qubits that are left
wait.
"""

from ebit.circuits import measurements, stages
from ebit.engine.effects.bricks import gate_counts, places
from ebit.physics import Noise, QPUNoise

GATES_PER_BRICK = 2
"""One-qubit gates of every qubit in a brick (H, RX) and in the embedding (H, RZ)."""


def embedding_rounds(qubits: int) -> int:
    """Two-qubit gates of the embedding that a ring does one after the other.

    Example:
        >>> [embedding_rounds(qubits) for qubits in (2, 4, 5)]
        [1, 2, 3]
    """
    return 1 if qubits == 2 else 2 + qubits % 2


def layer_seconds(noise: QPUNoise, qubits: int) -> float:
    """Duration of a layer of a convolution or mixing block on one QPU.

    Example:
        >>> layer_seconds(QPUNoise(two_qubit_seconds=0.5), 4)
        1.0
    """
    rounds = [max(gate_counts(qubits, place.bonds)) for place in places(qubits)]
    return sum(noise.seconds(GATES_PER_BRICK, count) for count in rounds)


def rotations_in_turn(qubits: int, measured: int) -> int:
    """Outcomes of a pooling round that drive the same qubit, one after the other.

    Example:
        >>> rotations_in_turn(4, 2), rotations_in_turn(4, 3)
        (1, 3)
    """
    return measured if measured == qubits - 1 else 1


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
    clock = [
        mixing * layer_seconds(own, qubits) + own.seconds(GATES_PER_BRICK, embedding_rounds(qubits))
        for own in noise.qpus
    ]
    waits: list[list[float]] = [[], []]
    rounds = zip(stages(qubits, pooling), measurements(qubits, pooling), strict=True)
    for size, measured in rounds:
        read = [
            time + depth * layer_seconds(own, size) + own.measurement_seconds
            for time, own in zip(clock, noise.qpus, strict=True)
        ]
        for q, own in enumerate(noise.qpus):
            start = max(read[q], read[1 - q] + noise.message_seconds)
            waits[q].append(start - read[q])
            clock[q] = start + own.seconds(2 * rotations_in_turn(size, measured), 0)
    return tuple(waits[0]), tuple(waits[1])


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
