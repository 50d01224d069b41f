"""The fast Walsh-Hadamard transform."""

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Values = TypeVar("Values", NDArray[np.float64], NDArray[np.complex128])

_QUBITS_PER_PRODUCT = 5
"""One dense product serves this many qubits."""


@cache
def _signs(qubits: int) -> NDArray[np.float64]:
    matrix = np.ones((1, 1))
    for _ in range(qubits):
        matrix = np.kron(matrix, np.array([[1.0, 1.0], [1.0, -1.0]]))
    return matrix


def walsh(values: Values) -> Values:
    r"""The transform without a factor, on the last axis, in O(N log N).

    $$w_s = \sum_b (-1)^{s \cdot b} v_b$$

    Args:
        values: Real or complex array of shape (..., N), N a power of two.

    Returns:
        Array of the same shape, in double precision.

    Example:
        >>> walsh(np.array([1.0, 2.0, 0.0, 0.0]))
        array([ 3., -1.,  3., -1.])
    """
    shape, is_complex = values.shape, np.iscomplexobj(values)
    size = shape[-1]
    qubits = size.bit_length() - 1
    pair = 2 if is_complex else 1
    dtype = np.complex128 if is_complex else np.float64
    real = np.ascontiguousarray(values, dtype).view(np.float64)  # (..., N * pair)
    done = 0
    while done < qubits:
        block = min(_QUBITS_PER_PRODUCT, qubits - done)
        rest = (size >> (done + block)) * pair
        real = _signs(block) @ real.reshape(-1, 2**block, rest)  # (batch * 2^done, 2^block, rest)
        done += block
    real = np.ascontiguousarray(real.reshape(*shape[:-1], size * pair))  # (..., N * pair)
    return real.view(dtype)


def hadamards(state: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """A Hadamard gate on every qubit.

    Args:
        state: Amplitudes (..., N).

    Returns:
        Amplitudes (..., N).

    Example:
        >>> hadamards(np.array([1, 0], complex)).real.round(3)
        array([0.707, 0.707])
    """
    return walsh(state) / np.sqrt(state.shape[-1])


def parities(size: int, mask: int) -> NDArray[np.float64]:
    r"""The signs $(-1)^{s \cdot b}$ of one string s for all b.

    Args:
        size: N.
        mask: s as a whole number.

    Returns:
        Signs of shape (N,).

    Example:
        >>> parities(4, 2)
        array([ 1.,  1., -1., -1.])
    """
    return 1.0 - 2.0 * (np.bitwise_count(np.arange(size) & mask) & 1)
