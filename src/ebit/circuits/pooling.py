"""Pooling: half of the qubits are measured, their outcomes rotate the qubits beside them."""

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits.basis import drivers


def _rotations(angles: jax.Array) -> jax.Array:
    """RX(chi) RZ(phi) for angles (..., 2) = (phi, chi): complex matrices (..., 2, 2)."""
    half_z, half_x = angles[..., 0] / 2, angles[..., 1] / 2
    phase = jnp.exp(-1j * half_z)
    cosine, sine = jnp.cos(half_x), -1j * jnp.sin(half_x)
    upper = jnp.stack([cosine * phase, sine * phase.conj()], axis=-1)
    lower = jnp.stack([sine * phase, cosine * phase.conj()], axis=-1)
    return jnp.stack([upper, lower], axis=-2)


def outcome_rotations(angles: jax.Array, qubits: int, qpus: int = 1) -> jax.Array:
    r"""Rotation of the remaining qubits for each string of outcomes.

    .. math:: V_o = \bigotimes_k R_X(\chi_{k,o_k}) R_Z(\varphi_{k,o_k})

    A remaining qubit that no outcome drives keeps its state.

    Args:
        angles: Shape (h, 2, 2): for each of the h measured qubits and each of its outcomes,
            (phi, chi) in radians of the qubit that it drives.
        qubits: Qubits before the round, m = h + r with r remaining ones.
        qpus: QPUs that the register spans.

    Returns:
        Complex array (2**h, 2**r, 2**r): [outcomes, out, in], all in measurement order.

    Example:
        >>> outcome_rotations(jnp.zeros((2, 2, 2)), qubits=5).shape
        (4, 8, 8)

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059, pooling layer.
    """
    single = _rotations(angles)
    product = jnp.ones((1, 1, 1), single.dtype)
    for driver in drivers(qubits, qpus):
        factor = jnp.eye(2, dtype=single.dtype)[None] if driver is None else single[driver]
        strings, size = product.shape[0] * factor.shape[0], product.shape[1] * 2
        product = (product[:, None, :, None, :, None] * factor[None, :, None, :, None, :]).reshape(
            strings, size, size
        )
    return product


def pool_rows(angles: jax.Array, rows: jax.Array) -> jax.Array:
    """Pull row vectors back through a pooling round of one QPU.

    Each row of the smaller register becomes one row per string of outcomes: it is rotated as
    the outcomes say and stands in the block of the basis that has these outcomes.

    Args:
        angles: Shape (h, 2, 2), see `outcome_rotations`.
        rows: Complex row vectors of the r remaining qubits, shape (rows, 2**r).

    Returns:
        Row vectors of the h + r qubits before the round, shape (2**h * rows, 2**(h + r)).

    Example:
        >>> pool_rows(jnp.zeros((1, 2, 2)), jnp.array([[1.0 + 0j, 0.0]])).shape
        (2, 4)
    """
    size = rows.shape[1]
    rotations = outcome_rotations(angles, angles.shape[0] + size.bit_length() - 1)
    count = rotations.shape[0]
    rotated = jnp.einsum("rk,okz->orz", rows, rotations, precision=lax.Precision.HIGHEST)
    placed = rotated[:, :, None, :] * jnp.eye(count, dtype=rows.dtype)[:, None, :, None]
    return placed.reshape(count * rows.shape[0], count * size)


def pool_states(angles: jax.Array, states: jax.Array, qpus: int = 1) -> jax.Array:
    """Rotate the remaining qubits as the outcomes of the others say, gate by gate.

    Args:
        angles: Shape (h, 2, 2), see `outcome_rotations`.
        states: Complex amplitudes (..., 2**(h + r)): outcomes in the leading bits, remaining
            qubits in the trailing ones.
        qpus: QPUs that the register spans.

    Returns:
        Amplitudes of the shape of `states`.

    Example:
        >>> pool_states(jnp.zeros((1, 2, 2)), jnp.eye(4, dtype=jnp.complex64)).shape
        (4, 4)
    """
    shape = states.shape
    single, count = _rotations(angles), angles.shape[0]
    remaining = drivers(shape[-1].bit_length() - 1, qpus)
    driven = [(place, driver) for place, driver in enumerate(remaining) if driver is not None]
    for outcome, (place, driver) in enumerate(driven):
        outcomes = (2**outcome, 2, 2 ** (count - 1 - outcome))
        kept = (2**place, 2, 2 ** (len(remaining) - 1 - place))
        states = jnp.einsum(
            "oyx,naobcxd->naobcyd",
            single[driver],
            states.reshape(-1, *outcomes, *kept),
            precision=lax.Precision.HIGHEST,
        )
    return states.reshape(shape)
