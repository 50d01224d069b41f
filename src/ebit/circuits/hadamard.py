"""Hadamard gates on every qubit of a register."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

_QUBITS_PER_PRODUCT = 4
"""One dense product serves this many qubits: 16 x 16 is the size matrix units like."""


@cache
def hadamard_matrix(qubits: int) -> NDArray[np.float64]:
    """H on every qubit as a matrix.

    Args:
        qubits: Qubits of the register.

    Returns:
        Real array (2**qubits, 2**qubits), read-only.

    Example:
        >>> hadamard_matrix(2)[1]
        array([ 0.5, -0.5,  0.5, -0.5])
    """
    matrix = np.ones((1, 1))
    for _ in range(qubits):
        matrix = np.kron(matrix, np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2.0))
    matrix.setflags(write=False)
    return matrix


def walsh_hadamard(state: jax.Array) -> jax.Array:
    r"""Apply H to every qubit: :math:`v \mapsto H^{\otimes m} v` on the last axis.

    A register of more than four qubits is worked off in products of at most 16 x 16.

    Args:
        state: Real or complex array of shape (..., 2**m).

    Returns:
        Array of the same shape and dtype.

    Example:
        >>> walsh_hadamard(jnp.array([1.0, 0.0, 0.0, 0.0]))
        Array([0.5, 0.5, 0.5, 0.5], dtype=float32)
    """
    shape = state.shape
    qubits = shape[-1].bit_length() - 1
    done = 0
    while done < qubits:
        block = min(_QUBITS_PER_PRODUCT, qubits - done)
        matrix = jnp.asarray(hadamard_matrix(block), state.dtype)
        rest = 2 ** (qubits - done - block)
        folded = state.reshape(*shape[:-1], 2**done, 2**block, rest)
        if rest == 1:
            state = jnp.matmul(folded[..., 0], matrix, precision=lax.Precision.HIGHEST)
        else:
            state = jnp.matmul(matrix, folded, precision=lax.Precision.HIGHEST)
        done += block
    return state.reshape(shape)
