"""The broker: who gets pairs in a round, under one policy, with what it has learnt so far."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ebit.consensus.broker.knowledge import Knowledge
from ebit.consensus.broker.links import Array, Jobs, Links, draw_luck, draw_releases
from ebit.consensus.broker.oracle import joint_table
from ebit.consensus.broker.plan import plan_round
from ebit.consensus.broker.play import Played, play_round
from ebit.consensus.broker.policies import POLICIES
from ebit.consensus.broker.regimes import REGIMES
from ebit.consensus.broker.settings import ScheduleSettings
from ebit.consensus.broker.tally import Tally
from ebit.physics import werner_parameter


@dataclass
class Broker:
    """A network under a policy; every call of `round` plays one round of all runs.

    Args:
        settings: Network and policy.

    Raises:
        EbitError: If the policy cannot serve such a network.

    Example:
        >>> broker = Broker(ScheduleSettings(policy="edf", nodes=4, seeds=2, slots=50))
        >>> played = broker.round(np.ones((2, 4)))
        >>> played.done.shape
        (2, 4)
    """

    settings: ScheduleSettings
    turn: int = 0
    links: Links = field(init=False)
    knowledge: Knowledge = field(init=False)
    price: Array = field(init=False)
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        own = self.settings
        regime = REGIMES[own.regime]
        self.links = Links.draw(regime, own.nodes, self.seeds)
        self.knowledge = Knowledge(
            runs=own.seeds,
            nodes=own.nodes,
            rate=float(np.sqrt(np.prod(regime.success))),
            sheet=regime.coherence,
            optimistic=own.knowledge == "optimistic",
            fresh=self.links.fresh,
            least=self.links.least,
        )
        self.price = np.zeros((own.seeds, own.slots))
        self.tally = Tally(self.links)

    @property
    def seeds(self) -> list[int]:
        """Seed of every run."""
        return [self.settings.seed + k for k in range(self.settings.seeds)]

    @property
    def learns(self) -> bool:
        """Whether the policy plans with what it has learnt, not with the truth."""
        return self.settings.policy == "ceas" and self.settings.knowledge != "known"

    @property
    def known(self) -> Links:
        """The links as the policy knows them, with the worth at which it discards a pair."""
        known = self.knowledge.links() if self.learns else self.links
        return replace(known, least=float(werner_parameter(self.settings.discard_below)))

    def round(self, value: Array) -> Played:
        """Play one round.

        Args:
            value: Worth of every node's update, mean 1, shape (runs, nodes).

        Returns:
            What happened.
        """
        own = self.settings
        turn, self.turn = self.turn, self.turn + 1
        jobs = Jobs(draw_releases(own.nodes, own.slots, self.seeds, turn), value)
        luck = draw_luck(own.nodes, own.slots, self.seeds, turn)
        known = self.known
        with np.errstate(invalid="ignore"):
            limit = np.floor(known.coherence * np.log(known.fresh / known.least) + 1e-9)
        played = play_round(
            POLICIES[own.policy],
            self.links,
            jobs,
            luck,
            pairs=own.pairs,
            stations=own.stations,
            memories=own.memories,
            limit=limit,
            plan=self._plan(known, jobs),
            tests=own.tests if self.learns else 0.0,
        )
        if self.learns:
            self.knowledge.learn(played, self.links, luck[2, 0])
        self.tally.add(played, jobs)
        return played

    def _plan(self, known: Links, jobs: Jobs) -> Array | None:
        own, kind = self.settings, POLICIES[self.settings.policy].plans
        names = ("pairs", "stations", "quality")
        options: dict[str, Any] = {name: getattr(own, name) for name in names}
        if kind == "joint":
            return joint_table(known, jobs, slots=own.slots, **options)
        if kind == "single":
            plan = plan_round(known, jobs, self.price, **options)
            self.price = plan.price
            return plan.rank
        return None
