"""One noisy QPU that embeds two halves of the data, one after the other."""

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits import measurement_order
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.noisy.effects import (
    in_precision_of,
    pair_operators,
    tables_of,
    trained_effects,
)
from ebit.physics import QPUNoise
from ebit.physics.pauli import HADAMARD, apply_all, from_matrices, to_matrices, together

_HIGHEST = lax.Precision.HIGHEST


def probability_of_zero(
    parameters: CircuitParameters, encoded: Encoded, noise: QPUNoise
) -> jax.Array:
    r"""P(0) of the last qubit, with noise in both embeddings.

    .. math:: \rho = H\,\mathcal{N}(D(s)\,\rho_0\,D^\dagger(s))\,H,\quad
        P(0) = \mathrm{tr}[M\,D(t)\,\rho\,D^\dagger(t)]

    The state between the embeddings is different for every sample, so this costs more than without
    noise.

    Args:
        parameters: Angles of one QPU (no axis for the QPUs).
        encoded: Phases of both embeddings.
        noise: Noise of the QPU.

    Returns:
        Shape (batch,).
    """
    mixing = parameters["mixing"]
    qubits = parameters["convolution"][0].shape[1]
    tables = in_precision_of(mixing, tables_of(noise, qubits))
    effects = trained_effects(parameters["convolution"], parameters["pooling"], tables)
    order = measurement_order(qubits)
    effect = to_matrices(effects, order)[0]
    first, second = encoded
    start = pair_operators(mixing, qubits, 0, tables.bricks[0])[0, 0].T
    states = _phases(first) * start
    embedded = [matrix.mT for matrix in tables.embedding]
    digits = apply_all(embedded, from_matrices(states, order))
    states = to_matrices(apply_all(together(qubits * [HADAMARD]), digits), order)
    states = _phases(second) * states
    return jnp.einsum("bzw,wz->b", states, effect, precision=_HIGHEST).real


def _phases(phases: jax.Array) -> jax.Array:
    """Factors of the entries of a state: (batch, 2**n, 2**n)."""
    return phases[:, :, None] * phases[:, None, :].conj()
