r"""How the state of shared pairs joins what the two QPUs do.

With :math:`G^q_{jl} = \langle j | E^\dagger M E | l \rangle` on the pair qubits of QPU q and the
state :math:`\rho` of k pairs,

.. math:: P(00) = \sum_{jl} G^A_{jl} \tilde G^B_{jl}, \qquad
    \tilde G^B_{jl} = \sum_{j'l'} \rho_{(ll'),(jj')} G^B_{j'l'} ,

so the state acts on QPU B's side once, whatever the number of samples; for Bell pairs it is the
factor :math:`2^{-k}`.
"""

from functools import cache, reduce

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Shaped
from numpy.typing import NDArray

from ebit.physics import PairState


def through_pairs(
    operator: Shaped[Array, "states states *rest"], state: PairState, pairs: int
) -> Shaped[Array, "states states *rest"]:
    r"""What QPU A sees of an operator on QPU B's pair qubits: :math:`\tilde G^B`.

    Args:
        operator: Complex, shape (2**pairs, 2**pairs, ...).
        state: State of every pair.
        pairs: Number of pairs.

    Returns:
        Array of the same shape.

    Example:
        >>> from ebit.physics import BELL
        >>> through_pairs(jnp.eye(2) + 0j, BELL, 1).real.tolist()
        [[0.5, 0.0], [0.0, 0.5]]
    """
    weights = schmidt_weights(state, pairs)
    if weights is not None:
        if np.allclose(weights, weights[0, 0].real, rtol=1e-12):
            return float(weights[0, 0].real) * operator
        spread = weights.T.reshape(*weights.shape, *[1] * (operator.ndim - 2))
        return _constant(spread, operator) * operator
    shape = operator.shape
    tensor = _constant(state.density_matrix.reshape(2, 2, 2, 2), operator)
    rest = shape[2:]
    for pair in range(pairs):
        before, after = 2**pair, 2 ** (pairs - 1 - pair)
        operator = operator.reshape(before, 2, after, before, 2, after, -1)
        operator = jnp.einsum(
            "lmjn,anbcmdx->ajbcldx", tensor, operator, precision=lax.Precision.HIGHEST
        )
    return operator.reshape(*shape[:2], *rest)


@cache
def schmidt_weights(state: PairState, pairs: int) -> NDArray[np.complex128] | None:
    """`PairState.weights` of all pairs together, shape (2**pairs, 2**pairs), or None."""
    if state.weights is None:
        return None
    return reduce(np.kron, pairs * [state.weights], np.ones((1, 1), complex))


@cache
def reduced_state(state: PairState, pairs: int) -> NDArray[np.complex128]:
    """Density matrix of QPU A's pair qubits, shape (2**pairs, 2**pairs)."""
    return reduce(np.kron, pairs * [state.reduced[0]], np.ones((1, 1), complex))


def _constant(values: NDArray[np.complex128], like: jax.Array) -> jax.Array:
    """A constant in the precision of an array; real if it can be."""
    kept = values.real if not values.imag.any() else values
    return jnp.asarray(kept, like.real.dtype if kept is values.real else like.dtype)
