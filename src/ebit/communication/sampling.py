"""Outcomes of measurements, drawn from the probabilities of one copy."""

import numpy as np
from numpy.typing import NDArray

_FEW = 4
"""Draws are looked up one by one where outcomes are this many times as many, else counted."""


def draw_counts(
    rng: np.random.Generator, probabilities: NDArray[np.float64], shots: int
) -> NDArray[np.float64]:
    """How often each outcome comes up in so many measurements of every row.

    Args:
        rng: Generator.
        probabilities: Shape (rows, outcomes); every row sums to 1 up to rounding.
        shots: Measurements of each row.

    Returns:
        Counts (rows, outcomes).

    Example:
        >>> draw_counts(np.random.default_rng(0), np.array([[0.0, 1.0]]), 5)
        array([[0., 5.]])
    """
    rows, outcomes = probabilities.shape
    steps = np.cumsum(probabilities, axis=1)
    steps /= steps[:, -1:]
    if shots * _FEW > outcomes:
        parts = np.diff(steps, axis=1, prepend=0.0)
        return rng.multinomial(shots, parts / parts.sum(1, keepdims=True)).astype(float)
    places = steps + np.arange(rows)[:, None]
    draws = rng.random((rows, shots)) + np.arange(rows)[:, None]
    found = np.searchsorted(places.ravel(), draws.ravel(), side="right")
    found = np.minimum(found, rows * outcomes - 1)
    return np.bincount(found, minlength=rows * outcomes).reshape(rows, outcomes).astype(float)


def draw_signs(
    rng: np.random.Generator, means: NDArray[np.float64], shots: int
) -> NDArray[np.float64]:
    """Mean of so many outcomes +-1 with these true means; same shape.

    Example:
        >>> draw_signs(np.random.default_rng(0), np.array([1.0, -1.0]), 3)
        array([ 1., -1.])
    """
    chance = np.clip((1 + means) / 2, 0.0, 1.0)
    return 2.0 * rng.binomial(shots, chance) / shots - 1.0
