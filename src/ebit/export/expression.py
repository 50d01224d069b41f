"""Angles that are not known yet: sums and products of symbols."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]
"""Values of symbols by name: numbers, arrays, or parameters of another library."""


@dataclass(frozen=True, eq=False)
class Expression:
    """An angle made of symbols.

    Args:
        text: As OpenQASM 3 writes it.
        names: The symbols in it.
        value: What it is for values of the symbols.

    Example:
        >>> angle = (3.0 - symbol("x_0")) / 2
        >>> angle.text, angle.value({"x_0": 1.0})
        ('((3.0 - x_0) / 2)', 1.0)
    """

    text: str
    names: frozenset[str]
    value: Callable[[Values], Any]

    def __add__(self, other: "Angle") -> "Expression":
        return _join(self, "+", other)

    def __sub__(self, other: "Angle") -> "Expression":
        return _join(self, "-", other)

    def __radd__(self, other: float) -> "Expression":
        return _join(other, "+", self)

    def __rsub__(self, other: float) -> "Expression":
        return _join(other, "-", self)

    def __mul__(self, other: "Angle") -> "Expression":
        return _join(self, "*", other)

    def __truediv__(self, other: float) -> "Expression":
        return _join(self, "/", other)


Angle = float | Expression
"""In radians."""

_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def symbol(name: str) -> Expression:
    """A symbol by its name."""
    return Expression(name, frozenset({name}), lambda values: values[name])


def names_of(angle: Angle) -> frozenset[str]:
    """The symbols in an angle."""
    return angle.names if isinstance(angle, Expression) else frozenset()


def value_of(angle: Angle, values: Values) -> Any:
    """An angle for values of its symbols."""
    return angle.value(values) if isinstance(angle, Expression) else angle


def text_of(angle: Angle) -> str:
    """An angle as OpenQASM 3 writes it; a number keeps all its digits.

    Example:
        >>> text_of(0.1), text_of(symbol("theta_3"))
        ('0.1', 'theta_3')
    """
    return angle.text if isinstance(angle, Expression) else repr(float(angle))


def _join(first: Angle, sign: str, second: Angle) -> Expression:
    do = _OPERATIONS[sign]
    return Expression(
        f"({_plain(first)} {sign} {_plain(second)})",
        names_of(first) | names_of(second),
        lambda values: do(value_of(first, values), value_of(second, values)),
    )


def _plain(part: Angle) -> str:
    return part.text if isinstance(part, Expression) else repr(part)
