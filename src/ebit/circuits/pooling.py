"""Pooling: half of the qubits are measured, their outcomes rotate the other half."""

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits.basis import measurement_order


def _rotations(angles: jax.Array) -> jax.Array:
    """RX(chi) RZ(phi) for angles (..., 2) = (phi, chi): complex matrices (..., 2, 2)."""
    half_z, half_x = angles[..., 0] / 2, angles[..., 1] / 2
    phase = jnp.exp(-1j * half_z)
    cosine, sine = jnp.cos(half_x), -1j * jnp.sin(half_x)
    upper = jnp.stack([cosine * phase, sine * phase.conj()], axis=-1)
    lower = jnp.stack([sine * phase, cosine * phase.conj()], axis=-1)
    return jnp.stack([upper, lower], axis=-2)


def outcome_rotations(angles: jax.Array) -> jax.Array:
    r"""Rotation of the remaining qubits for each string of outcomes.

    .. math:: V_o = \bigotimes_k R_X(\chi_{k,o_k}) R_Z(\varphi_{k,o_k})

    Args:
        angles: Shape (h, 2, 2): for each of the h remaining qubits and each outcome of the
            qubit that drives it, (phi, chi) in radians.

    Returns:
        Complex array (2**h, 2**h, 2**h): [outcomes, out, in], all in measurement order.

    Example:
        >>> outcome_rotations(jnp.zeros((2, 2, 2))).shape
        (4, 4, 4)

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059, pooling layer.
    """
    single = _rotations(angles)
    product = jnp.ones((1, 1, 1), single.dtype)
    for qubit in measurement_order(angles.shape[0]):
        size = product.shape[0] * 2
        product = (
            product[:, None, :, None, :, None] * single[qubit][None, :, None, :, None, :]
        ).reshape(size, size, size)
    return product


def pool_rows(angles: jax.Array, rows: jax.Array) -> jax.Array:
    """Pull row vectors back through a pooling round of one QPU.

    Each row of the smaller register becomes one row per string of outcomes: it is rotated as
    the outcomes say and stands in the block of the basis that has these outcomes.

    Args:
        angles: Shape (h, 2, 2), see `outcome_rotations`.
        rows: Complex row vectors of the h remaining qubits, shape (r, 2**h).

    Returns:
        Row vectors of the 2h qubits before the round, shape (2**h * r, 4**h).

    Example:
        >>> pool_rows(jnp.zeros((1, 2, 2)), jnp.array([[1.0 + 0j, 0.0]])).shape
        (2, 4)
    """
    rotations = outcome_rotations(angles)
    count = rotations.shape[0]
    rotated = jnp.einsum("rk,okz->orz", rows, rotations, precision=lax.Precision.HIGHEST)
    placed = rotated[:, :, None, :] * jnp.eye(count, dtype=rows.dtype)[:, None, :, None]
    return placed.reshape(count * rows.shape[0], count * count)


def pool_states(angles: jax.Array, states: jax.Array) -> jax.Array:
    """Rotate the remaining qubits as the outcomes of the others say, gate by gate.

    Args:
        angles: Shape (h, 2, 2), see `outcome_rotations`.
        states: Complex amplitudes (..., 4**h): outcomes in the leading bits, remaining qubits in
            the trailing ones.

    Returns:
        Amplitudes of shape (..., 4**h).

    Example:
        >>> pool_states(jnp.zeros((1, 2, 2)), jnp.eye(4, dtype=jnp.complex64)).shape
        (4, 4)
    """
    shape = states.shape
    count = angles.shape[0]
    single = _rotations(angles)
    for position, qubit in enumerate(measurement_order(count)):
        before, after = 2**position, 2 ** (count - 1 - position)
        folded = states.reshape(-1, before, 2, after, before, 2, after)
        states = jnp.einsum(
            "oyx,naobcxd->naobcyd", single[qubit], folded, precision=lax.Precision.HIGHEST
        )
    return states.reshape(shape)
