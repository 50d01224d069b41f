"""The trained part of a QPU as one effect, the same for every sample (Heisenberg picture)."""

import jax
import jax.numpy as jnp

from ebit.circuits import convolve_rows, pool_rows, stages


def effect_rows(convolution: tuple[jax.Array, ...], pooling: tuple[jax.Array, ...]) -> jax.Array:
    r"""Rows R of the projector :math:`M = R^\dagger R` whose expectation is P(a = 0).

    The last qubit is projected on 0 and the rows are pulled back through pooling and
    convolution, from a register of one qubit to the full one: 2**(n-1) rows, one for each string
    of pooling outcomes.

    Args:
        convolution: RX angles (depth, m) of one QPU, first stage first, in radians.
        pooling: Angles (h, 2, 2) of one QPU and its h measured qubits, first stage first, in
            radians.

    Returns:
        Complex array (2**(n-1), 2**n), orthonormal rows, basis in measurement order.

    Example:
        >>> effect_rows((jnp.zeros((1, 2)),), (jnp.zeros((1, 2, 2)),)).shape
        (2, 4)
    """
    dtype = jnp.result_type(convolution[0].dtype, jnp.complex64)
    rows = jnp.array([[1, 0]], dtype)
    for angles, rotations in zip(reversed(convolution), reversed(pooling), strict=True):
        rows = convolve_rows(angles, pool_rows(rotations, rows))
    return rows


def pack_effect(effect: jax.Array) -> jax.Array:
    """A Hermitian matrix as one real matrix of the same shape: real plus imaginary part.

    Args:
        effect: Hermitian, shape (..., d, d).

    Returns:
        Real array (..., d, d). Nothing is lost: one part is symmetric, the other is not.
    """
    return effect.real + effect.imag


def phase_features(phases: jax.Array) -> jax.Array:
    r"""Real features that a packed effect meets: :math:`\cos\Delta_{zz'} - \sin\Delta_{zz'}`.

    With :math:`\Delta_{zz'} = \varphi_{z'} - \varphi_z` and Hermitian M,
    :math:`\sum_{zz'} M_{zz'} e^{i\Delta_{zz'}} = \sum_{zz'} (\Re M + \Im M)_{zz'}
    (\cos\Delta - \sin\Delta)_{zz'}`, because the mixed terms are odd.

    Args:
        phases: Shape (..., d) in radians.

    Returns:
        Shape (..., d**2).

    Example:
        >>> phase_features(jnp.zeros((5, 4))).shape
        (5, 16)
    """
    cosine, sine = jnp.cos(phases), jnp.sin(phases)
    bra, ket = (..., slice(None), None), (..., None, slice(None))
    features = (cosine[bra] + sine[bra]) * cosine[ket] + (sine[bra] - cosine[bra]) * sine[ket]
    return features.reshape(*phases.shape[:-1], phases.shape[-1] ** 2)


def effect_operations(qubits: int, depth: int, pooling: str = "halves") -> int:
    """Real operations to build the rows of one QPU: Hadamard products of every brick."""
    total = 0
    for left in stages(qubits, pooling):
        bricks = depth * (1 if left == 2 else 2)
        total += bricks * hadamard_operations(left) * 2 ** (left - 1)
    return total


def hadamard_operations(qubits: int) -> int:
    """Real operations to apply H to all qubits of one complex state, in 16 x 16 products."""
    total, left = 0, qubits
    while left > 0:
        block = min(4, left)
        total += 4 * 2**block * 2**qubits
        left -= block
    return total
