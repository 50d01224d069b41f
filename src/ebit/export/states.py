"""Pairs as pure states of more qubits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebit.export.lower import pure_states
from ebit.physics import PairState


class PurePair(NamedTuple):
    """A Werner pair made pure.

    Attributes:
        vector: Amplitudes, the two qubits of the pair first.
        environment: Number of further qubits.
        fidelity: That of the pair.
    """

    vector: NDArray[np.complex128]
    environment: int
    fidelity: float


def pair_of(fidelity: float) -> PurePair:
    """A Werner pair by its fidelity, 1/4 to 1.

    Example:
        >>> pair_of(1.0).environment, pair_of(0.9).environment
        (0, 2)
    """
    vectors = pure_states(PairState.werner(fidelity))
    extra = (len(vectors) - 1).bit_length()
    whole = np.zeros((4, 2**extra), complex)
    whole[:, : len(vectors)] = np.transpose(vectors)
    return PurePair(whole.ravel(), extra, fidelity)
