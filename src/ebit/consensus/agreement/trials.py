"""Trials of the agreement: many random schedules, with as many faulty nodes as there may be."""

import random
from collections import Counter
from dataclasses import dataclass, field

from ebit.consensus.agreement.byzantine import COLLUDING, KINDS
from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.simulation import Outcome, Simulation, Weather
from ebit.consensus.agreement.work import least_squares

LONG = 5000.0
"""Units of delta within which every schedule must end; the network heals before 40."""
MOST_VIEWS = 12
"""No schedule needs a later view."""


def faulty_nodes(committee: Committee, seed: int) -> dict[int, str]:
    """As many faulty nodes as there may be, of kinds drawn by the seed.

    Args:
        committee: Who takes part.
        seed: Chooses nodes and kinds.

    Returns:
        Kind of each faulty node.

    Example:
        >>> faulty_nodes(Committee(4, 1), 1)
        {2: 'two updates'}
    """
    chance = random.Random(f"faulty {seed}")
    kinds = [chance.choice(KINDS) for _ in range(committee.f)]
    if chance.random() < 0.3:
        kinds = [COLLUDING] * committee.f
    return dict(zip(chance.sample(range(committee.n), committee.f), kinds, strict=True))


def trial(committee: Committee, seed: int, rounds: int = 1) -> Outcome:
    """One random schedule: weather, faulty nodes and the order of messages drawn by the seed.

    Args:
        committee: Who takes part.
        seed: Chooses everything.
        rounds: Rounds of it.

    Returns:
        What happened.
    """
    work = least_squares(committee.n, committee.f)
    weather = Weather.drawn(committee, seed)
    faulty = faulty_nodes(committee, seed)
    return Simulation(committee, work, rounds, seed, weather, faulty).run(until=LONG)


@dataclass
class Tally:
    """What many schedules showed.

    Attributes:
        schedules: How many there were.
        violations: Seeds with two honest nodes that committed different values.
        unfinished: Seeds in which an honest node did not get to the end.
        views: Latest view in which a round was decided -> schedules.
        rows: Row of the table of failures -> schedules in which it was seen.
    """

    schedules: int = 0
    violations: list[int] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)
    views: Counter[int] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def add(self, seed: int, outcome: Outcome) -> None:
        """Count one schedule."""
        self.schedules += 1
        if outcome.violations:
            self.violations.append(seed)
        if not outcome.finished or outcome.aborts:
            self.unfinished.append(seed)
        self.views[outcome.views] += 1
        self.rows.update(outcome.alarms.keys())
