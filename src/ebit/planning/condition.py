"""What a network does to a resource: its noise, its pairs, and how long everything takes."""

from dataclasses import dataclass, replace

from ebit import checks
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.network import pair_fidelity
from ebit.physics import BELL, Noise, PairState
from ebit.planning.errors import local_noise
from ebit.planning.site import LONGEST_SECONDS, Site
from ebit.planning.timing import GateTimes, circuit_seconds
from ebit.resources import Consumption, Ledger, QuantumLink, Resource, SharedPairs

LEAST_FIDELITY = 0.25
"""Of a pair that is white noise."""


@dataclass(frozen=True)
class Condition:
    """A resource on a site: everything about one run of its circuit.

    Attributes:
        resource: Resource string.
        purification_rounds: Rounds of purification; 0 if no pairs are used.
        noise: Local noise of the QPUs.
        pair_state: State of a pair when it is used.
        pair_fidelity: Its fidelity; None if no pairs are used.
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
    pair_state: PairState
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

    def ledger(self, inferences: int) -> Ledger:
        """What so many runs use up, waiting for pairs and messages included."""
        return Ledger.of(self.used, inferences, self.pair_seconds + self.waiting_seconds)

    def noisy(self, model: DistributedQCNN) -> DistributedQCNN:
        """The same circuit under these conditions.

        A pair that teleports a gate counts as a Werner state of its fidelity.
        """
        resource: Resource = model.resource
        if resource.has_nonlocal_gates:
            fidelity = min(max(self.pair_state.fidelity, LEAST_FIDELITY), 1.0)
            resource = QuantumLink(fidelity=fidelity)
        elif resource.pairs_of_link:
            resource = SharedPairs(
                resource.pairs, self.pair_state, resource.sends_bits, resource.values
            )
        return replace(model, resource=resource, noise=self.noise)


@dataclass(frozen=True)
class _Pairs:
    """How pairs come to be there.

    Attributes:
        raw: Expected number of fresh pairs that are made one after the other.
        seconds: Until all are made and purified.
        storage: Mean time that a pair waits.
    """

    raw: float
    seconds: float
    storage: float


def condition(site: Site, model: DistributedQCNN) -> Condition:
    r"""What a site does to a trained circuit.

    Pairs are made one after the other at the raw rate R. For k purified pairs of n raw ones each, a
    pair waits on average :math:`(kn - 1)/2R` for the others, and one message time for the herald
    and for every round of purification.

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
        (0.206, 0.921)
    """
    checks.instance(Site, "a place, as ebit.open_site returns it")("site", site)
    checks.instance(DistributedQCNN, "an ebit.DistributedQCNN")("model", model)
    resource = model.resource
    if resource.trains_state:
        raise EbitError(
            f"Argument `resources` holds {resource.name!r}, which has no noisy form: use bell:N."
        )
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
    pairs = _pairs(site, gates / used.rounds)
    noise = local_noise(site.qpus, message_seconds=message, herald_seconds=pairs.seconds)
    measured = sum(qpu.readout_time for qpu in site.qpus)
    wait = _bounded(used.rounds * (pairs.seconds + 2 * message + measured))
    sent = model.resource.consumption(
        model.qubits, model.depth, model.mixing, model.pooling, noisy=True
    )
    return _condition(site, model, sent, pairs, noise, wait, during=True)


def _pairs(site: Site, count: float) -> _Pairs:
    if not count:
        return _Pairs(0.0, 0.0, 0.0)
    link = site.link
    raw, rate = count * link.purified.pairs, link.raw_pair_rate
    messages = link.purification_rounds * link.message_time
    others = (raw - 1) / 2 / rate if rate else (raw > 1) * LONGEST_SECONDS
    return _Pairs(
        raw,
        _bounded(raw / rate + messages) if rate else LONGEST_SECONDS,
        _bounded(others + link.message_time + messages),
    )


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
    state = PairState.from_matrix(site.stored_pair(pairs.storage)) if pairs.raw else BELL
    return Condition(
        resource=model.resource_name,
        purification_rounds=rounds,
        noise=noise,
        pair_state=state,
        pair_fidelity=pair_fidelity(state.density_matrix) if pairs.raw else None,
        used=used,
        raw_pairs=used.ebits * site.link.purified.pairs,
        pair_rate=site.link.raw_pair_rate if pairs.raw else None,
        storage_seconds=pairs.storage,
        pair_seconds=0.0 if during else pairs.seconds,
        waiting_seconds=wait,
        run_seconds=circuit_seconds(model, GateTimes.of(site.qpus)) + wait,
        qubits=model.qubits + rounds + (2 if during else 0),
    )


def _bounded(seconds: float) -> float:
    return min(seconds, LONGEST_SECONDS)
