r"""How good an update is, from what others have measured, and the weight that it gets.

Noise is taken to be white: a state becomes :math:`w\,\psi + (1-w) I/d`. Then one number w per node
gives the quantum Fisher information (QFI) of its state without tomography,

.. math:: Q(\rho) = G_d(w)\,Q(\psi), \qquad G_d(w) = \frac{d\,w^2}{2 + (d-2)\,w}

Verifiers, not the node, choose the circuits that w is measured with. A witness bounds noise, not
honesty: a node that lies can pass it, so no weight exceeds c / n.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.errors import EbitError

Array = NDArray[np.float64]

SMALLEST = 0.02
"""Witnesses are taken to be no less."""

LEAST_WORTH = Fraction(1, 20)
"""An aggregate is divided by no less."""


def qfi_share(worth: ArrayLike, dimension: int) -> Array:
    r"""QFI left in a state with white noise, :math:`G_d(w)`.

    Args:
        worth: w, 0 to 1.
        dimension: Dimension d.

    Returns:
        Share of the QFI of the pure state.

    Example:
        >>> qfi_share([0.5, 1.0], 2).tolist()
        [0.25, 1.0]
    """
    w = np.asarray(worth, float)
    return dimension * w**2 / (2 + (dimension - 2) * w)


def mirror_probability(worth: ArrayLike, dimension: int) -> Array:
    r"""Probability that a circuit and its inverse lead back to 0...0.

    .. math:: P = w_{2L} + \frac{1 - w_{2L}}{d}, \qquad w_{2L} = w^2

    Args:
        worth: Werner parameter w of the circuit.
        dimension: Dimension d.

    Returns:
        P.

    Example:
        >>> mirror_probability([0.0, 1.0], 4).tolist()
        [0.25, 1.0]
    """
    twice = np.asarray(worth, float) ** 2
    return twice + (1 - twice) / dimension


def worth_from_mirror(share: ArrayLike, dimension: int) -> Array:
    """Werner parameter from the share of mirror circuits that led back, the inverse of the above.

    Args:
        share: Measured share.
        dimension: Dimension d.

    Returns:
        w, at least `SMALLEST`, at most 1.

    Example:
        >>> worth_from_mirror(mirror_probability([0.5], 16), 16).round(6).tolist()
        [0.5]
    """
    twice = (np.asarray(share, float) - 1 / dimension) / (1 - 1 / dimension)
    return np.clip(np.sqrt(np.clip(twice, 0, 1)), SMALLEST, 1)


def pair_witness(same_x: ArrayLike, same_y: ArrayLike, same_z: ArrayLike) -> Array:
    r"""Werner parameter from the parities of measured pairs, :math:`3w = XX - YY + ZZ`.

    Args:
        same_x: Mean of XX.
        same_y: Mean of YY.
        same_z: Mean of ZZ.

    Returns:
        w.

    Example:
        >>> float(pair_witness(1.0, -1.0, 1.0))
        1.0
    """
    return (np.asarray(same_x, float) - np.asarray(same_y) + np.asarray(same_z)) / 3


def _information(worth: Array, shots: int, dimension: int) -> Array:
    return shots * qfi_share(worth, dimension) / worth


def _least_variance(worth: Array, shots: int, dimension: int) -> Array:
    return shots * worth


def _equal(worth: Array, shots: int, dimension: int) -> Array:
    return np.ones_like(worth)


WEIGHTS: Mapping[str, Callable[[Array, int, int], Array]] = {
    "info": _information,
    "minvar": _least_variance,
    "uniform": _equal,
}
r"""Weights of raw messages :math:`g = w\,\nabla + \text{noise}`, before caps.

`info` is the QFI of S shots, :math:`S\,G_d(w)`, and `minvar` the weight of least variance,
:math:`S\,w^2`; both are meant for g / w, so that on g they are divided by w.
"""


def capped(weights: ArrayLike, cap: float) -> Array:
    r"""The nearest weights with :math:`\sum_k p_k = 1` and :math:`0 \le p_k \le c / n`.

    Weights of 0 belong to absent nodes and stay 0; n counts the others.

    Args:
        weights: Weights, shape (..., nodes).
        cap: c, at least 1.

    Returns:
        The same shape; all 0 where nobody is present.

    Raises:
        EbitError: If the cap is below 1.

    Example:
        >>> capped([8.0, 1.0, 1.0, 0.0], 1.5).round(6).tolist()
        [0.5, 0.25, 0.25, 0.0]
    """
    if not cap >= 1:
        raise EbitError(f"Argument `cap` must be at least 1, but is {cap:g}.")
    given = np.asarray(weights, float)
    present = given > 0
    count = np.maximum(present.sum(axis=-1, keepdims=True), 1)
    total = np.maximum(given.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
    p = given / total
    low, high = np.full(count.shape, -1.0), np.full(count.shape, 1.0)
    for _ in range(60):  # water level: projection on the capped simplex
        level = (low + high) / 2
        mass = np.where(present, np.clip(p - level, 0, cap / count), 0).sum(axis=-1, keepdims=True)
        low, high = np.where(mass > 1, level, low), np.where(mass > 1, high, level)
    found = np.where(present, np.clip(p - high, 0, cap / count), 0)
    sums = found.sum(axis=-1, keepdims=True)
    return found / np.where(sums > 0, sums, 1)
