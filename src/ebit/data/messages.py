"""One-line errors for bad input."""

import operator
from collections.abc import Sequence

from ebit.checks import shown
from ebit.errors import EbitError


def bad_input(message: str) -> EbitError:
    r"""Make an error whose message is one printable line.

    Names and values from user files end up in messages; see `ebit.errors.printable`.

    Args:
        message: Text that names the argument or file, its value and the cure.

    Returns:
        The error, to be raised by the caller.

    Example:
        >>> from ebit.data.messages import bad_input
        >>> str(bad_input("Column `a\nb` is empty."))
        'Column `a b` is empty.'
    """
    return EbitError(message)


def listed(names: Sequence[str], limit: int = 6) -> str:
    """Write names for a message, at most `limit` of them.

    Args:
        names: What to list.
        limit: How many are written out before the rest is only counted.

    Returns:
        The names in backticks, separated by commas.

    Example:
        >>> from ebit.data.messages import listed
        >>> listed(["a", "b", "c"], limit=2)
        '`a`, `b` and 1 more'
    """
    text = ", ".join(f"`{name}`" for name in names[:limit])
    return text if len(names) <= limit else f"{text} and {len(names) - limit} more"


def whole_number(name: str, value: object, minimum: int, maximum: int | None = None) -> int:
    """Check that an argument is a whole number in a range.

    Args:
        name: Name of the argument, for the message.
        value: What the caller passed; Python and NumPy integers are taken.
        minimum: Smallest allowed value.
        maximum: Largest allowed value, or None for no limit.

    Returns:
        The value as a Python integer.

    Raises:
        EbitError: If the value is no integer or is out of range.

    Example:
        >>> from ebit.data.messages import whole_number
        >>> whole_number("points", 8, minimum=2)
        8
    """
    allowed = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < minimum or (maximum is not None and number > maximum):
        raise bad_input(
            f"Argument `{name}` must be a whole number {allowed}, but is {shown(value)}."
        )
    return number
