"""The options on a site: every resource with every number of purification rounds and shots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.planning.condition import Condition
from ebit.planning.feasibility import label_seconds, obstacles
from ebit.planning.noisy_training import NoisyTraining
from ebit.planning.pareto import pareto_front
from ebit.planning.site import Site
from ebit.planning.trained import Trained


def site_conditions(
    site: Site, circuit: Trained, purification: Sequence[int]
) -> Iterator[tuple[Site, Condition]]:
    """The conditions of a circuit on a site.

    Args:
        site: The site.
        circuit: A trained circuit.
        purification: Numbers of purification rounds, for circuits that use pairs.

    Yields:
        The site with so many rounds, and what it does to the circuit.
    """
    plain = circuit.condition(site)
    if plain.pair_fidelity is None:
        yield site, plain
        return
    for rounds in purification:
        place = site.with_purification(rounds)
        yield place, circuit.condition(place)


@dataclass(frozen=True)
class Setup:
    """A circuit on a site with some number of purification rounds.

    Attributes:
        found: What the site does to the circuit.
        obstacles: Why it cannot be used; nothing if it can.
        accuracy: Of every run, shape (runs,).
    """

    found: Condition
    obstacles: list[str]
    accuracy: NDArray[np.float64]


def best_setup(
    site: Site, circuit: Trained, *, purification: Sequence[int], shots: int, rate: float | None
) -> Setup:
    """A circuit with the rounds of purification that are best for it on a site.

    What is feasible comes first, then the higher mean accuracy in three digits, then fewer rounds.
    Where nothing is feasible, the rounds with the best pairs, in three digits, stand for all.

    Args:
        site: The site.
        circuit: A trained circuit.
        purification: Numbers of purification rounds, rising.
        shots: Shots per label.
        rate: Labels per second asked for, or None.

    Returns:
        The circuit with these rounds.
    """
    known = [
        (found, obstacles(place, found, shots=shots, rate=rate))
        for place, found in site_conditions(site, circuit, purification)
    ]
    feasible = [(found, reasons) for found, reasons in known if not reasons]
    best_pairs = max(known, key=lambda setup: round(setup[0].pair_fidelity or 0.0, 3))
    setups = [
        Setup(found, reasons, circuit.read_out(found).accuracy(shots))
        for found, reasons in feasible or [best_pairs]
    ]
    return max(setups, key=lambda setup: round(float(setup.accuracy.mean()), 3))


def options_of(
    site: Site,
    circuit: Trained,
    *,
    purification: Sequence[int],
    shots: Sequence[int],
    rate: float | None,
    training: NoisyTraining | None = None,
) -> Iterator[dict[str, Any]]:
    """One row per number of purification rounds and shots, for each way of training.

    Args:
        site: The site.
        circuit: A trained circuit.
        purification: Numbers of purification rounds.
        shots: Numbers of shots per label.
        rate: Labels per second asked for, or None.
        training: How the circuit is also trained under the noise of each condition, or None.

    Yields:
        Flat rows with units in the names.
    """
    noiseless = float(circuit.read_out().accuracy().mean())
    for place, found in site_conditions(site, circuit, purification):
        ways = [circuit]
        if training is not None and not found.noise.is_zero:
            ways.append(training.train(circuit, found.noisy(circuit.model)))
        for way, number in product(ways, shots):
            readouts = way.read_out(found)
            accuracy = readouts.accuracy(number)
            reasons = obstacles(place, found, shots=number, rate=rate)
            seconds = label_seconds(found, number)
            spent = found.ledger(number)
            yield {
                "resource": found.resource,
                "purification_rounds": found.purification_rounds,
                "shots": number,
                "trained_with_noise": way.knows_noise,
                "feasible": not reasons,
                "reason": "; ".join(reasons) or None,
                "accuracy_mean": float(accuracy.mean()),
                "accuracy_std": float(accuracy.std(ddof=1)) if len(accuracy) > 1 else 0.0,
                "runs": len(accuracy),
                "accuracy_runs": accuracy.tolist(),
                "accuracy_many_shots": float(readouts.accuracy().mean()),
                "accuracy_noiseless": noiseless,
                "pair_fidelity": found.pair_fidelity,
                "storage_seconds": found.storage_seconds,
                **{f"{unit}_per_inference": n for unit, n in found.used.amounts.items()},
                "waiting_seconds_per_inference": found.ledger(1).waiting_seconds,
                "seconds_per_inference": found.cycle_seconds,
                "fresh_pairs_per_label": number * found.raw_pairs,
                **{f"{unit}_per_label": n for unit, n in spent.used.amounts.items()},
                "waiting_seconds_per_label": spent.waiting_seconds,
                "seconds_per_label": seconds,
                "labels_per_second": 1 / seconds if seconds > 0 else np.inf,
            }


def with_front(options: pl.DataFrame) -> pl.DataFrame:
    """The same rows with a column `pareto`: the front of accuracy and labels per second.

    Args:
        options: Rows as `options_of` makes them.

    Returns:
        The rows; an option that is not feasible is never on the front.

    Example:
        >>> rows = pl.DataFrame({"feasible": [True, True, False],
        ...                      "accuracy_mean": [0.9, 0.8, 1.0],
        ...                      "labels_per_second": [1.0, 0.5, 9.0]})
        >>> with_front(rows)["pareto"].to_list()
        [True, False, False]
    """
    feasible = options["feasible"].to_numpy()
    front = np.zeros(options.height, bool)
    front[feasible] = pareto_front(
        options["accuracy_mean"].to_numpy()[feasible],
        options["labels_per_second"].to_numpy()[feasible],
    )
    return options.with_columns(pareto=pl.Series(front, dtype=pl.Boolean))
