"""What the broker publishes: who got pairs in which round, with which witness and weight.

Every node plays the same broker with the same seed; this stands in for one that is there only once.
"""

from dataclasses import dataclass

import numpy as np

from ebit.consensus.agreement.fixed_point import SCALE, from_fixed, to_fixed
from ebit.consensus.agreement.robust_step import add_robust_mean
from ebit.consensus.agreement.settings import NodeSettings
from ebit.consensus.agreement.state import Apply, Integers
from ebit.consensus.agreement.updates import Ledger, Record
from ebit.consensus.agreement.work import LocalUpdate
from ebit.consensus.agreement.workers import LARGEST_STEP
from ebit.consensus.broker import REGIMES
from ebit.consensus.broker.links import random_of
from ebit.consensus.training import ConsensusSettings, Dqnn, Transport, deliver
from ebit.consensus.training.partitions import WholeCircuit
from ebit.consensus.training.transport import MIRRORS, local_worth
from ebit.consensus.witness import mirror_probability

CIRCUIT = WholeCircuit(Dqnn())
"""What a node runs and the verifiers mirror."""

STATIONS_PER_NODE = 0.24
"""Twelve for fifty nodes."""


class Book:
    """The broker's book of one training.

    Args:
        regime: Physics of the network, see `REGIMES`.
        nodes: Number of nodes.
        faulty: Most faulty ones.
        rounds: Rounds of the training.
        seed: Of the network.
        rate: Step size, by which updates and their noise are scaled.
        size: Number of parameters.

    Example:
        >>> book = Book("easy", nodes=4, faulty=1, rounds=2, seed=0, rate=0.1, size=3)
        >>> book.ledger(1).shots
        (256, 256, 256, 256)
    """

    def __init__(
        self,
        regime: str,
        *,
        nodes: int,
        faulty: int,
        rounds: int,
        seed: int,
        rate: float,
        size: int,
    ) -> None:
        self._settings = ConsensusSettings(
            regime=regime, nodes=nodes, rounds=rounds, seed=seed, seeds=1, arm="ceas",
            stations=max(1, round(STATIONS_PER_NODE * nodes)),
        )  # fmt: skip
        self._transport: Transport = deliver(self._settings, CIRCUIT)
        self._chance = mirror_probability(local_worth(self._settings), CIRCUIT.dimension)[0]
        self.deviation = rate * self._settings.sigma / REGIMES[regime].shots ** 0.5
        floor = 2 * size * (self.deviation * SCALE) ** 2
        self.apply: Apply = add_robust_mean(faulty, int(floor))

    def ledger(self, round: int) -> Ledger:
        """What is published about a round; after the last one, what was about the last."""
        turn, own = self._turn(round), self._transport
        nodes = range(self._settings.nodes)
        return Ledger(
            pairs=tuple(self._settings.pairs * int(there) for there in own.present[turn, 0]),
            shots=(MIRRORS,) * len(nodes),
            expected=_units(self._chance),
            witness=_units(own.witness[turn, 0]),
            weight=_units(own.weight[turn, 0]),
        )

    def record(self, node: int, round: int) -> Record:
        """What an honest node says of its witness: it ran the circuits of the verifiers."""
        turn = self._turn(round)
        drawn = random_of(self._settings.seed, "mirrors", turn).binomial(MIRRORS, self._chance)
        return Record(self.ledger(round).pairs[node], MIRRORS, int(drawn[node]))

    def carried(self, local: LocalUpdate, node: int) -> LocalUpdate:
        """The update of a node as it arrives: shrunk, with shot noise, or not at all."""
        return _Carried(self, local, node)

    def worth(self, node: int, round: int) -> float | None:
        """True Werner parameter of an update; None if its job was not done."""
        turn = self._turn(round)
        if not self._transport.present[turn, 0, node]:
            return None
        return float(self._transport.worth[turn, 0, node])

    def _turn(self, round: int) -> int:
        return min(max(round, 1), self._settings.rounds) - 1


def book_of(settings: NodeSettings, size: int) -> Book:
    """The book of a training, the same at each of its nodes.

    Args:
        settings: Those of one node.
        size: Number of parameters.

    Returns:
        The book.
    """
    own = settings.work
    return Book(
        own.broker, nodes=len(settings.node), faulty=settings.faulty, rounds=settings.rounds,
        seed=own.seed, rate=own.rate, size=size,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Carried:
    book: Book
    local: LocalUpdate
    node: int

    def __call__(self, theta: Integers, round: int, key: int) -> Integers | None:
        worth, update = self.book.worth(self.node, round), self.local(theta, round, key)
        if update is None or worth is None:
            return None
        noise = np.random.default_rng([key, 1]).normal(0.0, self.book.deviation, len(update))
        arrived = worth * from_fixed(update) + noise
        return to_fixed(np.clip(arrived, -LARGEST_STEP, LARGEST_STEP))


def _units(values: object) -> tuple[int, ...]:
    return tuple(int(x) for x in np.rint(np.asarray(values, float) * SCALE))
