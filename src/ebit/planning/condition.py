"""What a network does to a resource: its noise, its pairs, and how long everything takes."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ebit import checks
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.network import deliver
from ebit.physics import BELL, Noise, kept_gaps, mean_pair
from ebit.physics.stored_pairs import SAMPLES
from ebit.planning.errors import local_noise
from ebit.planning.site import LONGEST_SECONDS, Site
from ebit.planning.timing import GateTimes, circuit_seconds
from ebit.resources import Consumption, Usage


@dataclass(frozen=True)
class Condition:
    """A resource on a site: everything about one run of its circuit.

    Attributes:
        resource: Resource string.
        purification_rounds: Rounds of purification; 0 if no pairs are used.
        noise: Noise of the QPUs and of the pairs.
        pair_fidelity: Mean fidelity of a pair when it is used; None if no pairs are used.
        used: What one run uses up, gates between the QPUs as pairs and bits.
        raw_pairs: Expected number of fresh pairs for one run.
        pair_rate: Fresh pairs per second; None if no pairs are used.
        storage_seconds: Mean time that a pair waits in memory.
        pair_seconds: Time in which the pairs are made that are shared before a run.
        waiting_seconds: Time in a run for messages, and for pairs that are made during the run.
        run_seconds: Duration of a run, waiting included.
        qubits: Qubits that each QPU needs.
    """

    resource: str
    purification_rounds: int
    noise: Noise
    pair_fidelity: float | None
    used: Consumption
    raw_pairs: float
    pair_rate: float | None
    storage_seconds: float
    pair_seconds: float
    waiting_seconds: float
    run_seconds: float
    qubits: int

    @property
    def cycle_seconds(self) -> float:
        """Time from the start of one run to that of the next: first pairs, then the circuit."""
        return self.pair_seconds + self.run_seconds

    def ledger(self, inferences: int) -> Usage:
        """What so many runs use up, waiting for pairs and messages included."""
        return Usage.of(self.used, inferences, self.pair_seconds + self.waiting_seconds)

    def noisy(self, model: DistributedQCNN) -> DistributedQCNN:
        """The same circuit under these conditions: the noise says what happens to the pairs."""
        checks.instance(DistributedQCNN, "an ebit.DistributedQCNN")("model", model)
        return replace(model, noise=self.noise)

    def with_fidelity(self, fidelity: float) -> "Condition":
        """The same with Werner pairs of some fidelity when a run starts, that do not wait.

        Args:
            fidelity: Fidelity, 1/4 to 1.

        Returns:
            The condition.

        Raises:
            EbitError: If it is no such fidelity.
        """
        fidelity = checks.real(0.25, 1)("fidelity", fidelity)
        error = (1 - fidelity) / 3
        fresh = {"pair_errors": (error, error, error), "storage_seconds": 0.0}
        still = {"arrival_seconds": 0.0, "attempt_seconds": 0.0, "cutoff_seconds": None}
        return replace(
            self,
            noise=Noise(**{**self.noise.changed, **fresh, **still}),
            pair_fidelity=fidelity if self.pair_fidelity is not None else None,
        )


@dataclass(frozen=True)
class _Pairs:
    """How pairs come to be there.

    Attributes:
        raw: Expected number of fresh pairs that are made one after the other.
        seconds: Until all are made and purified.
        storage: Mean time that a pair waits.
        noise: What the noise of a circuit says about them.
        fidelity: Of a pair when it is used, in the mean over pairs and times; None without pairs.
    """

    raw: float
    seconds: float
    storage: float
    noise: dict[str, Any]
    fidelity: float | None


def condition(site: Site, model: DistributedQCNN) -> Condition:
    r"""What a site does to a trained circuit.

    Pairs are made, and purified, one after the other; those that are there wait for the others. The
    times are random, and the circuit gets the state in the mean over them, see
    `ebit.physics.stored_state`. A fresh pair waits one message time for its herald; what is
    purified or comes through repeaters has done so before.

    Args:
        site: Two QPUs and their link.
        model: The circuit as it was trained: without noise, with Bell pairs.

    Returns:
        The condition.

    Raises:
        EbitError: If the resource has no noisy form, the circuit says itself how noisy it or its
            pairs are, or a gate error of a QPU is impossible.

    Example:
        >>> from ebit.planning import open_site
        >>> from ebit.resources import BellPairs
        >>> found = condition(
        ...     open_site("trapped-ion+laboratory"), DistributedQCNN(resource=BellPairs(2))
        ... )
        >>> round(found.pair_seconds, 3), round(found.pair_fidelity, 3)
        (0.206, 0.926)
    """
    checks.instance(Site, "a place, as ebit.open_site returns it")("site", site)
    checks.instance(DistributedQCNN, "an ebit.DistributedQCNN")("model", model)
    resource = model.resource
    if resource.unit == "ebits" and resource.pair_state != BELL:
        raise EbitError(
            f"Argument `resources` holds {resource.name!r}, but the network says how good the "
            f"pairs are: use {resource.name.split(',')[0]!r}."
        )
    if model.noise is not None:
        raise EbitError(
            f"Argument `noise` of resource {resource.name!r} must be left out: the network says "
            "what the noise is."
        )
    used = model.consumption
    if resource.has_nonlocal_gates:
        return _during(site, model, used)
    return _before(site, model, used)


def _before(site: Site, model: DistributedQCNN, used: Consumption) -> Condition:
    """Pairs are made before the run; its rounds wait for messages only.

    Shared states that are counted in another unit than ebits are there without the link.
    """
    message = site.link.message_time
    pairs = _pairs(site, model.resource.pairs_of_link)
    noise = local_noise(site.qpus, message_seconds=message if used.rounds else 0.0)
    return _condition(site, model, used, pairs, noise, used.rounds * message, during=False)


def _during(site: Site, model: DistributedQCNN, used: Consumption) -> Condition:
    """A pair for each gate between the QPUs is made when the gate is due, and the gate teleported.

    Two bits are sent one after the other, and both QPUs measure.
    """
    gates, message = used.nonlocal_gates, site.link.message_time
    pairs = _pairs(site, round(gates / used.rounds))
    noise = local_noise(site.qpus, message_seconds=message, herald_seconds=pairs.seconds)
    measured = sum(qpu.readout_time for qpu in site.qpus)
    wait = _bounded(used.rounds * (pairs.seconds + 2 * message + measured))
    sent = model.resource.consumption(
        model.qubits, model.depth, model.mixing, model.pooling, noisy=True
    )
    return _condition(site, model, sent, pairs, noise, wait, during=True)


def _pairs(site: Site, count: int) -> _Pairs:
    if not count:
        return _Pairs(0.0, 0.0, 0.0, {}, None)
    link = site.link
    made = deliver(link, site.qpus)
    told_before = link.purification_rounds > 0 or link.repeaters is not None
    herald = 0.0 if told_before else link.message_time
    arrival, probability = _bounded(made.seconds), link.attempt_probability
    heralded = probability is not None and not link.purification_rounds and count > 1
    moved = max(qpu.memory_swap_time for qpu in site.qpus)
    plain = heralded and link.repeaters is None and not moved
    lives = [tuple(None if math.isinf(t) else t for t in qpu.memory) for qpu in site.qpus]
    fresh = [max(0.0, float(weight)) for weight in made.weights[1:]]
    told: dict[str, Any] = {
        "pair_errors": (fresh[0], fresh[1], fresh[2]),
        "arrival_seconds": arrival if count > 1 else 0.0,
        "attempt_seconds": min(link.period, arrival) if plain else 0.0,
        "cutoff_seconds": link.cutoff if count > 1 else None,
        "storage_seconds": herald,
        "pair_lifetime_seconds": link.coherence_time,
    }
    if any(qpu.memory_t1 is not None or qpu.memory_t2 is not None for qpu in site.qpus):
        told["memory_t1_seconds"] = (lives[0][0], lives[1][0])
        told["memory_t2_seconds"] = (lives[0][1], lives[1][1])
    noise = replace(local_noise(site.qpus), **told)
    raw, seconds, others = count * made.pairs, count * arrival, (count - 1) / 2 * arrival
    if count > 1 and link.cutoff is not None:
        raw, seconds, others = _with_cutoff(noise, link.cutoff, count, made.pairs)
    return _Pairs(
        raw,
        _bounded(seconds),
        _bounded(others + herald),
        told,
        mean_pair(BELL, noise, count).fidelity,
    )


def _with_cutoff(
    noise: Noise, cutoff: float, count: int, pairs: float
) -> tuple[float, float, float]:
    """Fresh pairs, seconds and mean wait if all pairs are made anew once the first is too old.

    A try fails after the first pair and the cut-off; it succeeds after the first pair and the gaps.
    """
    gaps, share = kept_gaps(noise, count - 1)
    share = max(share, 1 / (2 * SAMPLES))
    failed = (1 - share) / share
    arrival = noise.arrival_seconds
    span = float(gaps.sum(axis=1).mean()) if len(gaps) else cutoff
    lost = failed * min(count - 1.0, 1 + cutoff / arrival)
    later = np.arange(1, count)
    wait = float((gaps * later).sum(axis=1).mean()) / count if len(gaps) else cutoff / 2
    seconds = failed * (arrival + cutoff) + arrival + span
    return (count + lost) * pairs, seconds, wait


def _condition(
    site: Site,
    model: DistributedQCNN,
    used: Consumption,
    pairs: _Pairs,
    noise: Noise,
    wait: float,
    *,
    during: bool,
) -> Condition:
    rounds = site.link.purification_rounds if pairs.raw else 0
    return Condition(
        resource=model.resource_name,
        purification_rounds=rounds,
        noise=replace(noise, **pairs.noise),
        pair_fidelity=pairs.fidelity,
        used=used,
        raw_pairs=used.ebits * deliver(site.link, site.qpus).pairs if during else pairs.raw,
        pair_rate=site.link.raw_pair_rate if pairs.raw else None,
        storage_seconds=pairs.storage,
        pair_seconds=0.0 if during else pairs.seconds,
        waiting_seconds=wait,
        run_seconds=circuit_seconds(model, GateTimes.of(site.qpus)) + wait,
        qubits=model.qubits + rounds + (2 if during else 0),
    )


def _bounded(seconds: float) -> float:
    return min(seconds, LONGEST_SECONDS)
