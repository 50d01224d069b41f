"""How long the local part of a circuit takes, from the times of gates and measurements."""

from dataclasses import dataclass

from ebit.circuits import stages
from ebit.models import DistributedQCNN
from ebit.network import Qpu


@dataclass(frozen=True)
class GateTimes:
    """Times of the slower of two QPUs, in seconds: they wait for each other.

    Example:
        >>> GateTimes(0.0, 1e-3, 1e-2).layer(4)
        0.002
    """

    one_qubit: float
    two_qubit: float
    readout: float

    @classmethod
    def of(cls, qpus: tuple[Qpu, Qpu]) -> "GateTimes":
        """Those of two QPUs."""
        return cls(
            max(qpu.one_qubit_gate_time for qpu in qpus),
            max(qpu.two_qubit_gate_time for qpu in qpus),
            max(qpu.readout_time for qpu in qpus),
        )

    def layer(self, qubits: int) -> float:
        """A convolution layer on a ring: H, CZ gates that do not overlap, RX, once or twice."""
        bricks = 1 if qubits == 2 else 2
        return 2 * bricks * self.one_qubit + ring_rounds(qubits) * self.two_qubit


def ring_rounds(qubits: int) -> int:
    """Rounds of two-qubit gates on all bonds of a ring, no qubit in two gates of a round.

    Args:
        qubits: Qubits of the ring.

    Returns:
        1 for two qubits, 2 for an even number, 3 for an odd one.

    Example:
        >>> ring_rounds(2), ring_rounds(4), ring_rounds(5)
        (1, 2, 3)
    """
    return 1 if qubits == 2 else 2 + qubits % 2


def circuit_seconds(model: DistributedQCNN, times: GateTimes) -> float:
    """Duration of one run of a circuit without any communication.

    The QPUs work at the same time. Embedding: H, RZ and the gates of the ring; convolution and
    mixing layers; pooling: a measurement, then RZ and RX; in the end the measurement of the label.

    Args:
        model: The circuit.
        times: Times of its gates.

    Returns:
        Seconds.

    Example:
        >>> circuit_seconds(DistributedQCNN(qubits=2, depth=3), GateTimes(0.0, 1.0, 10.0))
        24.0
    """
    sizes = stages(model.qubits)
    embedding = 2 * times.one_qubit + ring_rounds(model.qubits) * times.two_qubit
    layers = model.mixing * times.layer(model.qubits) + model.depth * sum(map(times.layer, sizes))
    pooling = len(sizes) * (times.readout + 2 * times.one_qubit)
    return embedding + layers + pooling + times.readout
