"""How long the pairs of several links wait for each other, if a QPU serves one link at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.planning.layouts import Edge

SAMPLES = 2**14
"""Rounds of making all pairs that are drawn."""

PARTS = 64
"""The waits of a link are grouped into so many equal parts."""


@dataclass(frozen=True)
class Turns:
    """The pairs of all links, made in turns.

    Attributes:
        seconds: Mean time until all pairs are there.
        waits: Times that the pairs of every link wait for those of the others, the means of equal
            parts of their distribution, shape (parts,).
    """

    seconds: float
    waits: dict[Edge, NDArray[np.float64]]


def turns(times: Mapping[Edge, float], pairs: int) -> Turns:
    """Make the pairs of all links, slow links first and side by side where no QPU is shared.

    Times from one pair to the next are random (exponential).

    Args:
        times: Mean time in which all pairs of a link are made, in seconds.
        pairs: Pairs of every link.

    Returns:
        How long all take, and how long every link waits.

    Example:
        >>> found = turns({(0, 1): 1.0, (1, 2): 2.0}, 1)
        >>> round(found.seconds, 1), [round(float(w.mean()), 1) for w in found.waits.values()]
        (3.0, [1.0, 0.0])
    """
    random = np.random.default_rng(0)
    free: dict[int, NDArray[np.float64]] = {}
    done: dict[Edge, NDArray[np.float64]] = {}
    for first, second in order(times):
        start = np.maximum(free.get(first, 0.0), free.get(second, 0.0))
        made = random.gamma(pairs, times[first, second] / pairs, SAMPLES)
        done[first, second] = free[first] = free[second] = start + made
    last = np.max(list(done.values()), axis=0)  # (samples,)
    waits = {
        edge: np.sort(last - end).reshape(PARTS, -1).mean(axis=1) for edge, end in done.items()
    }
    return Turns(float(last.mean()), waits)


def order(times: Mapping[Edge, float]) -> list[Edge]:
    """Links in the order in which their turns come.

    Args:
        times: Mean time of every link.

    Returns:
        Groups of links that share no QPU, one after the other, slow links first.

    Example:
        >>> order({(0, 1): 1.0, (1, 2): 1.0, (2, 3): 1.0})
        [(0, 1), (2, 3), (1, 2)]
    """
    left = sorted(times, key=lambda edge: -times[edge])
    found: list[Edge] = []
    while left:
        busy: set[int] = set()
        for edge in left:
            if not busy & {*edge}:
                found.append(edge)
                busy |= {*edge}
        left = [edge for edge in left if edge not in found]
    return found
