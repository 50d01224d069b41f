"""Quantities with a unit: text such as "50 us" in a file, a plain number in Python."""

import math
import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from ebit import checks
from ebit.errors import EbitError

Dimension = Literal["time", "length", "size", "angle", "loss", "attenuation", "rate"]

UNITS: dict[Dimension, dict[str, Decimal]] = {
    "time": {
        "s": Decimal(1),
        "ms": Decimal("1e-3"),
        "us": Decimal("1e-6"),
        "ns": Decimal("1e-9"),
        "ps": Decimal("1e-12"),
        "min": Decimal(60),
        "h": Decimal(3600),
    },
    "length": {"km": Decimal(1), "m": Decimal("1e-3")},
    "size": {"m": Decimal(1), "cm": Decimal("1e-2"), "mm": Decimal("1e-3")},
    "angle": {"rad": Decimal(1), "mrad": Decimal("1e-3"), "urad": Decimal("1e-6")},
    "attenuation": {"dB": Decimal(1)},
    "loss": {"dB/km": Decimal(1), "dB/m": Decimal(1000)},
    "rate": {
        "Hz": Decimal(1),
        "kHz": Decimal("1e3"),
        "MHz": Decimal("1e6"),
        "GHz": Decimal("1e9"),
    },
}
"""Units of each dimension and their size in the first of them, which Python code sees."""

_QUANTITY = re.compile(r"([-+]?(?:[0-9]{1,30}\.?[0-9]{0,30}(?:[eE][-+]?[0-9]{1,3})?|inf)) (\S+)")


def parse_quantity(
    name: str, value: object, dimension: Dimension, *, positive: bool = False
) -> float:
    """Turn text with a unit into a number of seconds, kilometres, hertz and so on.

    Args:
        name: Name of the argument, for the message.
        value: A number, one space and a unit, such as "50 us"; a time may be "inf s".
        dimension: A key of `UNITS`.
        positive: Whether zero is refused.

    Returns:
        The number in the first unit of its dimension, such as seconds or kilometres.

    Raises:
        EbitError: If it is no such text, the unit is unknown, or the number is negative.

    Example:
        >>> parse_quantity("t1", "50 us", "time")
        5e-05
        >>> parse_quantity("length", "2 miles", "length")
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `length` has the unknown unit `miles`: use km or m.
    """
    checks.one_of(tuple(UNITS))("dimension", dimension)
    units = UNITS[dimension]
    checks.flag("positive", positive)
    *others, last = units
    allowed = f"{', '.join(others)} or {last}" if others else last
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise EbitError(
            f"Argument `{name}` must be text with a number, a space and a unit ({allowed}), but is "
            f"{checks.shown(value)}."
        )
    if match[2] not in units:
        raise EbitError(f"Argument `{name}` has the unknown unit `{match[2]}`: use {allowed}.")
    number = float(Decimal(match[1]) * units[match[2]])
    if math.isinf(number) and (dimension != "time" or "inf" not in match[1]):
        raise EbitError(f"Argument `{name}` must be finite, but is {value!r}.")
    if number < 0 or (positive and number == 0):
        rule = "more than" if positive else "at least"
        raise EbitError(
            f"Argument `{name}` must be {rule} 0 {next(iter(units))}, but is {value!r}."
        )
    return number


class _Reader:
    """A Pydantic validator and serialiser of one dimension."""

    def __init__(self, dimension: Dimension, *, positive: bool = False) -> None:
        self.dimension: Dimension = dimension
        self.positive = positive
        self.base = next(iter(UNITS[dimension]))

    def read(self, value: object, info: ValidationInfo) -> float:
        """The number that a field with a quantity holds."""
        name = info.field_name or "quantity"
        return parse_quantity(name, value, self.dimension, positive=self.positive)

    def write(self, value: float | None) -> str | None:
        """The text that reads as this number."""
        return None if value is None else f"{value!r} {self.base}"


_TIME = _Reader("time")
_DURATION = _Reader("time", positive=True)
_LENGTH = _Reader("length")
_LOSS = _Reader("loss")
_RATE = _Reader("rate", positive=True)
_COUNTS = _Reader("rate")
_SIZE = _Reader("size", positive=True)
_ANGLE = _Reader("angle", positive=True)
_ATTENUATION = _Reader("attenuation")

Seconds = Annotated[float, BeforeValidator(_TIME.read), PlainSerializer(_TIME.write)]
"""A time from 0, in seconds."""
PositiveSeconds = Annotated[
    float, BeforeValidator(_DURATION.read), PlainSerializer(_DURATION.write)
]
"""A time above 0, in seconds; infinity is allowed."""
Kilometres = Annotated[float, BeforeValidator(_LENGTH.read), PlainSerializer(_LENGTH.write)]
"""A length from 0, in kilometres."""
DecibelsPerKilometre = Annotated[float, BeforeValidator(_LOSS.read), PlainSerializer(_LOSS.write)]
"""A loss from 0, in dB/km."""
Hertz = Annotated[float, BeforeValidator(_RATE.read), PlainSerializer(_RATE.write)]
"""A rate above 0, in hertz."""
Counts = Annotated[float, BeforeValidator(_COUNTS.read), PlainSerializer(_COUNTS.write)]
"""A rate from 0, in hertz."""
Metres = Annotated[float, BeforeValidator(_SIZE.read), PlainSerializer(_SIZE.write)]
"""A size above 0, in metres."""
Radians = Annotated[float, BeforeValidator(_ANGLE.read), PlainSerializer(_ANGLE.write)]
"""An angle above 0, in radians."""
Decibels = Annotated[float, BeforeValidator(_ATTENUATION.read), PlainSerializer(_ATTENUATION.write)]
"""A loss from 0, in dB."""
