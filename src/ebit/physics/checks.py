"""Checks of the numbers that describe noise."""

from typing import Any

from ebit.checks import is_real, shown
from ebit.errors import EbitError


def check_probability(name: str, value: Any) -> None:
    """Raise unless this is a probability."""
    if not is_real(value) or not 0 <= value <= 1:
        raise EbitError(
            f"Argument `{name}` must be a probability, a number from 0 to 1, but is {shown(value)}."
        )


def check_fidelity(value: Any) -> None:
    """Raise unless this is the fidelity of a Bell pair with white noise."""
    if not is_real(value) or not 0.25 <= value <= 1:
        raise EbitError(
            "Argument `fidelity` must be a number from 0.25 (white noise) to 1 (no noise), but is "
            f"{shown(value)}."
        )


def check_seconds(name: str, value: Any) -> None:
    """Raise unless this is a duration."""
    if not is_real(value) or value < 0:
        raise EbitError(
            f"Argument `{name}` must be a time in seconds, a number >= 0, but is {shown(value)}."
        )


def check_lifetime(name: str, value: Any) -> None:
    """Raise unless this is a time constant, or None for a qubit that does not decay."""
    if value is not None and (not is_real(value) or value <= 0):
        raise EbitError(
            f"Argument `{name}` must be a time in seconds, a number > 0, or None (no decay), but "
            f"is {shown(value)}."
        )
