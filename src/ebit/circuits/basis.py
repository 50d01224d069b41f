"""The order of the computational basis and the tables that depend on it."""

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

POOLINGS = ("halves", "all-but-one")
"""Pooling layouts: every round measures half of the qubits, or the only one all but one."""


def layout_with(pooling: str, outputs: int) -> str:
    """The pooling layout that leaves several qubits, which are all read out.

    Example:
        >>> layout_with("halves", 2), layout_with("halves", 1)
        ('halves:2', 'halves')
    """
    return pooling if outputs == 1 else f"{pooling}:{outputs}"


def outputs_of(pooling: str) -> int:
    """Qubits that a pooling layout leaves.

    Example:
        >>> outputs_of("halves:2"), outputs_of("halves")
        (2, 1)
    """
    return int(pooling.partition(":")[2] or 1)


def pooled(qubits: int, pooling: str = "halves") -> tuple[tuple[int, int], ...]:
    """Who is measured in a pooling round of one QPU and whom its outcome drives.

    Args:
        qubits: Qubits before the round.
        pooling: `halves`: 0, 2, ... drive 1, 3, ...; without a partner, the last one of an odd
            number remains. `all-but-one`: all others drive the last one, the first one first.

    Returns:
        (measured, driven) for every measured qubit, in their order.

    Example:
        >>> pooled(5), pooled(3, "all-but-one")
        (((0, 1), (2, 3)), ((0, 2), (1, 2)))
    """
    if pooling == "all-but-one":
        return tuple((place, qubits - 1) for place in range(qubits - 1))
    return tuple((place, place + 1) for place in range(0, qubits - 1, 2))


def layout_of(qubits: int, measured: int) -> str:
    """The pooling layout of a round that measures so many qubits of one QPU.

    Where both layouts measure the same number they are the same.

    Example:
        >>> layout_of(4, 2), layout_of(4, 3)
        ('halves', 'all-but-one')
    """
    return next(name for name in POOLINGS if len(pooled(qubits, name)) == measured)


def stages(qubits: int, pooling: str = "halves") -> tuple[int, ...]:
    """Numbers of qubits before each pooling round of one QPU.

    For `halves` n, n/2 rounded up, ..., 2; for `all-but-one` n alone.

    Args:
        qubits: Qubits of the QPU.
        pooling: Pooling layout.

    Returns:
        One entry per pooling round, until as many qubits are left as are read out.

    Example:
        >>> stages(8), stages(10), stages(8, "all-but-one")
        ((8, 4, 2), (10, 5, 3, 2), (8,))
    """
    sizes = []
    base, left = pooling.partition(":")[0], outputs_of(pooling)
    while qubits > left:
        sizes.append(qubits)
        qubits -= len(pooled(qubits, base))
    return tuple(sizes)


def measurements(qubits: int, pooling: str = "halves") -> tuple[int, ...]:
    """Numbers of qubits that each pooling round of one QPU measures.

    Args:
        qubits: Qubits of the QPU.
        pooling: Pooling layout.

    Returns:
        One entry per pooling round; all qubits but those that are read out.

    Example:
        >>> measurements(8), measurements(10), measurements(8, "all-but-one")
        ((4, 2, 1), (5, 2, 1, 1), (7,))
    """
    sizes = (*stages(qubits, pooling), outputs_of(pooling))
    return tuple(before - after for before, after in pairwise(sizes))


@cache
def drivers(qubits: int, qpus: int = 1, measured: int | None = None) -> tuple[tuple[int, ...], ...]:
    """Which outcomes of a pooling round drive each of the qubits that remain.

    If half of the qubits of each QPU are measured, these are 0, 2, 4, ... and they drive
    1, 3, 5, ...; without a partner, the last qubit of an odd number remains and nothing drives it.
    If all but one are measured, they all drive the last qubit of their QPU.

    Args:
        qubits: Qubits of the register before the round.
        qpus: QPUs that the register spans, with equally many qubits.
        measured: Measured qubits of the register, half of those of each QPU (rounded down, the
            default) or all but one: the number says which layout it is, and where both have the
            same number they are the same.

    Returns:
        For every remaining qubit, in measurement order, the numbers of its outcomes in natural
        order, first rotation first.

    Example:
        >>> drivers(4), drivers(5), drivers(5, measured=4)
        (((0,), (1,)), ((0,), (1,), ()), ((0, 1, 2, 3),))
    """
    each = qubits // qpus
    measured = qpus * (each // 2) if measured is None else measured
    pairs = pooled(each, layout_of(each, measured // qpus))
    places = (divmod(qubit, each) for qubit in measurement_order(qubits, qpus)[measured:])
    return tuple(
        tuple(qpu * len(pairs) + k for k, (_, driven) in enumerate(pairs) if driven == place)
        for qpu, place in places
    )


@cache
def outcome_order(qubits: int, qpus: int, measured: int) -> tuple[int, ...]:
    """Outcomes of a pooling round in the order of the leading bits of the basis index.

    Args:
        qubits: Qubits of the register before the round.
        qpus: QPUs that the register spans, with equally many qubits.
        measured: Measured qubits of the register, see `drivers`.

    Returns:
        A permutation of 0 ... measured - 1, the numbers of the outcomes in natural order.

    Example:
        >>> outcome_order(8, qpus=1, measured=4)  # of the qubits 0, 4, 2, 6
        (0, 2, 1, 3)
    """
    leading = measurement_order(qubits, qpus)[:measured]
    return tuple(sorted(leading).index(qubit) for qubit in leading)


@cache
def measurement_order(qubits: int, qpus: int = 1) -> tuple[int, ...]:
    """Qubits sorted by the pooling round that measures them.

    A round measures the qubits 0, 2, 4, ... of those that remain on a QPU and keeps 1, 3, 5, ...
    and an unpaired last one. In this order the outcomes of a round are the leading bits of the
    basis index, sorted like the qubits that they drive, and the rest is again sorted in the same
    way, so pooling is a reshape in every round. For powers of two it is the bit-reversal
    permutation. The last qubit of each QPU is at the end, so the order serves a round that measures
    all others at once, too.

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
