"""Rank from singular values, with the gap that makes it believable."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit import checks

Real = NDArray[np.float64]

THRESHOLD = 1e-10
"""Singular values of the factor J below this share of the largest one count as zero."""


@dataclass(frozen=True)
class Rank:
    """The largest rank over several parameter points.

    Attributes:
        rank: The rank.
        ranks: The rank at every point.
        smallest_kept: Smallest singular value that counted at a point of this rank, as a share of
            the largest one of that point; None if all are zero.
        largest_dropped: Largest one that did not count, likewise; None if all counted.
    """

    rank: int
    ranks: tuple[int, ...]
    smallest_kept: float | None
    largest_dropped: float | None


def rank_of(spectra: Sequence[Real]) -> Rank:
    """The largest rank, with the worst gap of the points that reach it.

    Args:
        spectra: Singular values of each parameter point, largest first.

    Returns:
        The rank and its gap.

    Example:
        >>> rank_of([np.array([2.0, 1.0, 1e-15]), np.array([1.0, 1e-14, 0.0])])
        Rank(rank=2, ranks=(2, 1), smallest_kept=0.5, largest_dropped=5e-16)
    """
    spectra = checks.several(_spectrum)("spectra", spectra)
    shares = [values / values[0] if values[0] > 0 else values for values in spectra]
    ranks = tuple(int(np.sum(share > THRESHOLD)) for share in shares)
    rank = max(ranks)
    best = [share for share, own in zip(shares, ranks, strict=True) if own == rank]
    kept = [float(share[rank - 1]) for share in best if rank > 0]
    dropped = [float(share[rank]) for share in best if rank < len(share)]
    return Rank(rank, ranks, min(kept, default=None), max(dropped, default=None))


def _spectrum(name: str, values: Real) -> Real:
    """The rule of singular values."""
    array = checks.numbers(name, values)
    if array.ndim != 1 or array.size == 0:
        raise checks.wrong(name, "arrays of singular values of shape (values,)", values)
    return array
