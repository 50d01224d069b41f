"""What reaches the aggregation: which updates, how noisy, with which witness and weight.

None of it depends on the parameters that are trained, so all rounds are played first.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker import REGIMES
from ebit.consensus.broker.links import random_of
from ebit.consensus.training.arms import ARMS, Arm
from ebit.consensus.training.partitions import Partition
from ebit.consensus.training.settings import ConsensusSettings
from ebit.consensus.training.supply import supply_of
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
    """All rounds; arrays of shape (rounds, runs, teams) unless told otherwise.

    A node that runs a circuit of its own is a team.

    Attributes:
        present: Whether the update arrived.
        worth: What the update is multiplied by: circuit times transport, or the circuit alone where
            the noise of pairs acts inside it.
        pairs: Mean Werner parameter of the pairs of every member, (rounds, runs, teams, members).
        witness: Measured share of the signal.
        weight: Weight in the aggregation, 0 if absent.
        liars: Teams with a node that lies, shape (runs, teams).
        rows: What the schedule comes to, one row a run.
    """

    present: NDArray[np.bool_]
    worth: Array
    pairs: Array
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


UNUSED = (
    "attack", "strength", "model", "data", "batch_size", "evenness", "step", "momentum", "sigma",
)  # fmt: skip
"""Settings that nothing here depends on."""


def deliver(settings: ConsensusSettings, partition: Partition) -> Transport:
    """Play all rounds; trainings that differ in attack, filter or step only share them.

    Args:
        settings: Network, nodes and arm.
        partition: Who runs a circuit together, and what the noise of pairs does to it.

    Returns:
        What arrives.

    Example:
        >>> from ebit.consensus.training.partitions import partition_of
        >>> settings = ConsensusSettings(nodes=4, rounds=5, seeds=1, arm="edf+robust")
        >>> found = deliver(settings, partition_of("data", 1, "dqnn", "digits"))
        >>> found.weight.sum(axis=-1).round(6).ravel().tolist()
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    arm = ARMS[settings.arm]
    alike = next(
        name
        for name, other in ARMS.items()
        if (other.policy, other.weights) == (arm.policy, arm.weights)
    )
    plain = {name: type(settings).model_fields[name].default for name in UNUSED}
    return _deliver(settings.model_copy(update={**plain, "arm": alike}), partition)


@lru_cache(maxsize=16)
def _deliver(settings: ConsensusSettings, partition: Partition) -> Transport:
    own, arm, members = settings, ARMS[settings.arm], partition.members
    supply = supply_of(own, partition)
    local = local_worth(own)
    liars = _teams(liars_of(own), members).any(axis=-1)
    circuits = _teams(local, members).prod(axis=-1) ** (1 / members)
    mirrored = np.ones_like(local)
    noted = np.ones((*liars.shape, members))
    value = np.ones_like(local)
    found: dict[str, list[Any]] = {
        name: [] for name in ("present", "worth", "pairs", "witness", "weight")
    }
    for turn in range(own.rounds):
        given = supply.round(value)
        done, true, told = (_teams(a, members) for a in (given.done, given.true, given.noted))
        share = _mirrors(local, partition.dimension, own, turn)
        keep = MEMORY if turn else 0.0
        mirrored = keep * mirrored + (1 - keep) * worth_from_mirror(share, partition.dimension)
        present = done.all(axis=-1) | liars
        pairs = np.where(liars[..., None], given.fresh, np.where(done, true, 0))
        noted = keep * noted + (1 - keep) * np.where(done, told, noted)
        measured = _teams(mirrored, members).prod(axis=-1) ** (1 / members)
        witness = np.clip(measured * partition.left(noted), SMALLEST, 1)
        witness = np.where(liars, _claimed(own, witness, liars), witness)
        raw = _weights(arm, witness, own, partition.dimension)
        if arm.weights != "uniform":
            value = np.repeat(raw / raw.mean(axis=-1, keepdims=True), members, axis=-1)
        carried = 1.0 if partition.pairs_act_inside else partition.left(pairs)
        weight = capped(np.where(present, raw, 0), own.cap)
        arrived = (present, circuits * carried, pairs, witness, weight)
        for name, array in zip(found, arrived, strict=True):
            found[name].append(array)
    stacked = {name: np.stack(arrays) for name, arrays in found.items()}
    return Transport(**stacked, liars=liars, rows=supply.rows())


def _teams(nodes: Any, members: int) -> Any:
    """What nodes have, (runs, nodes), team by team."""
    return nodes.reshape(len(nodes), -1, members)  # (runs, teams, members)


def _mirrors(local: Array, dimension: int, own: ConsensusSettings, turn: int) -> Array:
    """Share of mirror circuits that led back."""
    chance = mirror_probability(local, dimension)
    drawn = [
        random_of(seed, "mirrors", turn).binomial(MIRRORS, p)
        for seed, p in zip(seeds(own), chance, strict=True)
    ]
    return np.stack(drawn) / MIRRORS


def _claimed(own: ConsensusSettings, witness: Array, liars: NDArray[np.bool_]) -> Array:
    """Witness of teams that lie, shape (runs, 1)."""
    if own.claim == "best":
        return np.ones((len(witness), 1))
    return np.nanmedian(np.where(liars, np.nan, witness), axis=-1, keepdims=True)


def _weights(arm: Arm, witness: Array, own: ConsensusSettings, dimension: int) -> Array:
    shots = REGIMES[own.regime].shots
    if arm.weights != "shuffled":
        return WEIGHTS[arm.weights](witness, shots, dimension)
    teams = witness.shape[-1]
    order = np.stack([random_of(s, "shuffle").permutation(teams) for s in seeds(own)])
    right = WEIGHTS["minvar"](witness, shots, dimension)
    return np.take_along_axis(right, order, axis=-1)
