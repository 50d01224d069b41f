"""How long light takes, how much of it arrives, and how long a pair takes to make."""

import math

from ebit import checks
from ebit.network.checks import check_number

SPEED_OF_LIGHT = 299_792.458
"""In vacuum, in km/s."""
FIBRE_INDEX = 1.468
"""Group refractive index of standard single-mode fibre at 1550 nm."""
FIBRE_LOSS = 0.2
"""Loss of standard single-mode fibre at 1550 nm, in dB/km."""


def light_delay(length: float, refractive_index: float = FIBRE_INDEX) -> float:
    r"""Time of flight :math:`L n / c`.

    Args:
        length: Length L, in kilometres.
        refractive_index: Group refractive index n, 1 for vacuum.

    Returns:
        Seconds.

    Raises:
        EbitError: If the length is negative or the index is below 1.

    Example:
        >>> round(light_delay(248.0) * 1e3, 4)
        1.2144
    """
    check_number("length", length, low=0.0)
    check_number("refractive_index", refractive_index, low=1.0)
    return length * refractive_index / SPEED_OF_LIGHT


def transmission(length: float, loss: float = FIBRE_LOSS) -> float:
    r"""Probability :math:`\eta = 10^{-\alpha L/10}` that a photon arrives.

    Args:
        length: Length L, in kilometres.
        loss: Loss :math:`\alpha`, in dB/km.

    Returns:
        Probability.

    Raises:
        EbitError: If the length or the loss is negative.

    Example:
        >>> round(transmission(50.0), 6)
        0.1
    """
    check_number("length", length, low=0.0)
    check_number("loss", loss, low=0.0)
    return 10 ** (-loss * length / 10)


def attempt_period(delay: float, attempt_time: float = 0.0) -> float:
    r"""Time :math:`\max(\tau, Ln/c)` from one heralded attempt to the next.

    With a station in the middle a photon travels half of the way, and the herald comes back the
    same half: together one time of flight :math:`Ln/c`.

    Args:
        delay: Time of flight from QPU to QPU, in seconds.
        attempt_time: Shortest time :math:`\tau` between attempts of the hardware, in seconds.

    Returns:
        Seconds.

    Raises:
        EbitError: If a time is negative.

    Example:
        >>> attempt_period(1e-4, 1e-6)
        0.0001

    Source:
        Sangouard et al., Rev. Mod. Phys. 83, 33 (2011), section II.
    """
    check_number("delay", delay, low=0.0)
    check_number("attempt_time", attempt_time, low=0.0)
    return max(delay, attempt_time)


def expected_pair_time(probability: float, period: float) -> float:
    r"""Mean time :math:`T/p` until an attempt succeeds (a geometric distribution).

    Args:
        probability: Probability p that an attempt succeeds.
        period: Time T from one attempt to the next, in seconds.

    Returns:
        Seconds; infinity if the probability is too small for a floating-point number.

    Raises:
        EbitError: If the probability is not one, or the period is not above zero.

    Example:
        >>> expected_pair_time(0.001, 1e-4)
        0.1
    """
    check_number("probability", probability, low=0.0, high=1.0)
    checks.real(above=0)("period", period)
    return period / probability if probability > 0 else math.inf
