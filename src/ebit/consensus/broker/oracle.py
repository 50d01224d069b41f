"""The best possible schedule of at most three links, by dynamic programming over joint states."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker.links import Array, Jobs, Links
from ebit.consensus.broker.plan import USELESS
from ebit.errors import EbitError

MOST_LINKS = 3


def joint_optimum(
    links: Links, jobs: Jobs, run: int, *, slots: int, pairs: int, stations: int, quality: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Values and best attempts of one run.

    Args:
        links: The true links, at most three.
        jobs: What the nodes ask for.
        run: Which run.
        slots: Slots of the round.
        pairs: Pairs of a job, m.
        stations: Attempts in one slot.
        quality: What a pair without any worth costs, as a share of the job's value.

    Returns:
        Expected reward from slot 0 on by pairs missing, shape (m + 1,) * nodes, and whether a link
        tries, shape (slots, *(m + 1,) * nodes, nodes).

    Raises:
        EbitError: If there are more than three links.

    Example:
        >>> links = Links(np.array([[0.5]]), np.array([[20.0]]), fresh=0.9, least=0.6)
        >>> jobs = Jobs(np.array([[0]]), np.array([[1.0]]))
        >>> options = {"slots": 2, "pairs": 1, "stations": 1, "quality": 0.0}
        >>> joint_optimum(links, jobs, 0, **options)[0].tolist()
        [1.0, 0.75]
    """
    nodes = links.success.shape[1]
    if nodes > MOST_LINKS:
        raise EbitError(
            f"Argument `nodes` must be at most {MOST_LINKS} for policy oracle, but is {nodes}."
        )
    shape = (pairs + 1,) * nodes
    missing = np.indices(shape)
    value = (pairs * jobs.value[run].reshape(-1, *(1,) * nodes) * (missing == 0)).sum(axis=0)
    chosen = np.zeros((slots, *shape, nodes), bool)
    subsets = [s for size in range(stations + 1) for s in combinations(range(nodes), size)]
    for slot in reversed(range(slots)):
        rewards = pair_rewards(links, jobs, run, slot, quality)
        options = [_after(value, subset, links.success[run], rewards) for subset in subsets]
        best = np.argmax(options, axis=0)
        value = np.max(options, axis=0)
        for number, subset in enumerate(subsets):
            chosen[slot][..., list(subset)] |= (best == number)[..., None]
    return value, chosen


def pair_rewards(links: Links, jobs: Jobs, run: int, slot: int, quality: float) -> Array:
    """Reward of a pair of every link that is made in a slot, shape (nodes,)."""
    wait = np.maximum(jobs.release[run] - slot, 0)
    worth = links.fresh * np.exp(-wait / links.coherence[run])
    reward = quality * jobs.value[run] * (worth**2 - 1)
    return np.where(worth >= links.least, reward, USELESS)


def joint_table(
    links: Links, jobs: Jobs, *, slots: int, pairs: int, stations: int, quality: float
) -> Array:
    """Best attempts, 1 where one tries, shape (slots, runs, *(m + 1,) * nodes, nodes)."""
    options: dict[str, Any] = {
        "slots": slots,
        "pairs": pairs,
        "stations": stations,
        "quality": quality,
    }
    runs = range(len(links.success))
    tables = [joint_optimum(links, jobs, run, **options)[1] for run in runs]
    return np.stack(tables, axis=1).astype(float)


def _after(value: Array, subset: tuple[int, ...], success: Array, rewards: Array) -> Array:
    """Expected value if these links try; one that misses nothing does not."""
    for link in subset:
        ahead = np.moveaxis(value, link, 0).copy()
        ahead[1:] += success[link] * (rewards[link] + ahead[:-1] - ahead[1:])
        value = np.moveaxis(ahead, 0, link)
    return value
