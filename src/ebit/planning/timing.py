"""How long the local part of a circuit takes, from the times of gates and measurements."""

from collections.abc import Sequence
from dataclasses import dataclass

from ebit.circuits import Step
from ebit.models import DistributedQCNN
from ebit.network import Qpu


@dataclass(frozen=True)
class GateTimes:
    """Times of the slowest QPU, in seconds: they wait for each other."""

    one_qubit: float
    two_qubit: float
    readout: float
    parallel: bool = True

    @classmethod
    def of(cls, qpus: Sequence[Qpu]) -> "GateTimes":
        """Those of some QPUs."""
        return cls(
            max(qpu.one_qubit_gate_time for qpu in qpus),
            max(qpu.two_qubit_gate_time for qpu in qpus),
            max(qpu.readout_time for qpu in qpus),
            all(qpu.parallel_gates for qpu in qpus),
        )

    def step(self, step: Step) -> float:
        """Operations of one kind; pairs and messages are waiting, which is counted elsewhere."""
        gate = (0.0, self.one_qubit, self.two_qubit)[step.gate_qubits]
        if step.kind == "measure":
            return step.rounds * self.readout
        if gate == 0:
            return 0.0
        return (step.rounds if self.parallel else _most_on_a_qpu(step)) * gate


def _most_on_a_qpu(step: Step) -> int:
    """Gates of the QPU that has the most of them; it does them one by one."""
    names = [{qubit.qpu for qubit in operation.qubits} for operation in step.operations]
    return max(sum(name in each for each in names) for name in set.union(*names))


def circuit_seconds(model: DistributedQCNN, times: GateTimes) -> float:
    """Duration of one run of a circuit without any communication.

    The QPUs work at the same time, one step of the circuit after the other.

    Args:
        model: The circuit.
        times: Times of its gates.

    Returns:
        Seconds.

    Example:
        >>> circuit_seconds(DistributedQCNN(qubits=2, depth=3), GateTimes(0.0, 1.0, 10.0))
        24.0
    """
    return sum(map(times.step, model.circuit.steps))
