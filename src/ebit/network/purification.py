"""Purification: fewer, better pairs from many pairs by local gates and one round of messages."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit import checks
from ebit.network.bell_states import checked_weights
from ebit.physics import Protocol, purify_pair

MAX_ROUNDS = 1000
"""Each round takes two pairs of the one before: more are beyond all networks."""


@dataclass(frozen=True)
class Purified:
    r"""A purified pair and its price.

    Attributes:
        weights: Weights of :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-`.
        success_probabilities: Probability that each round keeps its pair, first round first.
    """

    weights: tuple[float, float, float, float]
    success_probabilities: tuple[float, ...]

    @property
    def fidelity(self) -> float:
        r"""Fidelity with :math:`\Phi^+`."""
        return self.weights[0]

    @property
    def pairs(self) -> float:
        r"""Expected number of raw pairs per purified pair, :math:`\prod_k 2/p_k`."""
        return float(np.prod([2 / p for p in self.success_probabilities]))


def bbpssw(weights: ArrayLike) -> tuple[NDArray[np.float64], float]:
    r"""One round of BBPSSW on two equal pairs: twirl, bilateral CNOT, compare, twirl.

    With :math:`e = (1-F)/3`,

    .. math:: p = F^2 + 2Fe + 5e^2, \qquad F' = (F^2 + e^2)/p.

    Args:
        weights: Weights of the Bell states of a pair, shape (4,).

    Returns:
        The weights of the kept pair, a Werner state, and the probability p that it is kept.

    Raises:
        EbitError: If the weights are no probabilities.

    Example:
        >>> after, p = bbpssw([0.75, 0.25, 0.0, 0.0])
        >>> round(float(after[0]), 6), round(p, 6)
        (0.788462, 0.722222)

    Source:
        Bennett et al., Phys. Rev. Lett. 76, 722 (1996), eq. 7.
    """
    pair = checked_weights(weights)
    kept = purify_pair(pair, pair, "bbpssw")
    return kept.weights, float(kept.probability)


def dejmps(weights: ArrayLike) -> tuple[NDArray[np.float64], float]:
    r"""One round of DEJMPS on two equal pairs: rotate, bilateral CNOT, compare.

    With :math:`a, b, c, d` the weights of :math:`\Phi^+, \Psi^-, \Psi^+, \Phi^-`,

    .. math:: p = (a+b)^2 + (c+d)^2, \quad a' = \frac{a^2+b^2}p, \quad b' = \frac{2cd}p, \quad
       c' = \frac{c^2+d^2}p, \quad d' = \frac{2ab}p.

    Args:
        weights: Weights of the Bell states of a pair, shape (4,).

    Returns:
        The weights of the kept pair and the probability p that it is kept.

    Raises:
        EbitError: If the weights are no probabilities.

    Example:
        >>> after, p = dejmps([0.75, 0.25, 0.0, 0.0])
        >>> after.round(6).tolist(), round(p, 6)
        ([0.9, 0.0, 0.1, 0.0], 0.625)

    Source:
        Deutsch et al., Phys. Rev. Lett. 77, 2818 (1996), eq. 3.
    """
    pair = checked_weights(weights)
    kept = purify_pair(pair, pair, "dejmps")
    return kept.weights, float(kept.probability)


def purify(weights: ArrayLike, protocol: Protocol, rounds: int) -> Purified:
    r"""Rounds of purification in which both pairs have passed all rounds before (recurrence).

    Args:
        weights: Weights of the Bell states of a raw pair, shape (4,).
        protocol: `bbpssw` or `dejmps`.
        rounds: Number of rounds, from 0.

    Returns:
        The purified pair; without errors of local gates and memories.

    Raises:
        EbitError: If the weights are no probabilities, or the protocol or the rounds are wrong.

    Example:
        >>> from ebit.network import purify, werner_weights
        >>> pair = purify(werner_weights(0.8), "dejmps", rounds=2)
        >>> round(pair.fidelity, 4), round(pair.pairs, 2)
        (0.9436, 6.99)
    """
    if not isinstance(protocol, str) or protocol not in get_args(Protocol):
        raise checks.wrong("protocol", "bbpssw or dejmps", protocol)
    rounds = checks.whole(0, MAX_ROUNDS)("rounds", rounds)
    step = bbpssw if protocol == "bbpssw" else dejmps
    state, probabilities = checked_weights(weights), []
    for _ in range(rounds):
        state, p = step(state / state.sum())
        probabilities.append(p)
    first, second, third, fourth = state.tolist()
    return Purified((first, second, third, fourth), tuple(probabilities))
