"""From the errors of gates as they are published to the noise of the engines."""

import math
from collections.abc import Sequence

from ebit import checks
from ebit.network import Qpu
from ebit.physics import Noise, depolarising_probability


def local_noise(
    qpus: Sequence[Qpu], *, message_seconds: float = 0.0, herald_seconds: float = 0.0
) -> Noise:
    """The noise of some QPUs.

    A gate error as it is measured holds the decay during the gate. So gates take no time here, and
    the qubits decay only while they wait for measurements, messages and pairs.

    Args:
        qpus: QPU A, QPU B and so on.
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
    every = checks.several(checks.instance(Qpu, "an ebit.network.Qpu"), least=2)("qpus", qpus)
    flips = tuple(qpu.readout_error for qpu in every)
    return Noise(
        one_qubit_error=_errors([qpu.one_qubit_gate_error for qpu in every], 1),
        two_qubit_error=_errors([qpu.two_qubit_gate_error for qpu in every], 2),
        flip_zero=flips,
        flip_one=flips,
        t1_seconds=tuple(_finite(qpu.t1) for qpu in every),
        t2_seconds=tuple(_finite(qpu.t2) for qpu in every),
        measurement_seconds=tuple(qpu.readout_time for qpu in every),
        message_seconds=message_seconds,
        herald_seconds=herald_seconds,
    )


def _errors(infidelities: Sequence[float], qubits: int) -> tuple[float, ...]:
    return tuple(depolarising_probability(error, qubits) for error in infidelities)


def _finite(seconds: float) -> float | None:
    return None if math.isinf(seconds) else seconds
