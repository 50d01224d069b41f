"""Checks of plain numbers, with messages of one line."""

import math

from ebit.checks import is_real, shown
from ebit.errors import EbitError


def check_number(
    name: str, value: float, *, low: float, high: float = math.inf, infinite: bool = False
) -> None:
    """Refuse a number outside its range.

    Args:
        name: Name of the argument, for the message.
        value: The number.
        low: Smallest value allowed.
        high: Largest value allowed.
        infinite: Whether infinity is allowed, too.

    Raises:
        EbitError: If the value is not a number in the range.

    Example:
        >>> check_number("length", -1.0, low=0.0)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `length` must be at least 0, but is -1.0.
    """
    if infinite and isinstance(value, float) and value == math.inf:
        return
    if is_real(value) and low <= value <= high:
        return
    rule = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
    raise EbitError(f"Argument `{name}` must be {rule}, but is {shown(value)}.")


def check_positive(name: str, value: float) -> None:
    """Refuse a number that is not above zero; infinity is allowed.

    Args:
        name: Name of the argument, for the message.
        value: The number.

    Raises:
        EbitError: If the value is not a number above zero.

    Example:
        >>> check_positive("t1", 0.0)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `t1` must be more than 0, but is 0.0.
    """
    is_infinite = isinstance(value, float) and value == math.inf
    if not (is_real(value) or is_infinite) or not value > 0:
        raise EbitError(f"Argument `{name}` must be more than 0, but is {shown(value)}.")
