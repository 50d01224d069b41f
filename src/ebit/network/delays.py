"""How long light takes, how much of it arrives, and how long a pair takes to make."""

import math

from ebit import checks
from ebit.network.checks import check_number
from ebit.physics import attempt_seconds

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


def beam_transmission(length: float, divergence: float, aperture: float) -> float:
    r"""Probability :math:`1 - e^{-2a^2/w^2}` that a telescope of radius a catches a photon.

    Far away a Gaussian beam of half angle :math:`\vartheta` has the radius :math:`w = \vartheta L`.

    Args:
        length: Length L of the path, in kilometres.
        divergence: Half angle :math:`\vartheta` at which the intensity falls to 1/e^2, in radians.
        aperture: Diameter 2a of the telescope, in metres.

    Returns:
        Probability.

    Raises:
        EbitError: If an argument is negative.

    Example:
        >>> near, far = (beam_transmission(length, 5e-6, 1.2) for length in (1000.0, 2000.0))
        >>> round(near, 4), round(near / far, 2)
        (0.0284, 3.96)

    Source:
        Svelto, Principles of Lasers, section 4.7.
    """
    check_number("length", length, low=0.0)
    check_number("divergence", divergence, low=0.0)
    check_number("aperture", aperture, low=0.0)
    radius = 1000 * length * divergence
    return 1.0 if radius == 0 else -math.expm1(-((aperture / radius) ** 2) / 2)


def attempt_period(delay: float, attempt_time: float = 0.0, qubits: int = 1) -> float:
    r"""Time :math:`\max(\tau, (\tau + Ln/c)/m)` from one heralded attempt to the next.

    With a station in the middle a photon travels half of the way, and the herald comes back the
    same half: together one time of flight :math:`Ln/c`. A single communication qubit is busy for
    its local operations and for the light; with more of them the others try meanwhile.

    Args:
        delay: Time of flight from QPU to QPU, in seconds.
        attempt_time: Time :math:`\tau` of the local operations of an attempt, in seconds.
        qubits: Communication qubits m of each QPU.

    Returns:
        Seconds.

    Raises:
        EbitError: If a time is negative.

    Example:
        >>> attempt_period(1e-4, 2e-5), attempt_period(1e-4, 2e-5, qubits=4)
        (0.00012, 3e-05)

    Source:
        Sangouard et al., Rev. Mod. Phys. 83, 33 (2011), section II.
    """
    check_number("delay", delay, low=0.0)
    check_number("attempt_time", attempt_time, low=0.0)
    return float(attempt_seconds(delay, attempt_time, qubits))


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
