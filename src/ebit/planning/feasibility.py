"""Whether a resource can be used on a site, and if not, why."""

from ebit.planning.condition import Condition
from ebit.planning.site import Site, seconds_text

SLOWEST_LABEL = 86_400.0
"""A label that takes longer than a day is not feasible, whatever rate is asked for."""


def label_seconds(condition: Condition, shots: int) -> float:
    """Time for one label: so many runs of the circuit, one after the other.

    Args:
        condition: The resource on a site.
        shots: Runs per label.

    Returns:
        Seconds.
    """
    return shots * condition.cycle_seconds


def obstacles(
    site: Site, condition: Condition, *, shots: int, rate: float | None = None
) -> list[str]:
    """Why a resource cannot be used; nothing if it can.

    A resource is feasible if the QPUs have the qubits, a run takes no longer than the coherence
    time of the qubits, stored pairs wait no longer than memories keep them, and labels come as fast
    as asked for, or once a day.

    Args:
        site: The site.
        condition: The resource on this site.
        shots: Runs per label.
        rate: Labels per second asked for.

    Returns:
        Reasons without a full stop.

    Example:
        >>> from ebit.models import DistributedQCNN
        >>> from ebit.planning import condition, open_site
        >>> from ebit.resources import QuantumLink
        >>> site = open_site("trapped-ion+laboratory")
        >>> found = condition(site, DistributedQCNN(depth=5, resource=QuantumLink()))
        >>> obstacles(site, found, shots=100)[0][:61]
        'a run takes 2.32 s (2.27 s of it for pairs and messages), but'
    """
    reasons = []
    fewest = min(site.qpus, key=lambda qpu: qpu.qubits)
    if condition.qubits > fewest.qubits:
        reasons.append(
            f"it needs {condition.qubits} qubits per QPU, but {fewest.name} has {fewest.qubits}"
        )
    if condition.run_seconds > site.coherence_seconds:
        reasons.append(
            f"a run takes {seconds_text(condition.run_seconds)}{_waits(condition)}, but qubits "
            f"keep their coherence for {seconds_text(site.coherence_seconds)}"
        )
    if condition.storage_seconds > site.storage_seconds:
        reasons.append(
            f"a pair waits {seconds_text(condition.storage_seconds)}, but memories keep it for "
            f"{seconds_text(site.storage_seconds)}"
        )
    if condition.pair_rate is not None:
        reasons += _no_pairs(site)
    slow = _too_slow(condition, shots, rate)
    return reasons if slow is None else [*reasons, slow]


def _no_pairs(site: Site) -> list[str]:
    """Why the link makes no pairs that a circuit can use."""
    link, reasons = site.link, []
    if link.detected and link.storage_efficiency is None:
        reasons.append(
            "the pairs of its link were detected, and so destroyed: say with `storage_efficiency` "
            "how well they are stored"
        )
    if link.efficiency is not None and link.period > site.storage_seconds:
        reasons.append(
            f"an attempt takes {seconds_text(link.period)}, but memories keep a pair for "
            f"{seconds_text(site.storage_seconds)}"
        )
    return reasons


def _waits(condition: Condition) -> str:
    """How long a run waits, and for what."""
    if condition.waiting_seconds == 0:
        return ""
    during = condition.pair_rate is not None and condition.pair_seconds == 0
    return (
        f" ({seconds_text(condition.waiting_seconds)} of it for "
        f"{'pairs and messages' if during else 'messages'})"
    )


def _too_slow(condition: Condition, shots: int, rate: float | None) -> str | None:
    """The sentence about a label that takes too long."""
    seconds = label_seconds(condition, shots)
    longest = SLOWEST_LABEL if rate is None else min(SLOWEST_LABEL, 1 / rate)
    if seconds <= longest:
        return None
    asked = "a day is the longest allowed"
    if rate is not None and 1 / rate < SLOWEST_LABEL:
        asked = f"{rate:.3g} per second is asked for"
    made = ""
    if condition.pair_rate is not None:
        made = f" at {condition.pair_rate:.3g} pairs per second"
    return f"a label of {shots} shots takes {seconds_text(seconds)}{made}, but {asked}"
