"""Pairs as a link delivers them to two QPUs: moved to memories, and purified with their gates."""

from dataclasses import replace

import numpy as np

from ebit import checks
from ebit.network.link import Link
from ebit.network.pairs import LONGEST, Delivered, distilled, waits
from ebit.network.purification import MAX_ROUNDS
from ebit.network.qpu import Qpu
from ebit.physics import Noise, depolarising_probability


def memories(link: Link, qpus: tuple[Qpu, Qpu]) -> Noise:
    """What stores the pairs of a link: lifetimes alone."""
    lives = [qpu.memory for qpu in qpus]
    t1, t2 = (tuple(None if np.isinf(life[k]) else life[k] for life in lives) for k in (0, 1))
    if link.coherence_time is not None:
        return Noise(pair_lifetime_seconds=link.coherence_time)
    return Noise(t1_seconds=(t1[0], t1[1]), t2_seconds=(t2[0], t2[1]))


@checks.takes(
    link=checks.instance(Link, "a Link of a network"),
    qpus=checks.pair(checks.instance(Qpu, "a Qpu")),
    rounds=checks.maybe(checks.whole(0, MAX_ROUNDS)),
)
def deliver(link: Link, qpus: tuple[Qpu, Qpu], rounds: int | None = None) -> Delivered:
    """Pairs after so many rounds of purification, with the gates and memories of the QPUs.

    A fresh pair is moved to memories and waits for its herald; only then is it distilled. The
    first of two also waits for the second one, and what is kept for a message.

    Args:
        link: The link.
        qpus: Its two QPUs.
        rounds: Rounds of purification; by default those of the link.

    Returns:
        The pairs.

    Raises:
        EbitError: If a gate error is impossible.

    Example:
        >>> ends = Qpu(name="a", qubits=4), Qpu(name="b", qubits=4)
        >>> link = Link(between=("a", "b"), length="1 km", pair_rate="100 Hz", fidelity=0.9)
        >>> pair = deliver(link, ends, rounds=1)
        >>> round(pair.fidelity, 4), round(1 / pair.seconds, 1)
        (0.9264, 43.8)
    """
    rounds = link.purification_rounds if rounds is None else rounds
    moved = [depolarising_probability(qpu.memory_swap_error, 1) for qpu in qpus]
    kept = (1 - moved[0]) * (1 - moved[1])
    seconds = 1 / link.raw_pair_rate if link.raw_pair_rate > 0 else LONGEST
    seconds += max(qpu.memory_swap_time for qpu in qpus)
    pair = Delivered(kept * link.fresh_weights + (1 - kept) / 4, min(seconds, LONGEST), 1.0)
    store = memories(link, qpus)
    if rounds > 0 and link.repeaters is None:
        pair = replace(pair, weights=waits(pair.weights, store, fixed=link.message_time))
    gates = [depolarising_probability(qpu.two_qubit_gate_error, 2) for qpu in qpus]
    flips = [qpu.readout_error for qpu in qpus]
    work = max(qpu.two_qubit_gate_time + qpu.readout_time for qpu in qpus)
    for _ in range(rounds):
        pair = distilled(
            pair,
            store,
            link.purification,
            two_qubit_error=_mean_error(gates),
            readout_error=sum(flips) / 2,
            seconds=link.message_time + work,
        )
    return pair


def _mean_error(errors: list[float]) -> float:
    """One error for both ends that leaves as much of the pair."""
    return float(1 - np.sqrt((1 - errors[0]) * (1 - errors[1])))
