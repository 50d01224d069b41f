"""The order of the computational basis and the tables that depend on it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


def is_power_of_two(number: int) -> bool:
    """Whether `number` is 1, 2, 4, 8, ..."""
    return number > 0 and number & (number - 1) == 0


def stages(qubits: int) -> tuple[int, ...]:
    """Numbers of qubits before each pooling round of one QPU: n, n/2, ..., 2.

    Args:
        qubits: Qubits of the QPU, a power of two.

    Returns:
        One entry per pooling round.

    Example:
        >>> stages(8)
        (8, 4, 2)
    """
    sizes = []
    while qubits > 1:
        sizes.append(qubits)
        qubits //= 2
    return tuple(sizes)


@cache
def measurement_order(qubits: int) -> tuple[int, ...]:
    """Qubits sorted by the pooling round that measures them: the bit-reversal permutation.

    A pooling round measures the qubits 0, 2, 4, ... of those that remain and keeps 1, 3, 5, ...
    In this order the outcomes of a round are the leading bits of the basis index, and each half
    is again sorted in the same way, so pooling is a reshape in every round.

    Args:
        qubits: Qubits of the register, a power of two.

    Returns:
        A permutation of 0 ... qubits - 1.

    Example:
        >>> measurement_order(8)
        (0, 4, 2, 6, 1, 5, 3, 7)
    """
    if qubits == 1:
        return (0,)
    half = measurement_order(qubits // 2)
    return tuple(2 * q for q in half) + tuple(2 * q + 1 for q in half)


@cache
def spins(qubits: int) -> NDArray[np.float64]:
    """Eigenvalues of Z: `spins(n)[z, q]` is +1 if qubit q is 0 in basis state z, else -1.

    Basis states are numbered in measurement order, most significant qubit first; the column
    index is the natural qubit number.

    Args:
        qubits: Qubits of the register.

    Returns:
        Table of shape (2**qubits, qubits), read-only.

    Example:
        >>> spins(2)[1]
        array([ 1., -1.])
    """
    index = np.arange(2**qubits)
    table = np.empty((2**qubits, qubits))
    for position, qubit in enumerate(measurement_order(qubits)):
        table[:, qubit] = 1 - 2 * ((index >> (qubits - 1 - position)) & 1)
    table.setflags(write=False)
    return table


@cache
def pair_columns(qubits: int, pairs: int) -> tuple[int, ...]:
    """Basis indices of the states |j, 0...0>, j running over the first `pairs` qubits.

    Args:
        qubits: Qubits of the QPU.
        pairs: Number of leading qubits (natural order) that belong to shared pairs.

    Returns:
        2**pairs indices into the basis in measurement order; qubit 0 is the most significant
        bit of j.

    Example:
        >>> pair_columns(4, 2)  # qubits (0, 1) are bits (3, 1) of the index
        (0, 2, 8, 10)
    """
    order = measurement_order(qubits)
    weight = [2 ** (qubits - 1 - order.index(qubit)) for qubit in range(pairs)]
    return tuple(
        sum(w for bit, w in enumerate(weight) if j >> (pairs - 1 - bit) & 1)
        for j in range(2**pairs)
    )
