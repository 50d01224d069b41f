r"""Gates between the QPUs by teleportation over a noisy pair.

QPU A's qubit is copied onto QPU B's half of the pair (CNOT onto A's half, which is measured; the
outcome is sent and corrected), B does the gate with the copy, measures it in the X basis and sends
the outcome, which A corrects by Z. Of the pair only the weights of the four Bell states matter: a
phase flip of the pair becomes a Z on A's qubit, a bit flip a wrong copy, on which the diagonal
gate acts with the opposite angle: for a CZ gate that is a Z on B's qubit.
"""

import numpy as np

from ebit.physics import Noise, PairState, mean_pair
from ebit.physics.pauli import Real

ACROSS = 2
"""Gates between the QPUs of a ring, whose pairs wait for each other."""


def link_errors(state: PairState, noise: Noise) -> Real:
    """Probabilities of what goes wrong in a gate between the QPUs.

    The two measurements flip their bits at random before they are made and after they are read, so
    that a wrong reading has the same probability for 0 and 1. Errors of the gates on the halves of
    the pair are wrong readings, too.

    Args:
        state: State of the pair when it is there.
        noise: Local noise.

    Returns:
        Shape (2, 2): [Z on A's qubit, wrong copy at B].

    Example:
        >>> from ebit.physics import BELL
        >>> link_errors(BELL, Noise(flip_one=(0.2, 0.0))).round(3).tolist()
        [[0.9, 0.1], [0.0, 0.0]]
    """
    first, second = noise.qpus
    (message,) = noise.seconds_of("message_seconds", 1)
    waited = second.idle(first.measurement_seconds + message)
    stored = mean_pair(state, noise, ACROSS)
    errors = stored.through(np.eye(4), waited).pauli_errors
    copy = _either(first.mean_flip, first.two_qubit_error / 2)
    phase = _either(second.mean_flip, second.two_qubit_error / 2, second.one_qubit_error / 2)
    errors = (1 - copy) * errors + copy * errors[:, ::-1]
    return (1 - phase) * errors + phase * errors[::-1]


def _either(*probabilities: float) -> float:
    """Probability that an odd number of flips happens."""
    return float(1 - np.prod([1 - 2 * flip for flip in probabilities])) / 2


def phase_flips(errors: Real) -> Real:
    """Factor of every Pauli operator of the first qubit, for each copy: (2, 4).

    Example:
        >>> phase_flips(np.array([[0.75, 0.0], [0.25, 0.0]])).tolist()
        [[1.0, 0.5, 0.5, 1.0], [0.0, 0.0, 0.0, 0.0]]
    """
    total, difference = errors[0] + errors[1], errors[0] - errors[1]
    return np.stack([total, difference, difference, total], axis=1)


def controlled_z_errors(errors: Real) -> Real:
    """Factor of every product of two Pauli operators behind the CZ gate, (16,).

    Example:
        >>> controlled_z_errors(np.array([[1.0, 0.0], [0.0, 0.0]])).tolist() == 16 * [1.0]
        True
    """
    right, wrong = phase_flips(errors)
    return np.outer(right, np.ones(4)).ravel() + np.outer(wrong, [1, -1, -1, 1]).ravel()


def link_wait(noise: Noise) -> float:
    """Time that a brick with gates between the QPUs takes longer, in seconds."""
    measured = sum(qpu.measurement_seconds for qpu in noise.qpus)
    (message,) = noise.seconds_of("message_seconds", 1)
    return noise.herald_seconds + 2 * message + measured
