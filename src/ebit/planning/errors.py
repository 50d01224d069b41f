"""From the errors of gates as they are published to the noise of the engines."""

import math

from ebit import checks
from ebit.network import Qpu
from ebit.physics import Noise, depolarising_probability


def local_noise(
    qpus: tuple[Qpu, Qpu], *, message_seconds: float = 0.0, herald_seconds: float = 0.0
) -> Noise:
    """The noise of two QPUs.

    A gate error as it is measured holds the decay during the gate. So gates take no time here, and
    the qubits decay only while they wait for measurements, messages and pairs.

    Args:
        qpus: QPU A and QPU B.
        message_seconds: Time that a message travels.
        herald_seconds: Time until the pairs for a round of gates between the QPUs are there.

    Returns:
        The noise.

    Raises:
        EbitError: If a gate error is impossible.

    Example:
        >>> perfect = Qpu(name="a", qubits=4)
        >>> local_noise((perfect, perfect), message_seconds=1.0).is_zero
        True
    """
    first, second = checks.pair(checks.instance(Qpu, "an ebit.network.Qpu"))("qpus", qpus)
    return Noise(
        one_qubit_error=_both(qpus, 1),
        two_qubit_error=_both(qpus, 2),
        flip_zero=(first.readout_error, second.readout_error),
        flip_one=(first.readout_error, second.readout_error),
        t1_seconds=(_finite(first.t1), _finite(second.t1)),
        t2_seconds=(_finite(first.t2), _finite(second.t2)),
        measurement_seconds=(first.readout_time, second.readout_time),
        message_seconds=message_seconds,
        herald_seconds=herald_seconds,
    )


def _both(qpus: tuple[Qpu, Qpu], qubits: int) -> tuple[float, float]:
    errors = [qpu.one_qubit_gate_error if qubits == 1 else qpu.two_qubit_gate_error for qpu in qpus]
    first, second = (depolarising_probability(error, qubits) for error in errors)
    return first, second


def _finite(seconds: float) -> float | None:
    return None if math.isinf(seconds) else seconds
