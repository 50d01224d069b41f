r"""Secret key from Werner pairs, in closed form.

All functions take numbers or arrays. Rates are bits per sifted pair in the limit of long keys.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ebit.physics.checks import numbers_within

SIX_STATE_LEAST = 0.8107
"""Fidelity of a Werner pair from which the six-state protocol gives a key."""

CHSH_LEAST = (1 + 3 / np.sqrt(2)) / 4
"""Fidelity of a Werner pair from which it violates the CHSH inequality."""


def error_rate(fidelity: ArrayLike) -> Any:
    r"""Bit errors of a Werner pair measured in equal bases, :math:`e = 2(1-F)/3`.

    Args:
        fidelity: Fidelity F, 1/4 to 1.

    Returns:
        Probability that the two bits differ.

    Raises:
        EbitError: If a fidelity is out of range.

    Example:
        >>> round(float(error_rate(0.85)), 3)
        0.1
    """
    return 2 * (1 - _fidelity(fidelity)) / 3


def binary_entropy(probability: ArrayLike) -> Any:
    r"""Entropy of a bit, :math:`h_2(p) = -p\log_2 p - (1-p)\log_2(1-p)`.

    Args:
        probability: p, 0 to 1.

    Returns:
        Bits.

    Raises:
        EbitError: If p is no probability.

    Example:
        >>> float(binary_entropy(0.5))
        1.0
    """
    p = numbers_within("probability", probability, 0.0, 1.0)
    return _surprise(p) + _surprise(1 - p)


def bbm92_rate(fidelity: ArrayLike, *, correction: float = 1.16) -> Any:
    r"""BBM92, :math:`r = \max(0,\, 1 - (1 + f)\,h_2(e))`.

    Args:
        fidelity: Fidelity F of the Werner pairs, 1/4 to 1.
        correction: Bits spent on error correction over the least possible, f; 1 is ideal.

    Returns:
        Secret bits per sifted pair.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> bbm92_rate([0.99, 0.95, 0.90, 0.85], correction=1.0).round(3).tolist()
        [0.884, 0.578, 0.293, 0.062]

    Source:
        Shor and Preskill, Phys. Rev. Lett. 85, 441 (2000).
    """
    least = numbers_within("correction", correction, 1.0, np.inf)
    return np.maximum(0.0, 1 - (1 + least) * binary_entropy(error_rate(fidelity)))


def six_state_rate(fidelity: ArrayLike) -> Any:
    r"""Six-state protocol, :math:`r = \max(0,\, 1 + F\log_2 F + (1-F)\log_2\frac{1-F}{3})`.

    Args:
        fidelity: Fidelity F of the Werner pairs, 1/4 to 1.

    Returns:
        Secret bits per sifted pair.

    Raises:
        EbitError: If a fidelity is out of range.

    Example:
        >>> round(float(six_state_rate(0.95)), 3), float(six_state_rate(0.81))
        (0.634, 0.0)

    Source:
        Lo, Quantum Information and Computation 1, 81 (2001).
    """
    good = _fidelity(fidelity)
    bad = 3 * _surprise((1 - good) / 3)
    return np.maximum(0.0, 1 - _surprise(good) - bad)


def _fidelity(fidelity: ArrayLike) -> Any:
    return numbers_within("fidelity", fidelity, 0.25, 1.0)


def _surprise(p: Any) -> Any:
    r""":math:`-p\log_2 p`, 0 at 0."""
    return -p * np.log2(np.where(p > 0, p, 1.0))
