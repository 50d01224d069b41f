"""The key plane of the broker: photon pairs measured at once, over the links of the hub."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.physics import werner_fidelity, werner_parameter
from ebit.physics.key_rates import bbm92_rate

PULSES = 1e6
"""Attempts per second on a pair of links."""

SIFTED = 0.5
"""Share of pairs measured in equal bases."""


def key_rates(success: ArrayLike, fidelity: float, pulses: float = PULSES) -> NDArray[np.float64]:
    r"""Key bits per second of every pair of nodes, two links joined at the hub.

    .. math:: R_{ij} = \tfrac12 R\, p_i p_j\, r(F_{ij}), \qquad w_{ij} = w_0^2

    Args:
        success: Success probability of every link, shape (nodes,).
        fidelity: Fidelity of a new pair of one link.
        pulses: Attempts per second R.

    Returns:
        BBM92 rates, shape (nodes, nodes).

    Raises:
        EbitError: If the fidelity is none.

    Example:
        >>> key_rates([0.5, 0.2], 0.95).round().tolist()
        [[31893.0, 12757.0], [12757.0, 5103.0]]
    """
    joined = werner_fidelity(werner_parameter(fidelity) ** 2)
    p = np.asarray(success, float)
    return SIFTED * pulses * np.outer(p, p) * float(bbm92_rate(joined))
