"""Pooling: some qubits are measured, and their outcomes rotate those that remain."""

from functools import reduce

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits.basis import drivers, outcome_order


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

    .. math:: V_o = \bigotimes_r \prod_{k \to r} R_X(\chi_{k,o_k}) R_Z(\varphi_{k,o_k})

    The product runs over the measured qubits k that drive r, the first one acts first. A remaining
    qubit that no outcome drives keeps its state.

    Args:
        angles: Shape (h, 2, 2): for each of the h measured qubits and each of its outcomes,
            (phi, chi) in radians of the qubit that it drives. The number h says which layout it is,
            see `drivers`.
        qubits: Qubits before the round, m = h + r with r remaining ones.
        qpus: QPUs that the register spans.

    Returns:
        Complex array (2**h, 2**r, 2**r): [outcomes, out, in], all in measurement order.

    Example:
        >>> outcome_rotations(jnp.zeros((2, 2, 2)), qubits=5).shape
        (4, 8, 8)

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059, pooling layer (halves) and figure 5b (all
        but one).
    """
    single, measured = _rotations(angles), angles.shape[0]
    remaining = drivers(qubits, qpus, measured)
    product = jnp.ones((1, 1, 1), single.dtype)
    for outcomes in remaining:
        factors = [single[outcome] for outcome in outcomes]
        factor = reduce(_then, factors) if factors else jnp.eye(2, dtype=single.dtype)[None]
        strings, size = product.shape[0] * factor.shape[0], product.shape[1] * 2
        product = (product[:, None, :, None, :, None] * factor[None, :, None, :, None, :]).reshape(
            strings, size, size
        )
    built = [outcome for outcomes in remaining for outcome in outcomes]
    places = [built.index(outcome) for outcome in outcome_order(qubits, qpus, measured)]
    bits = product.reshape(*measured * (2,), *product.shape[1:])
    return bits.transpose(*places, measured, measured + 1).reshape(product.shape)


def _then(first: jax.Array, second: jax.Array) -> jax.Array:
    """One rotation after another, for each pair of strings: (a, 2, 2), (b, 2, 2) -> (ab, 2, 2)."""
    both = jnp.einsum("byx,axz->abyz", second, first, precision=lax.Precision.HIGHEST)
    return both.reshape(-1, 2, 2)


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
    qubits = shape[-1].bit_length() - 1
    remaining, order = drivers(qubits, qpus, count), outcome_order(qubits, qpus, count)
    driven = [(place, outcome) for place, own in enumerate(remaining) for outcome in own]
    for place, outcome in driven:
        bit = order.index(outcome)
        outcomes = (2**bit, 2, 2 ** (count - 1 - bit))
        kept = (2**place, 2, 2 ** (len(remaining) - 1 - place))
        states = jnp.einsum(
            "oyx,naobcxd->naobcyd",
            single[outcome],
            states.reshape(-1, *outcomes, *kept),
            precision=lax.Precision.HIGHEST,
        )
    return states.reshape(shape)
