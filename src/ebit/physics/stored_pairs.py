r"""Pairs that wait for each other: the averaged channel, not the channel of the average.

Pairs of a circuit are made one after the other. When the last one is there, pair i has waited for
all gaps that followed it, so the ages are random and depend on each other. The decay of every Pauli
component is exponential, so its mean over the ages is exact. With the rate :math:`r_i` at which the
component of pair i decays, k pairs and gaps of mean :math:`\tau`,

.. math:: \Big\langle e^{-\sum_i r_i t_i} \Big\rangle = e^{-s \sum_i r_i} \prod_{g=1}^{k-1} T(R_g),
    \qquad R_g = \sum_{i<g} r_i ,\quad T(R) = \frac{1}{1 + \tau R}

for exponential gaps, where s is the time that all wait. With attempts of length a that succeed
with :math:`p = a/\tau` the gaps are geometric, and
:math:`T(R) = p e^{-aR} / (1 - (1-p) e^{-aR})`. With a cut-off the ages are sampled.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.physics.channels import PAULIS
from ebit.physics.noise import Noise, QPUNoise
from ebit.physics.pair_state import BELL, PairState

TOGETHER = 4
"""Pairs whose common state is kept; more pairs wait in groups that are independent."""

SAMPLES = 2048
_SEED = 20261126
_ROUNDING = 1e-14

_FROM_PAULI = np.einsum("ixw,jyz->xywzij", PAULIS, PAULIS).reshape(16, 16) / 4  # [entry, (i, j)]
_TO_PAULI = np.einsum("iwx,jzy->ijxywz", PAULIS, PAULIS).reshape(16, 16)


@dataclass(frozen=True, eq=False)
class JointState:
    r"""The state of several pairs that need not be independent.

    Attributes:
        groups: Density matrices of independent groups of k pairs, each of shape (2**k, 2**k, 2**k,
            2**k): [A's halves, B's halves] of the row and of the column.
    """

    groups: tuple[NDArray[np.complex128], ...]

    def groups_of(self, pairs: int) -> tuple[NDArray[np.complex128], ...]:
        """The groups; there is one number of pairs only."""
        del pairs
        return self.groups

    @cached_property
    def weights(self) -> NDArray[np.complex128] | None:
        r"""W of a state :math:`\sum_{jl} W_{jl} |jj\rangle\langle ll|` of all pairs, or None."""
        found = []
        for group in self.groups:
            size = len(group)
            matrix = group.reshape(size**2, size**2)
            same = np.arange(size) * (size + 1)
            kept = np.zeros_like(matrix)
            kept[np.ix_(same, same)] = matrix[np.ix_(same, same)]
            if np.abs(matrix - kept).max() > _ROUNDING:
                return None
            found.append(matrix[np.ix_(same, same)])
        return reduce(lambda left, right: np.asarray(np.kron(left, right)), found)

    @cached_property
    def after_hadamards(self) -> "JointState":
        """The state with a Hadamard gate on all qubits."""
        return JointState(tuple(_turned(group) for group in self.groups))

    @property
    def reduced(self) -> NDArray[np.complex128]:
        """Density matrices of the halves of QPU A and of QPU B, first group."""
        group = self.groups[0]
        return np.stack([np.einsum("abcb->ac", group), np.einsum("abac->bc", group)])

    @property
    def is_product(self) -> bool:
        """Whether the QPUs have nothing to do with each other."""
        products = (np.einsum("ac,bd->abcd", *JointState((g,)).reduced) for g in self.groups)
        return all(
            np.allclose(group, product, atol=_ROUNDING)
            for group, product in zip(self.groups, products, strict=True)
        )


def _turned(group: NDArray[np.complex128]) -> NDArray[np.complex128]:
    one = np.array([[1.0, 1], [1, -1]]) / np.sqrt(2)
    size = len(group)
    turn = reduce(np.kron, (size.bit_length() - 1) * [one])
    turned: NDArray[np.complex128] = np.einsum(
        "ia,jb,abcd,kc,ld->ijkl", turn, turn, group, turn, turn, optimize=True
    )
    return group if np.abs(turned - group).max() < _ROUNDING else turned


def stored_state(fresh: PairState, noise: Noise, pairs: int) -> PairState | JointState:
    """Pairs as they are when the circuit starts.

    Args:
        fresh: State of every pair when it is made, before `noise.pair_errors`.
        noise: What happens to the pairs.
        pairs: Number of pairs that wait for each other.

    Returns:
        The state of every pair, if they are independent and equal; else that of all.

    Example:
        >>> noise = Noise(t2_seconds=1.0, arrival_seconds=1 / 9.7)
        >>> state = stored_state(BELL, noise, 4)
        >>> round(16 * float(state.weights[0, 15].real), 2)  # all four phases together
        0.36
    """
    if pairs <= 1 or noise.arrival_seconds == 0:
        return aged_pair(fresh, noise)
    sizes = [TOGETHER] * (pairs // TOGETHER) + [pairs % TOGETHER] * (pairs % TOGETHER > 0)
    groups, later = [], pairs
    for size in sizes:
        later -= size
        one = _ground(fresh, noise).reshape(16)
        pauli = reduce(np.multiply.outer, size * [one])
        decays = mean_decay(noise, size, later=later)
        groups.append(density_of(_unshift(decays * _shift(pauli, size, noise), size, noise), size))
    return JointState(tuple(groups))


def mean_pair(fresh: PairState, noise: Noise, pairs: int) -> PairState:
    """The state of one of several pairs that wait for each other, in the mean over the pairs.

    Args:
        fresh: State of every pair when it is made, before `noise.pair_errors`.
        noise: What happens to the pairs.
        pairs: Number of pairs that wait for each other.

    Returns:
        The mean state.

    Example:
        >>> noise = Noise(t2_seconds=1.0, arrival_seconds=1 / 9.7)
        >>> round(mean_pair(BELL, noise, 2).fidelity, 3)
        0.957
    """
    ages = range(max(1, pairs))
    states = [aged_pair(fresh, noise, later).density_matrix for later in ages]
    return PairState(tuple(complex(entry) for entry in np.mean(states, axis=0).reshape(-1)))


def aged_pair(fresh: PairState, noise: Noise, later: int = 0) -> PairState:
    """The mean state of a pair that has waited for so many pairs that were made after it.

    Args:
        fresh: Its state when it is made, before `noise.pair_errors`.
        noise: What happens to it.
        later: Number of later pairs.

    Returns:
        The state.

    Example:
        >>> round(aged_pair(BELL, Noise(t2_seconds=1.0, arrival_seconds=0.5), 1).fidelity, 3)
        0.75
    """
    pauli = _shift(_ground(fresh, noise).reshape(16), 1, noise)
    return _state(_unshift(mean_decay(noise, 1, later=later) * pauli, 1, noise))


def mean_decay(noise: Noise, pairs: int, *, later: int = 0) -> NDArray[np.float64]:
    """Mean factor of every Pauli component of pairs that have waited for each other.

    Args:
        noise: Times of the pairs and of what stores them.
        pairs: Number of pairs k.
        later: Pairs that are made after these.

    Returns:
        Shape (16,) for each pair, (16,) * k.
    """
    rates = _rates(noise).reshape(16)
    every = [rates.reshape([16 if axis == k else 1 for axis in range(pairs)]) for k in range(pairs)]
    total = sum(every)
    (stored,) = noise.seconds_of("storage_seconds", 1)
    fixed = np.exp(-stored * total)
    gaps = pairs - 1 + later
    if noise.arrival_seconds == 0 or gaps == 0:
        return np.asarray(fixed)
    if noise.cutoff_seconds is not None:
        return np.asarray(fixed * _sampled(noise, rates, pairs, gaps))
    factor, older = np.asarray(fixed), np.zeros(())
    for gap in range(gaps):
        older = older + every[gap] if gap < pairs else older
        factor = factor * _gap_transform(noise, older)
    return np.asarray(factor)


def kept_gaps(noise: Noise, gaps: int) -> tuple[NDArray[np.float64], float]:
    """Random times between pairs whose sum stays below the cut-off.

    Args:
        noise: Times of the pairs.
        gaps: Number of gaps.

    Returns:
        Times (samples, gaps), and the share of all samples that were kept.
    """
    random = np.random.default_rng(_SEED)
    drawn: NDArray[Any] = random.exponential(noise.arrival_seconds, (SAMPLES, gaps))
    if noise.attempt_seconds > 0:
        chance = noise.attempt_seconds / noise.arrival_seconds
        drawn = noise.attempt_seconds * random.geometric(chance, (SAMPLES, gaps))
    if noise.cutoff_seconds is None:
        return drawn, 1.0
    kept = drawn[drawn.sum(axis=1) <= noise.cutoff_seconds]
    return kept, len(kept) / SAMPLES


def density_of(pauli: Any, pairs: int) -> Any:
    """Density matrix of pairs from their Pauli components, which may be traced by JAX.

    Args:
        pauli: Shape (16,) * k.
        pairs: Number of pairs k.

    Returns:
        Shape (2**k, 2**k, 2**k, 2**k).
    """
    entries = pauli
    for axis in range(pairs):
        entries = _on_axis(_FROM_PAULI, entries, axis)
    halves = entries.reshape((2,) * 4 * pairs)
    order = [4 * pair + part for part in range(4) for pair in range(pairs)]
    return halves.transpose(order).reshape((2**pairs,) * 4)


def pauli_of_schmidt(coefficients: Any, pairs: int) -> Any:
    r"""Pauli components of :math:`\sum_j c_j |jj\rangle`, which may be traced by JAX.

    Args:
        coefficients: Real, shape (2**k,), with norm 1.
        pairs: Number of pairs k.

    Returns:
        Shape (16,) * k.
    """
    table = (coefficients[:, None] * coefficients).reshape((2,) * 2 * pairs)
    order = [part * pairs + pair for pair in range(pairs) for part in range(2)]
    found = table.transpose(order).reshape((4,) * pairs)
    same = _TO_PAULI[:, [0, 3, 12, 15]]  # entries 00,00 and 00,11 and 11,00 and 11,11
    for axis in range(pairs):
        found = _on_axis(same, found, axis)
    return found.real  # imaginary parts of two pairs are real together


def aged(pauli: Any, noise: Noise, pairs: int) -> Any:
    """Pauli components of fresh pairs after errors and waiting, which may be traced by JAX.

    Args:
        pauli: Shape (16,) * k.
        noise: What happens to the pairs.
        pairs: Number of pairs k.

    Returns:
        Shape (16,) * k.
    """
    kept = np.ones(())
    for _ in range(pairs):
        kept = np.multiply.outer(kept, _error_factors(noise).reshape(16))
    factors = mean_decay(noise, pairs)
    return _unshift(_shift(pauli * kept, pairs, noise) * factors, pairs, noise)


def _on_axis(matrix: NDArray[Any], tensor: Any, axis: int) -> Any:
    """A matrix on one axis of a tensor."""
    size = tensor.shape
    before, after = int(np.prod(size[:axis])), int(np.prod(size[axis + 1 :]))
    flat = tensor.reshape(before, size[axis], after)
    turned = (matrix[:, :, None] * flat[:, None]).sum(axis=2)  # (before, rows, after)
    return turned.reshape(*size[:axis], len(matrix), *size[axis + 1 :])


def _ground(fresh: PairState, noise: Noise) -> NDArray[np.float64]:
    """Pauli components of a pair that was just made, shape (4, 4)."""
    pauli = (_TO_PAULI @ fresh.density_matrix.reshape(16)).real.reshape(4, 4)  # [A, B]
    return pauli * _error_factors(noise)


def _error_factors(noise: Noise) -> NDArray[np.float64]:
    """Factors by which flips of QPU B's half change each component, shape (4, 4)."""
    phase, bit, both = noise.pair_errors
    kept = [1.0, 1 - 2 * (phase + both), 1 - 2 * (phase + bit), 1 - 2 * (bit + both)]
    return np.tile(kept, (4, 1))


def _rates(noise: Noise) -> NDArray[np.float64]:
    """Rates at which the components decay, in the basis of `_shift`, shape (4, 4)."""
    if noise.pair_lifetime_seconds is not None:
        rates = np.full((4, 4), 1 / noise.pair_lifetime_seconds)
        rates[0, 0] = 0.0
        return rates
    first, second = (_half_rates(qpu) for qpu in noise.qpus)
    return first[:, None] + second


def _half_rates(qpu: QPUNoise) -> NDArray[np.float64]:
    t1, t2 = qpu.memory
    relaxing = 0.0 if t1 is None else 1 / t1
    dephasing = relaxing / 2 if t2 is None else 1 / t2
    return np.array([0.0, dephasing, dephasing, relaxing])


def _relaxes(noise: Noise) -> list[bool]:
    if noise.pair_lifetime_seconds is not None:
        return [False, False]
    return [qpu.memory[0] is not None for qpu in noise.qpus]


def _shift(pauli: Any, pairs: int, noise: Noise, sign: float = -1.0) -> Any:
    """To the basis in which relaxation is diagonal: Z is counted from the state 0."""
    halves = []
    for relaxes in _relaxes(noise):
        half = np.eye(4)
        half[3, 0] = sign * relaxes
        halves.append(half)
    both = np.kron(*halves)
    for axis in range(pairs):
        pauli = _on_axis(both, pauli, axis)
    return pauli


def _unshift(pauli: Any, pairs: int, noise: Noise) -> Any:
    return _shift(pauli, pairs, noise, sign=1.0)


def _gap_transform(noise: Noise, rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of exp(-rate * gap)."""
    if noise.attempt_seconds == 0:
        return 1 / (1 + noise.arrival_seconds * rate)
    chance = noise.attempt_seconds / noise.arrival_seconds
    decayed = np.exp(-noise.attempt_seconds * rate)
    return chance * decayed / (1 - (1 - chance) * decayed)


def _sampled(
    noise: Noise, rates: NDArray[np.float64], pairs: int, gaps: int
) -> NDArray[np.float64]:
    """The same mean over sampled ages."""
    drawn, _ = kept_gaps(noise, gaps)
    if not len(drawn):  # the cut-off leaves next to nothing; those few are as good as new
        return np.ones((16,) * pairs)
    ages = drawn[:, ::-1].cumsum(axis=1)[:, ::-1]  # (samples, gaps): pair i waits for gaps i, ...
    own = [*ages.T, np.zeros(len(ages))][:pairs]
    decayed = [np.exp(-age[:, None] * rates) for age in own]
    head = np.ones((len(ages), 1))
    for factor in decayed[:-1]:
        head = (head[:, :, None] * factor[:, None]).reshape(len(ages), -1)  # (samples, 16**k)
    return np.asarray(head.T @ decayed[-1] / len(ages)).reshape((16,) * pairs)


def _state(pauli: NDArray[np.float64]) -> PairState:
    if np.array_equal(pauli, (_TO_PAULI @ BELL.density_matrix.reshape(16)).real):
        return BELL
    matrix = (_FROM_PAULI @ pauli).reshape(4, 4)
    return PairState(tuple(complex(entry) for entry in matrix.reshape(-1)))
