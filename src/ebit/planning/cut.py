"""Cutting instead of the link: what the circuit `quantum` takes if no pairs are made at all."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ebit.planning.feasibility import SLOWEST_LABEL
from ebit.planning.site import Site, seconds_text
from ebit.planning.timing import GateTimes, circuit_seconds
from ebit.planning.trained import Trained
from ebit.results import can_be_cut, label_overhead, shots_text


def cut_options(
    site: Site, circuit: Trained, *, shots: Sequence[int], rate: float | None
) -> Iterator[dict[str, Any]]:
    """One row per number of shots, if the circuit has gates across the QPUs.

    The QPUs run the circuit without noise and without waiting, which is the best case; every run
    is one of a QPU alone, and the gates of a round are cut together.

    Args:
        site: Two QPUs and their link, which is not used.
        circuit: A trained circuit.
        shots: Numbers of shots per label that the circuit takes with a link.
        rate: Labels per second asked for, or None.

    Yields:
        Flat rows: `resource` (`cut`), `shots`, `log10_shots_per_label`, `accuracy_mean`,
        `accuracy_std`, `runs`, `seconds_per_label`, `labels_per_second`, `feasible`, `reason`.
    """
    if not can_be_cut(circuit.model):
        return
    overhead = label_overhead(circuit.stored, circuit.x)
    run = circuit_seconds(circuit.model, GateTimes.of(site.qpus))
    longest = SLOWEST_LABEL if rate is None else min(SLOWEST_LABEL, 1 / rate)
    for number in shots:
        accuracy = circuit.read_out().accuracy(number)
        log10 = math.log10(number) + overhead.log10_joint
        seconds = 10.0 ** min(log10 + math.log10(run), 300) if run > 0 else 0.0
        slow = (
            f"a label takes {shots_text(log10)} shots of cut circuits, {seconds_text(seconds)}, "
            f"instead of {number}"
        )
        yield {
            "resource": "cut",
            "shots": number,
            "log10_shots_per_label": log10,
            "accuracy_mean": float(accuracy.mean()),
            "accuracy_std": float(accuracy.std(ddof=1)) if len(accuracy) > 1 else 0.0,
            "runs": len(accuracy),
            "seconds_per_label": seconds,
            "labels_per_second": 1 / seconds if seconds > 0 else math.inf,
            "feasible": seconds <= longest,
            "reason": slow if seconds > longest else None,
        }
