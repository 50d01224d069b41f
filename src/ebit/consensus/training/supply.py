"""Where the pairs of a round come from: a schedule, or as many as every shot takes."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker import POLICIES, REGIMES, Broker, Links, Played, ScheduleSettings
from ebit.consensus.training.arms import ARMS
from ebit.consensus.training.partitions import Partition
from ebit.consensus.training.settings import ConsensusSettings
from ebit.physics import werner_fidelity

Array = NDArray[np.float64]


class Pairs(NamedTuple):
    """Pairs of one round, shape (runs, nodes).

    Attributes:
        done: Whether a node got all that it asked for.
        true: Their mean Werner parameter; NaN if not done.
        noted: The same as the broker knows it.
        fresh: Werner parameter of a new pair.
    """

    done: NDArray[np.bool_]
    true: Array
    noted: Array
    fresh: float


class Supply(Protocol):
    """Pairs round by round."""

    def round(self, value: Array) -> Pairs:
        """Those of the next round, by the worth of every node's update, shape (runs, nodes)."""

    def rows(self) -> list[dict[str, Any]]:
        """What all rounds came to, one row a run."""


@dataclass
class Scheduled:
    """A few pairs stand for the transport of an update; the broker hands them out.

    Args:
        broker: The network under a policy.
    """

    broker: Broker

    def round(self, value: Array) -> Pairs:
        """As the broker plays it."""
        known = self.broker.known
        played = self.broker.round(value)
        true, noted = (_mean_worth(links, played) for links in (self.broker.links, known))
        return Pairs(played.done, true, noted, self.broker.links.fresh)

    def rows(self) -> list[dict[str, Any]]:
        """As the broker counts."""
        own = self.broker.settings
        cost = {"pairs_per_update": float(own.pairs), "slots_per_round": float(own.slots)}
        return [{**row, **cost} for row in self.broker.tally.rows()]


@dataclass
class Kept:
    """A schedule that was played before.

    Args:
        pairs: Of every round.
        counted: As the broker counted.
    """

    pairs: list[Pairs]
    counted: list[dict[str, Any]]
    turn: int = 0

    def round(self, value: Array) -> Pairs:
        """Of the next round, whatever the updates are worth."""
        self.turn += 1
        return self.pairs[self.turn - 1]

    def rows(self) -> list[dict[str, Any]]:
        """As the broker counted."""
        return self.counted


@lru_cache(maxsize=16)
def _played(settings: ScheduleSettings) -> tuple[list[Pairs], list[dict[str, Any]]]:
    """All rounds if all updates are worth the same, and what they come to."""
    supply = Scheduled(Broker(settings))
    even = np.ones((settings.seeds, settings.nodes))
    return [supply.round(even) for _ in range(settings.rounds)], supply.rows()


@dataclass
class EveryShot:
    r"""Every shot takes its pairs, and every pair is used when it is made.

    Nothing is stored, so that no policy differs from another, and all updates arrive: a round lasts
    as long as that takes. Node k tries :math:`M_k / p_k` times on average, at most once in a slot,
    and C stations do all of it in :math:`\max(\sum_k M_k / (p_k C), \max_k M_k / p_k)` slots.

    Args:
        links: The links.
        demand: Pairs of every node's update, M, shape (nodes,).
        stations: Attempts in one slot, C.

    Example:
        >>> links = Links(np.array([[0.5, 0.25]]), np.full((1, 2), 20.0), fresh=0.9, least=0.6)
        >>> EveryShot(links, np.array([100, 100]), stations=1).rows()[0]["slots_per_round"]
        600.0

    Source:
        McNaughton, Management Science 6, 1 (1959), for tasks that may be interrupted.
    """

    links: Links
    demand: NDArray[np.int64]
    stations: int
    fresh: Array = field(init=False)

    def __post_init__(self) -> None:
        self.fresh = np.full(self.links.success.shape, self.links.fresh)

    def round(self, value: Array) -> Pairs:
        """All pairs, all fresh."""
        return Pairs(self.fresh > 0, self.fresh, self.fresh, self.links.fresh)

    def rows(self) -> list[dict[str, Any]]:
        """Expected attempts and slots."""
        tries = self.demand / self.links.success  # (runs, nodes)
        slots = np.maximum(tries.sum(axis=-1) / self.stations, tries.max(axis=-1))
        fidelity = float(werner_fidelity(self.links.fresh))
        return [
            {
                "utilisation_strict": 1.0,
                "utilisation_useful": 1.0,
                "completion": 1.0,
                "fidelity_mean": fidelity,
                "fidelity_q05": fidelity,
                "attempts_per_pair": float(tried.sum() / self.demand.sum()),
                "pairs_per_update": float(self.demand.mean()),
                "slots_per_round": float(needed),
            }
            for tried, needed in zip(tries, slots, strict=True)
        ]


def supply_of(settings: ConsensusSettings, partition: Partition) -> Supply:
    """The pairs of a training.

    Args:
        settings: Network, arm and cost model.
        partition: What an update takes.

    Returns:
        Its pairs.
    """
    names = ScheduleSettings.model_fields.keys() & ConsensusSettings.model_fields.keys()
    given = {name: getattr(settings, name) for name in names}
    arm = ARMS[settings.arm]
    schedule = ScheduleSettings(**given, policy=arm.policy)
    if settings.cost_model == "per_update":
        if POLICIES[arm.policy].plans != "none" and arm.weights != "uniform":
            return Scheduled(Broker(schedule))
        return Kept(*_played(schedule))
    broker = Broker(schedule)
    demand = partition.pair_demand(REGIMES[settings.regime].shots)
    teams = settings.nodes // partition.members
    return EveryShot(broker.links, np.tile(demand, teams), settings.stations)


def _mean_worth(links: Links, played: Played) -> Array:
    """Mean Werner parameter of the pairs of finished jobs; NaN for others."""
    return links.worth(played.used_age).mean(axis=-1)
