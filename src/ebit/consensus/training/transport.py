"""What reaches the aggregation: which updates, how noisy, with which witness and weight.

None of it depends on the parameters that are trained, so all rounds are played first.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker import REGIMES, Broker, Links, Played, ScheduleSettings
from ebit.consensus.broker.links import random_of
from ebit.consensus.training.arms import ARMS, Arm
from ebit.consensus.training.settings import ConsensusSettings
from ebit.consensus.witness import (
    SMALLEST,
    WEIGHTS,
    capped,
    mirror_probability,
    worth_from_mirror,
)

Array = NDArray[np.float64]

MIRRORS = 256
"""Mirror circuits that the verifiers run on a node in a round."""

MEMORY = 0.8
"""Share of earlier rounds in a witness."""

SKEWED = ((0.05, 0.20), (0.90, 0.98))
"""Werner parameters of bad and of good nodes, half of each."""


@dataclass(frozen=True, eq=False)
class Transport:
    """All rounds; arrays of shape (rounds, runs, nodes) unless told otherwise.

    Attributes:
        present: Whether the update arrived.
        worth: True Werner parameter of the update: circuit times transport.
        witness: Measured one.
        weight: Weight in the aggregation, 0 if absent.
        liars: Nodes that lie, shape (runs, nodes).
        rows: What the schedule comes to, one row a run.
    """

    present: NDArray[np.bool_]
    worth: Array
    witness: Array
    weight: Array
    liars: NDArray[np.bool_]
    rows: list[dict[str, Any]]


def local_worth(settings: ConsensusSettings) -> Array:
    """Werner parameter of every node's own circuit, shape (runs, nodes)."""
    draws = np.stack(
        [random_of(s, "hardware").random((2, settings.nodes)) for s in seeds(settings)]
    )
    if settings.hardware == "even":
        low, high = REGIMES[settings.regime].local
        return low + (high - low) * draws[:, 0]
    ends = np.where((draws[:, 1] < 0.5)[..., None], *np.array(SKEWED))  # (runs, nodes, 2)
    return ends[..., 0] + (ends[..., 1] - ends[..., 0]) * draws[:, 0]


def liars_of(settings: ConsensusSettings) -> NDArray[np.bool_]:
    """Which nodes lie, shape (runs, nodes); those of fewer are among those of more."""
    order = [random_of(seed, "liars").permutation(settings.nodes) for seed in seeds(settings)]
    return np.stack(order) < settings.faulty


def seeds(settings: ConsensusSettings) -> range:
    """Seed of every run."""
    return range(settings.seed, settings.seed + settings.seeds)


@lru_cache(maxsize=8)
def deliver(settings: ConsensusSettings, dimension: int) -> Transport:
    """Play all rounds.

    Args:
        settings: Network, nodes and arm.
        dimension: Dimension of the state that a node measures.

    Returns:
        What arrives.

    Example:
        >>> settings = ConsensusSettings(nodes=4, rounds=5, seeds=1, arm="edf+robust")
        >>> deliver(settings, 16).weight.sum(axis=-1).round(6).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    own, arm = settings, ARMS[settings.arm]
    names = ScheduleSettings.model_fields.keys() & ConsensusSettings.model_fields.keys()
    given = {name: getattr(own, name) for name in names}
    broker = Broker(ScheduleSettings(**given, policy=arm.policy))
    local, liars = local_worth(own), liars_of(own)
    circuit = np.ones_like(local)
    transported = np.ones_like(local)
    value = np.ones_like(local)
    rounds: dict[str, list[Any]] = {n: [] for n in ("present", "worth", "witness", "weight")}
    for turn in range(own.rounds):
        known = broker.known
        played = broker.round(value)
        share = _mirrors(local, dimension, own, turn)
        keep = MEMORY if turn else 0.0
        circuit = keep * circuit + (1 - keep) * worth_from_mirror(share, dimension)
        present = played.done | liars
        true = np.where(played.done, _mean_worth(broker.links, played), 0)
        noted = np.where(played.done, _mean_worth(known, played), transported)
        transported = keep * transported + (1 - keep) * noted
        witness = np.clip(circuit * transported, SMALLEST, 1)
        witness = np.where(liars, _claimed(own, witness, liars), witness)
        raw = _weights(arm, witness, own, dimension)
        weight = capped(np.where(present, raw, 0), own.cap)
        if arm.weights != "uniform":
            value = raw / raw.mean(axis=-1, keepdims=True)
        found = (
            present,
            np.where(liars, local * broker.links.fresh, local * true),
            witness,
            weight,
        )
        for name, array in zip(rounds, found, strict=True):
            rounds[name].append(array)
    stacked = {name: np.stack(arrays) for name, arrays in rounds.items()}
    return Transport(**stacked, liars=liars, rows=broker.tally.rows())


def _mean_worth(links: Links, played: Played) -> Array:
    """Mean Werner parameter of the pairs of finished jobs; NaN for others."""
    return links.worth(played.used_age).mean(axis=-1)


def _mirrors(local: Array, dimension: int, own: ConsensusSettings, turn: int) -> Array:
    """Share of mirror circuits that led back."""
    chance = mirror_probability(local, dimension)
    drawn = [
        random_of(seed, "mirrors", turn).binomial(MIRRORS, p)
        for seed, p in zip(seeds(own), chance, strict=True)
    ]
    return np.stack(drawn) / MIRRORS


def _claimed(own: ConsensusSettings, witness: Array, liars: NDArray[np.bool_]) -> Array:
    """Witness of nodes that lie, shape (runs, 1)."""
    if own.claim == "best":
        return np.ones((len(witness), 1))
    return np.nanmedian(np.where(liars, np.nan, witness), axis=-1, keepdims=True)


def _weights(arm: Arm, witness: Array, own: ConsensusSettings, dimension: int) -> Array:
    shots = REGIMES[own.regime].shots
    if arm.weights != "shuffled":
        return WEIGHTS[arm.weights](witness, shots, dimension)
    order = np.stack([random_of(s, "shuffle").permutation(own.nodes) for s in seeds(own)])
    right = WEIGHTS["minvar"](witness, shots, dimension)
    return np.take_along_axis(right, order, axis=-1)
