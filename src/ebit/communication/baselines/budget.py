"""The smallest budget at which a protocol reaches an error, by bisection."""

from collections.abc import Callable
from typing import NamedTuple

BITS = (1, 2, 4, 8, 16, 32)
"""Bits per number that are tried."""


class Budget(NamedTuple):
    """A budget and what it reaches.

    Attributes:
        amount: The budget.
        error: Error there.
        reached: Whether that is the error asked for; else the largest budget was not enough.
    """

    amount: int
    error: float
    reached: bool


def smallest_budget(
    error_of: Callable[[int], float], target: float, *, start: int = 1, most: int
) -> Budget:
    """Double the budget until the error is reached, then halve the step.

    Args:
        error_of: Measured error at a budget; it falls with the budget, up to noise.
        target: Error to reach.
        start: Budget to begin with.
        most: Largest budget.

    Returns:
        The smallest budget found, with its error.

    Example:
        >>> smallest_budget(lambda budget: 10 / budget, 0.3, most=1000)
        Budget(amount=34, error=0.29411764705882354, reached=True)
    """
    low, high = 0, min(start, most)
    error = error_of(high)
    while error > target:
        if high >= most:
            return Budget(high, error, False)
        low, high = high, min(2 * high, most)
        error = error_of(high)
    while high - low > 1:
        middle = (low + high) // 2
        there = error_of(middle)
        if there <= target:
            high, error = middle, there
        else:
            low = middle
    return Budget(high, error, True)
