r"""Arithmetic of pairs that are made at random times: waiting, purification, swapping.

A pair that waits for another one has a random age. Times between pairs are taken as exponential,
which is exact for fresh pairs of many attempts. Waiting, purification and swapping are linear in
the state of each pair, so their means over the ages are exact for one level on fresh pairs; on
higher levels the time of a pair counts as exponential with the right mean.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ebit.physics import Noise, PairState, Protocol, aged_pair, purify_pair, swap

Weights = NDArray[np.float64]
LONGEST = 1e12
"""Times are cut off here, in seconds."""

_LEAST_SHARE = 1e-6
"""Where fewer pairs meet in time, their waits count as spread evenly up to the cut-off."""

_BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)


@dataclass(frozen=True)
class Delivered:
    r"""Pairs between two QPUs.

    Attributes:
        weights: Of :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-` when the pair is known to be there.
        seconds: Mean time from one pair to the next.
        pairs: Mean number of fresh pairs (of the whole link) for one.
    """

    weights: Weights
    seconds: float
    pairs: float

    @property
    def fidelity(self) -> float:
        r"""Fidelity with :math:`\Phi^+`."""
        return float(self.weights[0])


def distilled(
    pair: Delivered,
    store: Noise,
    protocol: Protocol,
    *,
    two_qubit_error: float,
    readout_error: float,
    seconds: float,
    cutoff: float | None = None,
) -> Delivered:
    """One round of purification of two pairs that are made one after the other.

    Args:
        pair: Pairs as they come.
        store: What stores them.
        protocol: `dejmps` or `bbpssw`.
        two_qubit_error: Probability that the gate at each end depolarises each of its qubits.
        readout_error: Probability that a measurement shows the wrong bit.
        seconds: Time of the gates, the measurement and the message, in which the kept pair waits.
        cutoff: The first pair is given up if it has waited so long for the second one; None: never.

    Returns:
        Pairs as they are kept.
    """
    both = _together(pair, store, cutoff, first=1.0)
    kept = purify_pair(
        both.weights,
        pair.weights,
        protocol,
        two_qubit_error=two_qubit_error,
        readout_error=readout_error,
    )
    p = float(kept.probability)
    after = waits(kept.weights, store, fixed=seconds)
    return Delivered(after, min((both.seconds + seconds) / p, LONGEST), both.pairs / p)


def _together(pair: Delivered, store: Noise, cutoff: float | None, *, first: float) -> Delivered:
    """Two pairs that are there at the same time: how the older one is then, and what they take.

    The younger one comes a mean time after the older one. If that is given up after the cut-off,
    all begins anew, because the times have no memory.

    Args:
        pair: Pairs as they come.
        store: What stores them.
        cutoff: How long the older one waits at most; None: as long as it takes.
        first: Mean time until the older one is there, in units of that of a pair.

    Returns:
        The weights of the older one, the time and the fresh pairs.
    """
    waited = waits(pair.weights, store, gap=pair.seconds)
    if cutoff is None:
        return Delivered(waited, (first + 1) * pair.seconds, 2 * pair.pairs)
    share = -math.expm1(-cutoff / pair.seconds)
    if share < _LEAST_SHARE:
        waited = waits(pair.weights, store, fixed=cutoff / 2)
    else:
        longer = waits(pair.weights, store, gap=pair.seconds, fixed=cutoff)
        waited = (waited - (1 - share) * longer) / share
    return Delivered(waited, (first / share + 1) * pair.seconds, (1 + 1 / share) * pair.pairs)


def waits(weights: Weights, store: Noise, *, gap: float = 0.0, fixed: float = 0.0) -> Weights:
    """Weights of a pair after a random time of some mean, a fixed one, or both.

    What relaxation adds besides the Bell-diagonal part is left out.

    Args:
        weights: Of the pair.
        store: Lifetimes of what stores it.
        gap: Mean of an exponential time, in seconds.
        fixed: A fixed time, in seconds.

    Returns:
        Weights of the Bell states.
    """
    fresh = PairState.from_matrix((_BELL.T * weights) @ _BELL)
    times = replace(store, arrival_seconds=gap, storage_seconds=fixed)
    state = aged_pair(fresh, times, later=1)
    errors = state.pauli_errors  # [phase flip, bit flip]
    return np.clip(errors.T.reshape(4), 0.0, None)  # rounding may leave less than 0


def joined(
    pair: Delivered,
    store: Noise,
    *,
    two_qubit_error: float,
    readout_error: float,
    probability: float,
    seconds: float,
    cutoff: float | None = None,
) -> Delivered:
    """Two neighbouring pairs, made at the same time, and swapped when both are there.

    The second one comes 3/2 of the mean time after the start, and on average one mean time after
    the first.

    Args:
        pair: Pairs of half the length.
        store: What stores them.
        two_qubit_error: Probability that the gate depolarises each of its qubits.
        readout_error: Probability that a measurement shows the wrong bit.
        probability: That the Bell measurement succeeds.
        seconds: Time of the Bell measurement and its message, in which the new pair waits.
        cutoff: The first pair is given up if it has waited so long for the second one; None: never.

    Returns:
        Pairs of twice the length.
    """
    both = _together(pair, store, cutoff, first=0.5)
    weights = swap(
        both.weights, pair.weights, two_qubit_error=two_qubit_error, readout_error=readout_error
    )
    time = (both.seconds + seconds) / probability
    after = waits(weights, store, fixed=seconds)
    return Delivered(after, min(time, LONGEST), both.pairs / probability)
