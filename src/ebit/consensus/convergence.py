r"""A bound on how far a training stays from a stationary point.

For an L-smooth loss and steps :math:`\eta \le 1/L` along directions :math:`R_t`,

.. math:: \frac1T \sum_t E\lVert\nabla\ell\rVert^2 \le \frac{2(\ell_0 - \ell^*)}{\eta T}
    + \frac1T \sum_t E\lVert R_t - \nabla\ell \rVert^2

The second term is measured as the column `gradient_error`; shot noise alone makes it at least
`floor`. It is a bound on stationarity, no proof that the network learns.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def floor(
    weights: ArrayLike, worth: ArrayLike, *, size: int, noise: float, momentum: float = 0.0
) -> Any:
    r"""Squared error that shot noise leaves in a weighted mean of momenta, divided by its worth.

    .. math:: P\,\frac{\sigma^2}{S}\,\frac{\sum_k p_k^2}{(\sum_k p_k w_k)^2}\,\frac{1-\mu}{1+\mu}

    Args:
        weights: p, of sum 1, shape (..., nodes).
        worth: w, the same shape.
        size: Number of parameters P.
        noise: Variance of an entry of one message, sigma^2 / S.
        momentum: mu, after many rounds.

    Returns:
        Shape (...).

    Example:
        >>> float(floor([0.5, 0.5], [1.0, 1.0], size=2, noise=0.1))
        0.1
    """
    p, w = np.asarray(weights, float), np.asarray(worth, float)
    lag = (1 - momentum) / (1 + momentum)
    return size * noise * (p**2).sum(axis=-1) / (p * w).sum(axis=-1) ** 2 * lag


def stationarity(first_loss: float, least_loss: float, step: float, errors: ArrayLike) -> float:
    r"""Bound on the mean squared gradient of the loss, with measured errors of the directions.

    Args:
        first_loss: Loss at the start.
        least_loss: A lower bound of the loss.
        step: Step size, at most 1 / L.
        errors: :math:`\lVert R_t - \nabla\ell\rVert^2` of all rounds.

    Returns:
        The bound.

    Example:
        >>> stationarity(1.0, 0.0, 0.5, [0.1, 0.3])
        2.2
    """
    measured = np.asarray(errors, float)
    return float(2 * (first_loss - least_loss) / (step * measured.size) + measured.mean())
