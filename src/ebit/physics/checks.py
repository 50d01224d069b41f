"""Checks of the numbers that describe noise."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.checks import is_real, shown
from ebit.errors import EbitError

STATE_TOLERANCE = 1e-9
"""How far from Hermitian, trace 1 and positive the matrix of a state may be."""


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


def check_density_matrix(matrix: NDArray[np.complex128]) -> None:
    """Raise unless a square matrix is the state of some qubits."""
    if not np.all(np.isfinite(matrix)):
        raise EbitError("Argument `matrix` must have finite entries: it is no density matrix.")
    if not np.allclose(matrix, matrix.conj().T, atol=STATE_TOLERANCE):
        raise EbitError("Argument `matrix` must be Hermitian: it is no density matrix.")
    trace = np.trace(matrix).real
    if abs(trace - 1) > STATE_TOLERANCE:
        raise EbitError(f"Argument `matrix` must have trace 1, but has {trace:.6g}.")
    least = np.linalg.eigvalsh(matrix)[0]
    if least < -STATE_TOLERANCE:
        raise EbitError(f"Argument `matrix` must have no negative eigenvalue, but has {least:.6g}.")


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


def numbers_within(name: str, values: Any, low: float, high: float) -> NDArray[np.float64]:
    """Numbers as an array, or an error if one of them is outside its range.

    Args:
        name: Name of the argument, for the message.
        values: A number or an array of them.
        low: Smallest value allowed.
        high: Largest value allowed; infinity allows infinite numbers.

    Returns:
        The numbers, in the shape that they have.

    Raises:
        EbitError: If one is no number or out of range.

    Example:
        >>> numbers_within("age", [0.0, -1.0], 0.0, math.inf)
        Traceback (most recent call last):
        ebit.errors.EbitError: Argument `age` must be at least 0, but holds -1.
    """
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise EbitError(f"Argument `{name}` must hold numbers, but is {shown(values)}.") from None
    outside = ~((array >= low) & (array <= high))
    if outside.any():
        rule = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
        raise EbitError(
            f"Argument `{name}` must be {rule}, but holds {float(array[outside][0]):g}."
        )
    return array
