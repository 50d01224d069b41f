r"""How the state of shared pairs joins what the two QPUs do.

With :math:`G^q_{jl} = \langle j | E^\dagger M E | l \rangle` on the pair qubits of QPU q and the
state :math:`\rho` of k pairs,

.. math:: P(00) = \sum_{jl} G^A_{jl} \tilde G^B_{jl}, \qquad
    \tilde G^B_{jl} = \sum_{j'l'} \rho_{(ll'),(jj')} G^B_{j'l'} ,

so the state acts on QPU B's side once, whatever the number of samples; for Bell pairs it is the
factor :math:`2^{-k}`.
"""

from collections.abc import Sequence
from functools import cache, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Shaped
from numpy.typing import NDArray

from ebit.physics import JointState, PairState

_ROUNDING = 1e-12


def through_pairs(
    operator: Shaped[Array, "states states *rest"], state: PairState | JointState, pairs: int
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
    return through_groups(operator, state.groups_of(pairs))


def through_groups(
    operator: Shaped[Array, "states states *rest"], groups: Sequence[Any]
) -> Shaped[Array, "states states *rest"]:
    """The same for density matrices of independent groups of pairs, which may be traced.

    Args:
        operator: Complex, shape (2**pairs, 2**pairs, ...).
        groups: One per group of k pairs, (2**k, 2**k, 2**k, 2**k): halves of A and B, twice.

    Returns:
        Array of the same shape.
    """
    shape, before = operator.shape, 1
    for group in groups:
        size = len(group)
        after = shape[0] // (before * size)
        operator = operator.reshape(before, size, after, before, size, after, -1)
        tensor = _constant(group, operator) if isinstance(group, np.ndarray) else group
        operator = jnp.einsum(
            "lmjn,anbcmdx->ajbcldx", tensor, operator, precision=lax.Precision.HIGHEST
        )
        before *= size
    return operator.reshape(shape)


@cache
def schmidt_weights(state: PairState | JointState, pairs: int) -> NDArray[np.complex128] | None:
    """`PairState.weights` of all pairs together, shape (2**pairs, 2**pairs), or None."""
    if state.weights is None:
        return None
    if len(state.weights) == 2**pairs:
        return state.weights
    return reduce(np.kron, pairs * [state.weights], np.ones((1, 1), complex))


@cache
def populations(state: PairState | JointState, pairs: int) -> NDArray[np.float64] | None:
    """Probabilities of what the halves of both QPUs are, (2**pairs, 2**pairs): those of A, of B.

    Args:
        state: State of every pair, or of all of them.
        pairs: Number of pairs.

    Returns:
        The probabilities; None if the state is not diagonal, so more than shared random values.

    Example:
        >>> from ebit.physics import BELL
        >>> populations(BELL.dephased(0.5), 1).tolist(), populations(BELL, 1)
        ([[0.5, 0.0], [0.0, 0.5]], None)
    """
    found: NDArray[np.float64] = np.ones((1, 1))
    for group in state.groups_of(pairs):
        matrix = group.reshape(len(group) ** 2, len(group) ** 2)
        diagonal = np.diag(matrix).real
        if np.abs(matrix - np.diag(diagonal)).max() > _ROUNDING:
            return None
        found = np.asarray(np.kron(found, diagonal.reshape(len(group), len(group))), np.float64)
    return found


@cache
def reduced_state(state: PairState | JointState, pairs: int) -> NDArray[np.complex128]:
    """Density matrix of QPU A's pair qubits, shape (2**pairs, 2**pairs)."""
    reduced = [np.einsum("abcb->ac", group) for group in state.groups_of(pairs)]
    return reduce(np.kron, reduced, np.ones((1, 1), complex))


def _constant(values: NDArray[np.complex128], like: jax.Array) -> jax.Array:
    """A constant in the precision of an array; real if it can be."""
    kept = values.real if not values.imag.any() else values
    return jnp.asarray(kept, like.real.dtype if kept is values.real else like.dtype)
