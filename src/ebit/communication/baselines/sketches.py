"""C5, C6 and C7, and signs of projections: classical one-way messages of single bits."""

import math

import numpy as np
from numpy.typing import NDArray

from ebit.communication.baselines.vectors import quantised
from ebit.communication.problems import turned
from ebit.communication.walsh import walsh


def covered_edges(
    edges: NDArray[np.int64], size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """C5: how many shared random coordinates cover one edge, two edges, and so on.

    Args:
        edges: Ends (edges, 2).
        size: Number of coordinates.
        rng: The shared generator.

    Returns:
        For each edge the place of its later end in the shared order, ascending. A message of b
        bits covers the edges whose place is below b.

    Example:
        >>> covered_edges(np.array([[0, 1]]), 2, np.random.default_rng(0))
        array([1])
    """
    order = rng.permutation(size)
    return np.sort(order[edges].max(axis=1))


def chosen_coordinates(
    edges: NDArray[np.int64], size: int, bits: int, rng: np.random.Generator
) -> tuple[int, bool]:
    r"""C5 with coordinates that are chosen independently, each with probability bits / N.

    With $2\sqrt{Nh}$ bits in the mean exactly h of N/4 edges are covered in the mean.

    Args:
        edges: Ends (edges, 2).
        size: Number of coordinates N.
        bits: Mean number of coordinates.
        rng: The shared generator.

    Returns:
        Bits that are sent, and whether an edge is covered.

    Example:
        >>> chosen_coordinates(np.array([[0, 1]]), 2, 2, np.random.default_rng(0))
        (2, True)
    """
    chosen = rng.random(size) < bits / size
    return int(chosen.sum()), bool(chosen[edges].all(axis=1).any())


def hyperplane_error(margin: float, bits: int, draws: int, seed: int) -> float:
    r"""C7: error of the majority of signs of shared random hyperplanes.

    $$P(\mathrm{sign}(g \cdot x) = \mathrm{sign}(g \cdot w)) = \tfrac12 + \arcsin(x \cdot w)/\pi$$

    Args:
        margin: Inner product of the unit vectors.
        bits: Hyperplanes, one bit each.
        draws: Runs.
        seed: Seed.

    Returns:
        Share of wrong majorities; a tie is a coin.

    Example:
        >>> hyperplane_error(1.0, 3, 100, seed=0)
        0.0
    """
    rng = np.random.default_rng([seed, bits])
    hits = rng.binomial(bits, min(0.5 + math.asin(margin) / math.pi, 1.0), draws)
    return float(np.mean(2 * hits < bits) + 0.5 * np.mean(2 * hits == bits))


def sketch_error(
    states: NDArray[np.float64],
    signs: NDArray[np.float64],
    inside: NDArray[np.bool_],
    kept: int,
    seed: int,
    bits: int,
) -> float:
    """Some shared random projections, as signs or as numbers, against Bob's subspace.

    Bob adds the projections up with what was sent and asks in which half more of the sum lies.

    Args:
        states: Real unit vectors (runs, N).
        signs: Diagonals of Bob's turn (3, N).
        inside: Which vectors lie in his subspace.
        kept: Projections.
        seed: The shared seed.
        bits: Bits of each; 1 is its sign.

    Returns:
        Share of wrong answers.
    """
    size, wrong = states.shape[1], 0
    for run, state in enumerate(states):
        rng = np.random.default_rng([seed, run])
        shared = rng.choice([-1.0, 1.0], (2, size))
        chosen = rng.permutation(size)[:kept]
        seen = walsh(shared[1] * walsh(shared[0] * state))
        message = np.zeros(size)
        # two transforms of a unit vector without 1 / sqrt(N) each: numbers of size sqrt(N)
        message[chosen] = quantised(seen[chosen], bits, size**0.5)
        guess = shared[0] * walsh(shared[1] * walsh(message))
        weights = turned(signs, guess.astype(complex))
        weights = np.abs(weights) ** 2
        first = weights[: size // 2].sum()
        wrong += (first > weights.sum() / 2) != inside[run]
    return wrong / len(states)
