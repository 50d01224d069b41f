"""The step of CEAS in whole numbers and fractions: two processors cannot differ in a bit of it.

The filter is that of `ebit.consensus.training`, without floating point: twins are dropped, every
update is replaced by the weighted mean of its nearest ones, the trimmed mean of these is divided
once by the mean witness. Weights and witnesses are those of the ledger.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from ebit.consensus.agreement.fixed_point import SCALE
from ebit.consensus.agreement.state import Apply, Integers
from ebit.consensus.agreement.updates import Ledger
from ebit.consensus.witness import LEAST_WORTH

MOST_CUT = Fraction(4999, 10_000)
"""No larger share of the weight is cut off at either end."""

TWINS = Fraction(2, 5)
"""Two updates nearer than this share of the floor are twins."""


def add_robust_mean(faulty: int, floor: int = 0) -> Apply:
    """The step `theta + robust weighted mean of the updates`.

    Args:
        faulty: Most faulty nodes f.
        floor: Least expected squared distance of two updates with shot noise, in squared units of
            2^-20; 0 without noise, and no twins are dropped.

    Returns:
        A function of the parameters, the updates by node and the ledger.

    Example:
        >>> one = SCALE
        >>> ledger = Ledger((4,) * 4, (0,) * 4, (0,) * 4, witness=(one,) * 4, weight=(one,) * 4)
        >>> updates = {k: np.array([value]) for k, value in enumerate([2, 4, 6, 10**6])}
        >>> add_robust_mean(1)(np.array([10]), updates, ledger)
        array([14])
    """

    def step(theta: Integers, updates: Mapping[int, Integers], ledger: Ledger) -> Integers:
        nodes = [node for node in sorted(updates) if ledger.weight[node] > 0]
        vectors = [list(map(int, updates[node])) for node in nodes]
        far = [[_squared_distance(a, b) for b in vectors] for a in vectors]
        kept, f = _without_twins(far, faulty, floor)
        if len(kept) <= 2 * f or not kept:
            return theta
        weights = [ledger.weight[nodes[k]] for k in kept]
        mixed = _mixed([vectors[k] for k in kept], [[far[k][j] for j in kept] for k in kept],
                       weights, f)  # fmt: skip
        total = sum(weights)
        worth = Fraction(
            sum(w * ledger.witness[nodes[k]] for w, k in zip(weights, kept, strict=True)),
            total * SCALE,
        )
        divisor = max(worth, LEAST_WORTH)
        moves = [_trimmed(column, weights, f) / divisor for column in zip(*mixed, strict=True)]
        return theta + np.array([round(move) for move in moves], np.int64)

    return step


def _squared_distance(one: Sequence[int], other: Sequence[int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _without_twins(far: list[list[int]], faulty: int, floor: int) -> tuple[list[int], int]:
    """Places of those that have no twin, unless they are fewer than half; and f less the others."""
    places = range(len(far))
    near = TWINS * floor
    alone = [k for k in places if all(far[k][j] >= near for j in places if j != k)]
    if 2 * len(alone) < len(far):
        return list(places), faulty
    return alone, max(0, faulty - (len(far) - len(alone)))


def _mixed(
    vectors: list[list[int]], far: list[list[int]], weights: list[int], f: int
) -> list[list[Fraction]]:
    """Every vector as the weighted mean of its n - f nearest ones, itself included."""
    found = []
    for distances in far:
        order = sorted(range(len(vectors)), key=lambda k: (distances[k], k))
        near = order[: len(vectors) - f]
        mass = sum(weights[k] for k in near)
        sums = [
            sum(weights[k] * vectors[k][place] for k in near) for place in range(len(vectors[0]))
        ]
        found.append([Fraction(total, mass) for total in sums])
    return found


def _trimmed(values: Sequence[Fraction], weights: list[int], f: int) -> Fraction:
    """Weighted mean without a mass of f times the largest weight at either end."""
    total = sum(weights)
    cut = min(Fraction(f * max(weights)), MOST_CUT * total)
    above, mass, found = Fraction(0), Fraction(0), Fraction(0)
    for k in sorted(range(len(values)), key=lambda k: (values[k], k)):
        below, above = above, above + weights[k]
        inside = max(Fraction(0), min(above, total - cut) - max(below, cut))
        mass += inside
        found += inside * values[k]
    return found / mass
