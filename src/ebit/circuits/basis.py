"""The order of the computational basis and the tables that depend on it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


def stages(qubits: int) -> tuple[int, ...]:
    """Numbers of qubits before each pooling round of one QPU: n, n/2 rounded up, ..., 2.

    Args:
        qubits: Qubits of the QPU.

    Returns:
        One entry per pooling round.

    Example:
        >>> stages(8), stages(10)
        ((8, 4, 2), (10, 5, 3, 2))
    """
    sizes = []
    while qubits > 1:
        sizes.append(qubits)
        qubits -= qubits // 2
    return tuple(sizes)


@cache
def drivers(qubits: int, qpus: int = 1) -> tuple[int | None, ...]:
    """Which outcome of a pooling round drives each of the qubits that remain.

    On each QPU the qubits 0, 2, 4, ... are measured and drive 1, 3, 5, ...; without a partner, the
    last qubit of an odd number remains and nothing drives it.

    Args:
        qubits: Qubits of the register before the round.
        qpus: QPUs that the register spans, with equally many qubits.

    Returns:
        For every remaining qubit, in measurement order, the number of its outcome in natural
        order, or None.

    Example:
        >>> drivers(4), drivers(5)
        ((0, 1), (0, 1, None))
    """
    pairs, kept = qubits // qpus // 2, _kept(qubits, qpus)
    places = (divmod(qubit, kept) for qubit in measurement_order(qpus * kept, qpus))
    return tuple(qpu * pairs + place if place < pairs else None for qpu, place in places)


@cache
def measurement_order(qubits: int, qpus: int = 1) -> tuple[int, ...]:
    """Qubits sorted by the pooling round that measures them.

    A round measures the qubits 0, 2, 4, ... of those that remain on a QPU and keeps 1, 3, 5, ...
    and an unpaired last one. In this order the outcomes of a round are the leading bits of the
    basis index, sorted like the qubits that they drive, and the rest is again sorted in the same
    way, so pooling is a reshape in every round. For powers of two it is the bit-reversal
    permutation.

    Args:
        qubits: Qubits of the register.
        qpus: QPUs that the register spans, with equally many qubits.

    Returns:
        A permutation of 0 ... qubits - 1.

    Example:
        >>> measurement_order(8)
        (0, 4, 2, 6, 1, 5, 3, 7)
        >>> measurement_order(5)
        (0, 2, 1, 3, 4)
    """
    if qubits == qpus:
        return tuple(range(qubits))
    each, kept = qubits // qpus, _kept(qubits, qpus)
    places = [divmod(qubit, kept) for qubit in measurement_order(qpus * kept, qpus)]
    measured = [qpu * each + 2 * place for qpu, place in places if place < each // 2]
    remaining = [qpu * each + min(2 * place + 1, each - 1) for qpu, place in places]
    return (*measured, *remaining)


def _kept(qubits: int, qpus: int) -> int:
    """Qubits that remain on each QPU after a pooling round."""
    return (qubits // qpus + 1) // 2


@cache
def spins(qubits: int, qpus: int = 1) -> NDArray[np.float64]:
    """Eigenvalues of Z: `spins(n)[z, q]` is +1 if qubit q is 0 in basis state z, else -1.

    Basis states are numbered in measurement order, most significant qubit first; the column
    index is the natural qubit number.

    Args:
        qubits: Qubits of the register.
        qpus: QPUs that the register spans.

    Returns:
        Table of shape (2**qubits, qubits), read-only.

    Example:
        >>> spins(2)[1]
        array([ 1., -1.])
    """
    index = np.arange(2**qubits)
    table = np.empty((2**qubits, qubits))
    for position, qubit in enumerate(measurement_order(qubits, qpus)):
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
