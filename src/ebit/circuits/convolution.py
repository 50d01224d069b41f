r"""Convolution and mixing blocks: Hadamards, a brick of CZ gates, RX rotations.

With :math:`R_X = H R_Z H` the Hadamards between bricks cancel and a block of depth L is

.. math:: U = H \delta_T H \delta_{T-1} H \cdots \delta_0 H

where every :math:`\delta_t` is a diagonal phase (RZ angles and CZ signs together). So the only
dense operation is the same Hadamard transform again and again. All factors are symmetric:
:math:`U^T` is the same product in the opposite order, which is what the rows of an effect see.
"""

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.circuits.basis import spins
from ebit.circuits.embedding import ring
from ebit.circuits.hadamard import walsh_hadamard
from ebit.jax_settings import own_settings


@cache
def bricks(qubits: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Bonds of the CZ gates of each brick of a layer: the bonds of the ring in turn.

    Args:
        qubits: Qubits of the register that the layer acts on, all QPUs that it spans together.

    Returns:
        One brick for two qubits, whose ring is one bond; otherwise two. A layer uses each of its
        angles once per brick.

    Example:
        >>> bricks(2), bricks(4)
        ((((0, 1),),), (((0, 1), (2, 3)), ((1, 2), (3, 0))))
    """
    bonds = tuple(ring(qubits))
    return (bonds,) if len(bonds) == 1 else (bonds[0::2], bonds[1::2])


@cache
def brick_signs(qubits: int, qpus: int = 1) -> NDArray[np.float64]:
    """Signs of the CZ gates of each brick in a layer.

    Args:
        qubits: Qubits of the register.
        qpus: QPUs that the register spans.

    Returns:
        Shape (bricks, 2**qubits): one brick for two qubits, else two.

    Example:
        >>> brick_signs(2)
        array([[ 1.,  1.,  1., -1.]])
    """
    ones = spins(qubits, qpus) < 0
    return np.stack(
        [(-1.0) ** sum(ones[:, i] & ones[:, j] for i, j in brick) for brick in bricks(qubits)]
    )


def _diagonals(angles: jax.Array, qpus: int) -> tuple[jax.Array, jax.Array]:
    """Cosines and sines of delta_0 ... delta_T for RX angles (depth, m): (bricks + 1, 2**m) each.

    delta_t holds the rotations of brick t - 1 and the CZ signs of brick t; the bricks of a layer
    share their angles.
    """
    depth, qubits = angles.shape
    table = jnp.asarray(-0.5 * spins(qubits, qpus).T, angles.dtype)
    rotations = jnp.matmul(angles, table, precision=lax.Precision.HIGHEST)
    crossings = brick_signs(qubits, qpus)
    last = np.ones((1, 2**qubits))
    signs = jnp.asarray(np.concatenate([np.tile(crossings, (depth, 1)), last]), angles.dtype)
    parts = []
    for part, first in ((jnp.cos(rotations), 1.0), (jnp.sin(rotations), 0.0)):
        start = jnp.full((1, 2**qubits), first, angles.dtype)
        parts.append(signs * jnp.concatenate([start, jnp.repeat(part, len(crossings), axis=0)]))
    return parts[0], parts[1]


def _rotate(state: jax.Array, cosine: jax.Array, sine: jax.Array) -> jax.Array:
    """Multiply by cos + i sin on the last axis; the first axis is (real, imaginary).

    Written with a flip instead of two halves put together, which XLA would copy.
    """
    sign = jnp.asarray([-1, 1], state.dtype).reshape(2, *[1] * (state.ndim - 1))
    return cosine * state + (sign * sine) * state[::-1]


@partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _alternate(angles: jax.Array, state: jax.Array, transposed: bool, qpus: int) -> jax.Array:
    """H delta_T H ... delta_0 H on `state` (2, rows, 2**m), real and imaginary part first.

    `transposed` takes the factors in the opposite order, which is what row vectors see.
    """
    return _alternate_forward(angles, state, transposed, qpus)[0]


def _alternate_forward(
    angles: jax.Array, state: jax.Array, transposed: bool, qpus: int
) -> tuple[jax.Array, tuple[jax.Array, jax.Array, jax.Array]]:
    cosines, sines = _diagonals(angles, qpus)

    def brick(carry: jax.Array, phase: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return walsh_hadamard(_rotate(carry, *phase)), None

    result, _ = lax.scan(brick, walsh_hadamard(state), (cosines, sines), reverse=transposed)
    return result, (cosines, sines, result)


@own_settings
def _alternate_backward(
    transposed: bool,
    qpus: int,
    residuals: tuple[jax.Array, jax.Array, jax.Array],
    cotangent: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Reversible: the state is recomputed from the result, so nothing is stored per brick."""
    cosines, sines, result = residuals
    dimension = cosines.shape[-1]
    qubits = dimension.bit_length() - 1

    def brick(carry: jax.Array, phase: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        cosine, sine = phase
        both = walsh_hadamard(carry)
        state, co = both[:, 0], both[:, 1]
        gradient = jnp.sum(state[0] * co[1] - state[1] * co[0], axis=0)
        return _rotate(both, cosine, -sine), gradient

    both = jnp.stack([result, cotangent], axis=1)
    both, gradients = lax.scan(brick, both, (cosines, sines), reverse=not transposed)
    table = jnp.asarray(-0.5 * spins(qubits, qpus), cosines.dtype)
    rotations = gradients[1:].reshape(-1, len(bricks(qubits)), dimension).sum(axis=1)
    angles = jnp.matmul(rotations, table, precision=lax.Precision.HIGHEST)
    return angles, walsh_hadamard(both[:, 1])


_alternate.defvjp(_alternate_forward, _alternate_backward)


def _apply(angles: jax.Array, state: jax.Array, transposed: bool, qpus: int) -> jax.Array:
    if angles.shape[0] == 0:
        return state
    rows = state.reshape(-1, state.shape[-1])
    parts = _alternate(jnp.asarray(angles), jnp.stack([rows.real, rows.imag]), transposed, qpus)
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
    return _apply(angles, states, transposed=False, qpus=qpus)


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
    return _apply(angles, rows, transposed=True, qpus=qpus)


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
