"""From the error of a gate as it is published to a depolarising probability."""

import math

from ebit import checks
from ebit.errors import EbitError


def depolarising_probability(infidelity: float, qubits: int) -> float:
    r"""Probability with which a gate depolarises each of its qubits.

    .. math:: 1 - F = \frac p2 \;\text{(one qubit)}, \qquad
        1 - F = \frac45\Big(1 - \big(1 - \tfrac34 p\big)^2\Big) \;\text{(two qubits)}

    Args:
        infidelity: Average infidelity 1 - F of the gate.
        qubits: Qubits of the gate, 1 or 2.

    Returns:
        Probability p.

    Raises:
        EbitError: If no depolarising error is that large.

    Example:
        >>> depolarising_probability(0.01, qubits=1)
        0.02
        >>> round(depolarising_probability(0.0704, qubits=2), 3)
        0.06

    Source:
        Nielsen, Phys. Lett. A 303, 249 (2002): average and entanglement fidelity.
    """
    checks.whole(1, 2)("qubits", qubits)
    checks.real(0, 1)("infidelity", infidelity)
    most = 0.5 if qubits == 1 else 0.75
    if infidelity > most:
        words = ("one", "two")[qubits - 1]
        raise EbitError(
            f"Argument `{words}_qubit_gate_error` must be at most {most:g}, the average infidelity "
            f"of a gate that leaves nothing, but is {infidelity:g}."
        )
    if qubits == 1:
        return 2 * infidelity
    return 4 / 3 * (1 - math.sqrt(1 - 5 / 4 * infidelity))
