"""Shadow tomography with threshold search, emulated: a hypothesis that learns from its mistakes."""

import math

import numpy as np
from numpy.typing import NDArray

from ebit.communication.layers import Angles, Ansatz, State
from ebit.errors import EbitError

MOST_QUBITS = 7
_Y = np.array([[0, -1j], [1j, 0]])


def shadow_gradient(
    layer: Ansatz, angles: Angles, chi: State, *, eps: float, delta: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], int]:
    r"""Means of $O_j = -Y \otimes G_j$ for all generators, each to within eps.

    The hypothesis $w$ starts as $1/2N$. A search over all j looks for a mean that is off by more
    than $3\epsilon/4$, with

    $$\lceil \log_2^2 P\, \ln(1/\delta_t) / \epsilon^2 \rceil$$

    copies; a hit is measured with $\lceil 32 \ln(4T/\delta)/\epsilon^2 \rceil$ copies and moves the
    hypothesis by $\eta = \epsilon/4$. The search is emulated: its outcomes are those of
    undisturbed copies.

    Args:
        layer: The layer.
        angles: Its angles.
        chi: State behind the layer, shape (2, N).
        eps: Largest error.
        delta: Probability of a larger one.
        rng: Generator.

    Returns:
        Means, shape of the angles, and the copies that were spent.

    Raises:
        EbitError: If there are more than 7 qubits.

    Source:
        Aaronson, arXiv:1711.01053; the constants are a choice of this implementation.
    """
    size = chi.shape[-1]
    if size > 2**MOST_QUBITS:
        raise EbitError(
            f"Method 'shadow_emulated' keeps a dense hypothesis: at most {MOST_QUBITS} qubits, but "
            f"there are {size.bit_length() - 1}; use 'repeat'."
        )
    free = np.flatnonzero(layer.free.ravel())
    generators = layer.generators(angles)[free]
    observables = -np.stack([np.kron(_Y, one) for one in generators])
    flat = chi.ravel()
    true = np.einsum("i,jik,k->j", flat.conj(), observables, flat).real
    most = math.ceil(16 * math.log(2 * size) / eps**2)
    search = math.ceil(
        max(math.log2(max(len(free), 2)), 1.0) ** 2 * math.log(2 * (most + 1) / delta) / eps**2
    )
    single = math.ceil(32 / eps**2 * math.log(4 * most / delta))
    exponent, spent = np.zeros((2 * size, 2 * size), complex), 0
    means = np.zeros(len(free))
    for _ in range(most + 1):
        means = np.einsum("jik,ki->j", observables, _gibbs(exponent)).real
        spent += search
        seen = _signs(rng, true, search)
        (wrong,) = np.nonzero(np.abs(seen - means) > 0.75 * eps)
        if len(wrong) == 0:
            break
        hit = int(wrong[0])
        spent += single
        measured = _signs(rng, true[hit : hit + 1], single)[0]
        exponent -= eps / 4 * np.sign(means[hit] - measured) * observables[hit]
    found = np.zeros(layer.free.size)
    found[free] = means
    return found.reshape(layer.shape), spent


def _gibbs(exponent: State) -> State:
    """Exp of a Hermitian matrix, with trace 1."""
    values, vectors = np.linalg.eigh(exponent)
    weights = np.exp(values - values.max())
    return (vectors * (weights / weights.sum())) @ vectors.conj().T


def _signs(rng: np.random.Generator, means: NDArray[np.float64], shots: int) -> NDArray[np.float64]:
    return 2.0 * rng.binomial(shots, np.clip((1 + means) / 2, 0, 1)) / shots - 1.0
