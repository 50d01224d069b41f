"""What is made of the data once: real features of phases, and blocks of the basis."""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import pair_columns


def pack_effect(effect: Complex[Array, "*batch dim dim"]) -> Float[Array, "*batch dim dim"]:
    """A Hermitian matrix as one real matrix of the same shape: real plus imaginary part.

    Args:
        effect: Hermitian, shape (..., d, d).

    Returns:
        Real array (..., d, d). Nothing is lost: one part is symmetric, the other is not.
    """
    return effect.real + effect.imag


def phase_features(phases: Float[Array, "*batch dim"]) -> Float[Array, "*batch features"]:
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


def meet_features(
    effects: Float[Array, "effects features"], table: Float[Array, "batch features"]
) -> Float[Array, "effects batch"]:
    """What every sample makes of every packed effect.

    A single effect is a vector, which XLA multiplies several times faster from the right; several
    meet the table faster from the left.

    Args:
        effects: Packed, one per row, shape (effects, d**2).
        table: Features of the samples, shape (batch, d**2).

    Returns:
        Shape (effects, batch).

    Example:
        >>> meet_features(jnp.ones((3, 16)), jnp.ones((5, 16))).shape
        (3, 5)
    """
    if len(effects) == 1:
        return jnp.matmul(table, effects[0], precision=lax.Precision.HIGHEST)[None]
    return jnp.matmul(effects, table.T, precision=lax.Precision.HIGHEST)


def pair_blocks(qubits: int, pairs: int) -> NDArray[np.intp]:
    """Basis indices (2**k, 2**(n-k)): pair qubits choose the row, the others run along it.

    Args:
        qubits: Qubits of the QPU.
        pairs: Number of leading qubits that belong to shared pairs.

    Returns:
        Every basis index once.

    Example:
        >>> pair_blocks(2, 1).tolist()
        [[0, 1], [2, 3]]
    """
    starts = np.array(pair_columns(qubits, pairs))
    others = np.array([z for z in range(2**qubits) if not np.any(z & starts)])
    return starts[:, None] + others[None, :]
