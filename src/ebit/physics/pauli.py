r"""Effects and states as real coefficients of products of Pauli operators.

An effect :math:`M = \sum_P c_P P` of m qubits is a real array (..., 4**m): one digit I, X, Y, Z per
qubit, qubit 0 first. A channel acts on the digit of its qubit by a real 4 x 4 matrix, so noise, H
and rotations of two qubits together are one 16 x 16 matrix, whatever the channels are.
"""

from collections.abc import Sequence
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.physics.channels import PAULIS, Channel, transfer_matrix

Real = NDArray[np.float64]

HADAMARD: Channel = transfer_matrix(np.array([[1, 1], [1, -1]], complex) / np.sqrt(2))
CONTROLLED_Z: Real = transfer_matrix(np.diag([1, 1, 1, -1]).astype(complex))
_HIGHEST = lax.Precision.HIGHEST

_UNITS = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, -1, 1, 0], [1, 0, 0, -1]], float)
"""Entries 00, 01, 10, 11 of I, X, Y / i and Z."""


def kept_and_turned(axis: int) -> Real:
    """Matrices E of an effect pulled back through a rotation: E[0] + cos t E[1] + sin t E[2].

    Args:
        axis: 1, 2 or 3 for RX, RY or RZ.

    Returns:
        Shape (3, 4, 4).

    Example:
        >>> kept_and_turned(3)[0].diagonal().tolist()
        [1.0, 0.0, 0.0, 1.0]
    """
    first, second = (axis % 3 + 1, (axis + 1) % 3 + 1)
    parts = np.zeros((3, 4, 4))
    parts[0, [0, axis], [0, axis]] = 1
    parts[1, [first, second], [first, second]] = 1
    parts[2, first, second], parts[2, second, first] = 1, -1
    return parts


def rotations(axis: int, angles: jax.Array) -> jax.Array:
    """Pull-backs through rotations by angles of any shape, (..., 4, 4)."""
    parts = jnp.asarray(kept_and_turned(axis), angles.dtype)
    return jnp.tensordot(cosines_and_sines(angles), parts, 1, precision=_HIGHEST)


def cosines_and_sines(angles: jax.Array) -> jax.Array:
    """(..., 3): 1, cos, sin."""
    return jnp.stack([jnp.ones_like(angles), jnp.cos(angles), jnp.sin(angles)], axis=-1)


def apply(matrix: jax.Array | Real, state: jax.Array, before: int) -> jax.Array:
    """Act on some digits of coefficients (batch, 4**m).

    Args:
        matrix: (out, in).
        state: Coefficients.
        before: Digits before those that the matrix acts on.

    Returns:
        Coefficients of the same batch.
    """
    batch, matrix = state.shape[0], jnp.asarray(matrix, state.dtype)
    split = state.reshape(batch * 4**before, matrix.shape[1], -1)
    if split.shape[-1] == 1:
        new = jnp.matmul(split[..., 0], matrix.T, precision=_HIGHEST)
    else:
        new = jnp.matmul(matrix, split, precision=_HIGHEST)
    return new.reshape(batch, -1)


def pairs_of(qubits: int) -> list[tuple[int, int]]:
    """Neighbouring digits in twos: (first digit, number of digits)."""
    return [(start, min(2, qubits - start)) for start in range(0, qubits, 2)]


def together(matrices: Sequence[Real]) -> list[Real]:
    """One matrix per digit to one per two neighbours (and one for a last single digit)."""
    found = [matrices[start : start + size] for start, size in pairs_of(len(matrices))]
    return [np.asarray(group[0] if len(group) == 1 else np.kron(*group)) for group in found]


def apply_all(matrices: Sequence[jax.Array | Real], state: jax.Array) -> jax.Array:
    """One matrix for every two neighbouring digits, see `together`."""
    before = 0
    for matrix in matrices:
        state = apply(matrix, state, before)
        before += 1 if matrix.shape[-1] == 4 else 2
    return state


def to_matrices(state: jax.Array, order: Sequence[int]) -> jax.Array:
    """Hermitian matrices of coefficients.

    Args:
        state: Real coefficients (batch, 4**m).
        order: Qubits from the most significant bit of the basis index to the least.

    Returns:
        Complex, (batch, 2**m, 2**m).

    Example:
        >>> to_matrices(jnp.array([[0.0, 0.0, 1.0, 0.0]]), order=[0]).tolist()  # Y
        [[[0j, -1j], [1j, 0j]]]
    """
    qubits = (state.shape[-1].bit_length() - 1) // 2
    signed = jnp.asarray(_signs(qubits), state.dtype) * state
    entries = apply_all(together(qubits * [_UNITS.T]), signed)
    packed = entries.reshape(-1, *2 * qubits * (2,)).transpose(_bits(order))
    packed = packed.reshape(-1, 2**qubits, 2**qubits)
    return lax.complex((packed + packed.mT) / 2, (packed - packed.mT) / 2)


def from_matrices(matrices: jax.Array, order: Sequence[int]) -> jax.Array:
    """Coefficients of Hermitian matrices: what `to_matrices` takes.

    Args:
        matrices: Complex, (batch, 2**m, 2**m).
        order: Qubits from the most significant bit of the basis index to the least.

    Returns:
        Real coefficients (batch, 4**m).

    Example:
        >>> from_matrices(jnp.array([[[1.0 + 0j, 0], [0, 0]]]), order=[0]).tolist()
        [[0.5, 0.0, 0.0, 0.5]]
    """
    qubits = matrices.shape[-1].bit_length() - 1
    packed = (matrices.real + matrices.imag).reshape(-1, *2 * qubits * (2,))
    entries = packed.transpose(np.argsort(_bits(order))).reshape(-1, 4**qubits)
    return jnp.asarray(_signs(qubits), entries.dtype) * apply_all(
        together(qubits * [_UNITS / 2]), entries
    )


def _bits(order: Sequence[int]) -> tuple[int, ...]:
    """Axes of rows and columns in an order, of an array with two bits per qubit."""
    return (0, *(1 + 2 * qubit for qubit in order), *(2 + 2 * qubit for qubit in order))


def _signs(qubits: int) -> Real:
    """Real plus imaginary part of i to the number of Y, for every product."""
    number = reduce(np.add.outer, qubits * [np.array([0, 0, 1, 0])]).reshape(-1)
    return np.array([1.0, 1, -1, -1])[number % 4]


def coefficients(matrices: NDArray[np.complex128]) -> Real:
    r"""The numbers :math:`\mathrm{tr}(P M)` of Hermitian matrices (batch, 2**m, 2**m), 4**m each.

    Example:
        >>> coefficients(np.diag([1.0, 0.0])[None] + 0j).tolist()
        [[1.0, 0.0, 0.0, 1.0]]
    """
    qubits = matrices.shape[-1].bit_length() - 1
    state = matrices.reshape(-1, *2 * qubits * (2,))
    for qubit in range(qubits):
        # the axes are (batch, digits so far, bits left of the row, bits left of the column)
        state = np.tensordot(state, PAULIS, ((1 + qubit, 1 + qubits), (2, 1)))
        state = np.moveaxis(state, -1, 1 + qubit)
    return state.real.reshape(len(matrices), -1)
