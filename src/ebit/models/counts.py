"""All results of some shots: how often each outcome came, and in how many orders."""

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray


def number_of_counts(shots: int, outcomes: int) -> int:
    """How many results so many shots have.

    Args:
        shots: Shots N.
        outcomes: Outcomes K of one shot.

    Returns:
        The binomial coefficient (N + K - 1 over K - 1).

    Example:
        >>> number_of_counts(5, 4)
        56
    """
    return comb(shots + outcomes - 1, outcomes - 1)


@lru_cache(maxsize=32)
def all_counts(shots: int, outcomes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    r"""Every result of so many shots, and the logarithm of its number of orders.

    .. math:: \sum_o c_o = N, \qquad \ln \frac{N!}{\prod_o c_o!}

    Args:
        shots: Shots N.
        outcomes: Outcomes K of one shot.

    Returns:
        Counts, shape (results, K), and logarithms, shape (results,).

    Example:
        >>> counts, orders = all_counts(2, 2)
        >>> counts.tolist(), np.exp(orders).round(6).tolist()
        ([[0, 2], [1, 1], [2, 0]], [1.0, 2.0, 1.0])
    """
    places = shots + outcomes - 1  # of shots and of bars between the outcomes
    bars = np.array(list(combinations(range(places), outcomes - 1)), np.int64)
    bars = bars.reshape(-1, outcomes - 1)
    counts = np.diff(bars, axis=1, prepend=-1, append=places) - 1
    log_factorial = np.append(0.0, np.cumsum(np.log(np.arange(1, shots + 1))))
    return counts, log_factorial[shots] - log_factorial[counts].sum(axis=1)
