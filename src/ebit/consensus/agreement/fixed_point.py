"""Fixed point with a step of 2^-20: what is hashed and agreed on.

Floating point in the same order still differs between processors and versions of libraries. What
nodes compare is therefore rounded, and a value so near to a rounding edge that the last bits of a
float could decide is computed again exactly.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ebit.errors import EbitError

BITS = 20
SCALE = 1 << BITS
"""Units per 1."""
GUARD = 2.0**-30
"""A value nearer than this to a rounding edge is computed exactly."""

Exact = Callable[[int], Fraction]
"""Index of a parameter -> its exact value."""


def to_fixed(values: NDArray[np.float64], exact: Exact | None = None) -> NDArray[np.int64]:
    """Round to whole units of 2^-20, halves to even.

    Args:
        values: Numbers, shape (P,).
        exact: Exact value of parameter k; used where `values[k]` lies within 2^-30 of a rounding
            edge. Without it such values are rounded as they are.

    Returns:
        Units, shape (P,).

    Raises:
        EbitError: If a value is not finite or beyond 2^42.

    Example:
        >>> to_fixed(np.array([1.0, -0.5]))
        array([1048576, -524288])
        >>> exact = Fraction(5, 2 * SCALE) + Fraction(1, 10**30)
        >>> to_fixed(np.array([2.5 / SCALE]), lambda k: exact)
        array([3])
    """
    values = np.asarray(values, dtype=np.float64)
    if not (np.abs(values) < 2.0**42).all():
        raise EbitError("Parameters must be finite and below 2^42: use a smaller step.")
    scaled = values * SCALE
    fixed = np.rint(scaled).astype(np.int64)
    if exact is not None:
        edge = np.abs(np.abs(scaled - np.floor(scaled)) - 0.5)
        for k in np.flatnonzero(edge <= GUARD * SCALE):
            fixed[k] = round(exact(int(k)) * SCALE)
    return fixed


def from_fixed(units: NDArray[np.int64]) -> NDArray[np.float64]:
    """The numbers that whole units of 2^-20 stand for.

    Args:
        units: Units, shape (P,).

    Returns:
        Numbers, shape (P,).

    Example:
        >>> from_fixed(np.array([1048576, -524288]))
        array([ 1. , -0.5])
    """
    return np.asarray(units, dtype=np.float64) / SCALE


def add_trimmed_mean(cut: int) -> Callable[..., NDArray[np.int64]]:
    """The step `theta + trimmed mean of the updates`, in whole numbers only.

    In each coordinate the `cut` largest and smallest values are left out.

    Args:
        cut: Most faulty nodes `f`.

    Returns:
        A function of the parameters and the updates by node, in units of 2^-20, shape (P,); the
        ledger does not matter.

    Example:
        >>> step = add_trimmed_mean(1)
        >>> step(np.array([10]), {0: np.array([2]), 1: np.array([4]), 2: np.array([10**6])})
        array([14])
    """

    def step(
        theta: NDArray[np.int64], updates: Mapping[int, NDArray[np.int64]], ledger: object = None
    ) -> NDArray[np.int64]:
        stacked = np.sort(np.stack([updates[node] for node in sorted(updates)]), axis=0)
        kept = stacked[cut : len(stacked) - cut]  # (nodes - 2 cut, P)
        return theta + divided(kept.sum(axis=0), len(kept))

    return step


def divided(total: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """`total / count` rounded to whole numbers, halves to even, exactly.

    Args:
        total: Whole numbers, shape (P,).
        count: A positive whole number.

    Returns:
        Whole numbers, shape (P,).

    Example:
        >>> divided(np.array([5, 7, -5]), 2)
        array([ 2,  4, -2])
    """
    low, rest = np.divmod(total, count)
    up = (2 * rest > count) | ((2 * rest == count) & (low % 2 == 1))
    return low + up
