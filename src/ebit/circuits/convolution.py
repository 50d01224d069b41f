r"""Convolution and mixing blocks: Hadamards, a brick of CZ gates, RX rotations.

With :math:`R_X = H R_Z H` the Hadamards between bricks cancel and a block of depth L is

.. math:: U = H \delta_T H \delta_{T-1} H \cdots \delta_0 H

where every :math:`\delta_t` is a diagonal phase (RZ angles and CZ signs together). So the only
dense operation is the same Hadamard transform again and again. All factors are symmetric:
:math:`U^T` is the same product in the opposite order, which is what the rows of an effect see.
"""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.circuits.basis import spins
from ebit.circuits.embedding import ring
from ebit.circuits.hadamard import walsh_hadamard


@cache
def _bricks(qubits: int, qpus: int) -> NDArray[np.float64]:
    """Phases (0 or pi) of the CZ gates of each brick in a layer, shape (bricks, 2**qubits)."""
    ones = spins(qubits, qpus) < 0
    bonds = ring(qubits)
    bricks = [bonds] if qubits == 2 else [bonds[0::2], bonds[1::2]]
    return np.stack(
        [np.pi * (sum(ones[:, i] & ones[:, j] for i, j in brick) % 2) for brick in bricks]
    )


def _diagonals(angles: jax.Array, qpus: int) -> jax.Array:
    """Phases of delta_0 ... delta_T for RX angles (depth, m): shape (bricks * depth + 1, 2**m)."""
    depth, qubits = angles.shape
    rotations = jnp.matmul(
        angles,
        jnp.asarray(-0.5 * spins(qubits, qpus).T, angles.dtype),
        precision=lax.Precision.HIGHEST,
    )
    bricks = _bricks(qubits, qpus)
    before = jnp.asarray(np.tile(bricks, (depth, 1)), angles.dtype)
    after = jnp.repeat(rotations, len(bricks), axis=0)
    empty = jnp.zeros((1, 2**qubits), angles.dtype)
    return jnp.concatenate([before, empty]) + jnp.concatenate([empty, after])


def _rotate(state: jax.Array, cosine: jax.Array, sine: jax.Array) -> jax.Array:
    """Multiply by cos + i sin on the last axis; the first axis is (real, imaginary)."""
    return jnp.stack([cosine * state[0] - sine * state[1], sine * state[0] + cosine * state[1]])


@jax.custom_vjp
def _alternate(phases: jax.Array, state: jax.Array) -> jax.Array:
    """H delta_T H ... delta_0 H on `state` (2, rows, 2**m), real and imaginary part first."""

    def brick(carry: jax.Array, phase: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return walsh_hadamard(_rotate(carry, *phase)), None

    carry, _ = lax.scan(brick, walsh_hadamard(state), (jnp.cos(phases), jnp.sin(phases)))
    return carry


def _alternate_forward(
    phases: jax.Array, state: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    result = _alternate(phases, state)
    return result, (phases, result)


def _alternate_backward(
    residuals: tuple[jax.Array, jax.Array], cotangent: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Reversible: the state is recomputed from the result, so nothing is stored per brick."""
    phases, result = residuals

    def brick(carry: jax.Array, phase: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        cosine, sine = phase
        both = walsh_hadamard(carry)
        state, co = both[:, 0], both[:, 1]
        gradient = jnp.sum(state[0] * co[1] - state[1] * co[0], axis=0)
        return _rotate(both, cosine, -sine), gradient

    both = jnp.stack([result, cotangent], axis=1)
    both, gradient = lax.scan(brick, both, (jnp.cos(phases), jnp.sin(phases)), reverse=True)
    return gradient, walsh_hadamard(both[:, 1])


_alternate.defvjp(_alternate_forward, _alternate_backward)


def _apply(phases: jax.Array, state: jax.Array) -> jax.Array:
    rows = state.reshape(-1, state.shape[-1])
    parts = _alternate(phases, jnp.stack([rows.real, rows.imag]))
    return lax.complex(parts[0], parts[1]).reshape(state.shape)


def convolve_states(angles: jax.Array, states: jax.Array, qpus: int = 1) -> jax.Array:
    r"""Evolve states through a convolution or mixing block: :math:`\psi \mapsto U \psi`.

    One layer is: H on every qubit; CZ on (0,1), (2,3), ...; RX(theta_i) on qubit i; and, for
    more than two qubits, once more with CZ on (1,2), (3,4), ... and the same angles. The bond
    (m-1,0) closes the ring; it is in the second half for even m and in the first for odd m.

    Args:
        angles: RX angles of shape (depth, m) in radians, first layer first.
        states: Complex amplitudes of shape (..., 2**m), basis in measurement order.
        qpus: QPUs that the register spans.

    Returns:
        Array of the shape of `states`.

    Example:
        >>> convolve_states(jnp.zeros((1, 2)), jnp.eye(4, dtype=jnp.complex64)).shape
        (4, 4)

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059, convolution block; Kim et al.,
        arXiv:2605.03864, note 5 (mixing block).
    """
    if angles.shape[0] == 0:
        return states
    return _apply(_diagonals(angles, qpus), states)


def convolve_rows(angles: jax.Array, rows: jax.Array, qpus: int = 1) -> jax.Array:
    r"""Pull row vectors back through a convolution block: :math:`r \mapsto r U`.

    Args:
        angles: RX angles of shape (depth, m) in radians, first layer first.
        rows: Complex row vectors of shape (..., 2**m), basis in measurement order.
        qpus: QPUs that the register spans.

    Returns:
        Array of the shape of `rows`.

    Example:
        >>> convolve_rows(jnp.zeros((1, 2)), jnp.eye(4, dtype=jnp.complex64)).shape
        (4, 4)
    """
    if angles.shape[0] == 0:
        return rows
    return _apply(_diagonals(angles, qpus)[::-1], rows)


def convolution_matrix(angles: jax.Array, qpus: int = 1) -> jax.Array:
    """The unitary of a convolution block as a matrix.

    Args:
        angles: RX angles of shape (depth, m) in radians.
        qpus: QPUs that the register spans.

    Returns:
        Complex matrix U of shape (2**m, 2**m), `U[out, in]`, basis in measurement order.

    Example:
        >>> convolution_matrix(jnp.zeros((3, 4))).shape
        (16, 16)
    """
    dimension = 2 ** angles.shape[-1]
    dtype = jnp.result_type(angles.dtype, jnp.complex64)
    return convolve_rows(angles, jnp.eye(dimension, dtype=dtype), qpus)
