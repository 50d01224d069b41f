r"""Heralded pairs: how often an attempt succeeds, how good the pair is, and how long it takes.

A station in the middle receives a photon of each QPU. Detectors do not count photons. All functions
take numbers or arrays, which are broadcast against each other.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.physics.checks import numbers_within


class Heralded(NamedTuple):
    r"""What an attempt makes.

    Attributes:
        probability: That it is heralded.
        weights: Of :math:`\Phi^+, \Phi^-, \Psi^+, \Psi^-` in the heralded pair, shape (..., 4),
            after the local gates that turn the heralded Bell state into :math:`\Phi^+`.
    """

    probability: NDArray[np.float64]
    weights: NDArray[np.float64]

    @property
    def fidelity(self) -> Any:
        r"""Fidelity of the pair with :math:`\Phi^+`."""
        return self.weights[..., 0]


def double_click(
    first: ArrayLike, second: ArrayLike, *, visibility: ArrayLike = 1.0, dark: ArrayLike = 0.0
) -> Heralded:
    r"""Barrett and Kok: one click for each of two modes of the photons.

    Without dark counts :math:`p = \eta_A\eta_B/2` and :math:`F = (1+V)/2`. With them, one photon
    or none may be completed to two clicks, which leaves white noise.

    Args:
        first: Probability that a photon of QPU A is emitted and would be detected.
        second: The same for QPU B.
        visibility: V of the interference of the two photons, 0 to 1.
        dark: Probability that a detector clicks in a mode without a photon.

    Returns:
        Probability and state.

    Raises:
        EbitError: If an argument is no probability.

    Example:
        >>> made = double_click(0.1, 0.1, visibility=0.9)
        >>> round(float(made.probability), 6), round(float(made.fidelity), 6)
        (0.005, 0.95)

    Source:
        Barrett and Kok, Phys. Rev. A 71, 060310 (2005).
    """
    a, b, v, d = _probabilities(first=first, second=second, visibility=visibility, dark=dark)
    quiet, flash = 1 - d, 2 * d * (1 - d)
    both, one, none = a * b, a * (1 - b) + b * (1 - a), (1 - a) * (1 - b)
    odd = both / 2 * quiet**2
    even = both / 2 * (1 + v) / 2 * quiet * flash
    noise = one * quiet * flash + none * flash**2
    parts = [
        odd * (1 + v) / 2 + noise / 4,
        odd * (1 - v) / 2 + noise / 4,
        even / 2 + noise / 4,
        even / 2 + noise / 4,
    ]
    return _heralded(parts)


def single_click(
    first: ArrayLike,
    second: ArrayLike,
    *,
    bright: ArrayLike,
    visibility: ArrayLike = 1.0,
    dark: ArrayLike = 0.0,
) -> Heralded:
    r"""Cabrillo et al.: one click, from a QPU that is in its bright state with probability a.

    For few photons :math:`p \approx a(\eta_A + \eta_B)` and :math:`F \approx 1 - a`. The phase of
    the light is taken as stable; what is not diagonal in the Bell states is left out.

    Args:
        first: Probability that a photon of QPU A in its bright state would be detected.
        second: The same for QPU B.
        bright: Probability a of the bright state, 0 to 1.
        visibility: V of the interference of the two photons, 0 to 1.
        dark: Probability that a detector clicks without a photon.

    Returns:
        Probability and state.

    Raises:
        EbitError: If an argument is no probability.

    Example:
        >>> made = single_click(1e-4, 1e-4, bright=0.1)
        >>> f"{float(made.probability):.2e}", round(float(made.fidelity), 3)
        ('2.00e-05', 0.9)

    Source:
        Cabrillo et al., Phys. Rev. A 59, 1025 (1999); Humphreys et al., Nature 558, 268 (2018).
    """
    a, b, p, v, d = _probabilities(
        first=first, second=second, bright=bright, visibility=visibility, dark=dark
    )
    quiet, flash = 1 - d, 2 * d * (1 - d)
    one_bright = p * (1 - p)
    light = one_bright * (a + b) * quiet
    lost = one_bright * (2 - a - b) * flash
    coherence = 2 * one_bright * np.sqrt(a * b) * np.sqrt(v) * quiet
    dim = (1 - p) ** 2 * flash
    glare = p**2 * (
        (a * (1 - b) + b * (1 - a)) * quiet
        + a * b * (1 + v) / 2 * quiet
        + (1 - a) * (1 - b) * flash
    )
    odd, even = light + lost, dim + glare
    return _heralded([(odd + coherence) / 2, (odd - coherence) / 2, even / 2, even / 2])


def attempt_seconds(light: ArrayLike, local: ArrayLike, qubits: ArrayLike = 1) -> Any:
    r"""Time from one attempt to the next.

    One communication qubit prepares and emits, then waits for the light and the herald. With m of
    them the others try meanwhile, one local operation after the other:

    .. math:: T = \max\Big(\tau,\; \frac{\tau + Ln/c}{m}\Big)

    Args:
        light: Time of flight Ln/c from QPU to QPU: half of it forth, and half for the herald.
        local: Time :math:`\tau` of the local operations of an attempt.
        qubits: Communication qubits m of each QPU, from 1.

    Returns:
        Seconds, in the mean over many attempts.

    Raises:
        EbitError: If an argument is out of range.

    Example:
        >>> float(attempt_seconds(3e-6, 1e-6)), float(attempt_seconds(3e-6, 1e-6, qubits=10))
        (4e-06, 1e-06)

    Source:
        Sangouard et al., Rev. Mod. Phys. 83, 33 (2011), section II.
    """
    flight = numbers_within("light", light, 0.0, np.inf)
    busy = numbers_within("local", local, 0.0, np.inf)
    return np.maximum(busy, (busy + flight) / numbers_within("qubits", qubits, 1.0, np.inf))


def _probabilities(**given: ArrayLike) -> list[NDArray[np.float64]]:
    return [numbers_within(name, value, 0.0, 1.0) for name, value in given.items()]


def _heralded(parts: list[Any]) -> Heralded:
    """From the weights before they are divided by the probability; white noise if it is 0."""
    joint = np.stack(np.broadcast_arrays(*parts), axis=-1)  # (..., 4)
    probability = joint.sum(axis=-1)
    safe = np.where(probability > 0, probability, 1.0)[..., None]
    return Heralded(probability, np.where(probability[..., None] > 0, joint / safe, 0.25))
