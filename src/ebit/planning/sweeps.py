"""Accuracy against distance and against the fidelity of the pairs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit import checks
from ebit.planning.crossing import Crossing, crossing
from ebit.planning.feasibility import label_seconds
from ebit.planning.noisy_training import NoisyTraining
from ebit.planning.options import best_setup
from ebit.planning.site import Site
from ebit.planning.trained import Trained
from ebit.statistics import Measure, compare_all, paired

DISTANCES: tuple[float, ...] = tuple(np.geomspace(0.1, 10_000, 26).tolist())
"""Kilometres: five points per decade."""

FIDELITIES: tuple[float, ...] = tuple(np.linspace(0.25, 1, 16).tolist())
"""From white noise to a Bell pair."""

Step = Callable[[], None]
"""Called when a point is done."""

Ways = Iterable[tuple[bool, NDArray[np.float64]]]
"""Whether a circuit was trained under the noise, and the accuracy of its runs."""


def rows_of_runs(
    circuit: Trained, ways: Ways, point: Mapping[str, Any], outcome: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The rows of one point of a sweep.

    Args:
        circuit: The circuit.
        ways: Accuracies of its runs for each way of training.
        point: Columns of the point.
        outcome: Columns of what it is like there.

    Yields:
        A flat row for every way and run.
    """
    for trained, accuracies in ways:
        for run, accuracy in enumerate(accuracies):
            yield {
                "resource": circuit.name,
                "trained_with_noise": trained,
                **point,
                "run": run,
                "accuracy": float(accuracy),
                **outcome,
            }


def outcome_of(
    pair_fidelity: float | None, seconds: float, reasons: Sequence[str]
) -> dict[str, Any]:
    """What a row of a sweep over distance says of the pairs, the labels and the feasibility.

    Args:
        pair_fidelity: Fidelity of the pairs when a run starts, or None without pairs.
        seconds: Time for one label.
        reasons: Why the resource cannot be used.

    Returns:
        Its columns.
    """
    return {
        "pair_fidelity": pair_fidelity,
        "labels_per_second": 1 / seconds if seconds > 0 else np.inf,
        "feasible": not reasons,
        "reason": "; ".join(reasons) or None,
    }


def distance_rows(
    site: Site,
    circuit: Trained,
    *,
    distances: Sequence[float],
    purification: Sequence[int],
    shots: int,
    rate: float | None,
    step: Step,
    training: NoisyTraining | None = None,
) -> Iterator[dict[str, Any]]:
    """Accuracy against the length of the link, one row per length and run.

    At every length the circuit has the rounds of purification that are best for it there. With
    training under noise there are rows of both ways. It is trained where it is feasible and the
    nearest parameters are not near enough; elsewhere these are taken.

    Args:
        site: The site.
        circuit: A trained circuit.
        distances: Lengths in kilometres.
        purification: Numbers of purification rounds, rising.
        shots: Shots per label.
        rate: Labels per second asked for, or None.
        step: Called after every length.
        training: How the circuit is also trained under the noise of the lengths, or None.

    Yields:
        Flat rows.
    """
    for distance in distances:
        place = site.at_distance(distance)
        setup = best_setup(place, circuit, purification=purification, shots=shots, rate=rate)
        found, reasons = setup.found, setup.obstacles
        ways = [(False, setup.accuracy)]
        if training is not None:
            way = training.train(circuit, found.noisy(circuit.model), anew=not reasons)
            ways.append((True, way.read_out(found).accuracy(shots)))
        point = {"distance_km": distance, "purification_rounds": found.purification_rounds}
        outcome = outcome_of(found.pair_fidelity, label_seconds(found, shots), reasons)
        yield from rows_of_runs(circuit, ways, point, outcome)
        step()


def fidelity_rows(
    site: Site,
    circuit: Trained,
    *,
    fidelities: Sequence[float],
    shots: int,
    step: Step,
    training: NoisyTraining | None = None,
) -> Iterator[dict[str, Any]]:
    """Accuracy against the fidelity of Werner pairs when a run starts, for each way of training.

    The QPUs are those of the site; a circuit without such pairs has the same accuracy everywhere.

    Args:
        site: The site.
        circuit: A trained circuit.
        fidelities: Fidelities, 1/4 to 1.
        shots: Shots per label.
        step: Called after every fidelity.
        training: How the circuit is also trained under noise, from the highest fidelity down, at
            every third one; or None.

    Yields:
        Flat rows, one per fidelity and run.
    """
    found = circuit.condition(site)
    uses_pairs = circuit.model.resource.pairs_of_link > 0
    for number, fidelity in enumerate(reversed(fidelities)):
        changed = found.with_fidelity(fidelity) if uses_pairs else found
        ways = [(False, circuit.read_out(changed).accuracy(shots))]
        if training is not None:
            way = training.train(circuit, changed.noisy(circuit.model), anew=number % 3 == 0)
            ways.append((True, way.read_out(changed).accuracy(shots)))
        point = {"pair_fidelity": fidelity, "uses_pairs": uses_pairs}
        yield from rows_of_runs(circuit, ways, point, {})
        step()


@checks.takes(rows=checks.instance(pl.DataFrame, "rows as a Polars table"))
def best_trained(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of circuits that were trained with noise, where there are any; else all.

    Args:
        rows: Rows of a sweep.

    Returns:
        Rows of one way of training.

    Example:
        >>> rows = pl.DataFrame({"trained_with_noise": [False, True], "accuracy": [0.7, 0.8]})
        >>> best_trained(rows)["accuracy"].to_list()
        [0.8]
    """
    with_noise = rows.filter("trained_with_noise")
    return rows if with_noise.is_empty() else with_noise


def reference_of(resource: str, resources: Sequence[str]) -> str | None:
    """What a resource is compared with: the same without pairs or messages.

    Args:
        resource: Resource string.
        resources: All resources of the plan.

    Returns:
        `classical` for `classical+bell:N` if it is there, else `none`; None if that is missing.

    Example:
        >>> reference_of("bell:1", ["none", "bell:1"])
        'none'
    """
    wanted = ["classical"] if resource.startswith("classical+") else []
    for name in (*wanted, "none"):
        if name in resources and name != resource:
            return name
    return None


def crossings(
    rows: pl.DataFrame,
    column: str,
    *,
    log: bool,
    measure: Measure = paired,
    reference: str | None = None,
) -> dict[str, Crossing]:
    """How each resource stands to its reference along a sweep.

    At every point all resources are compared with each other, as for a recommendation.

    Args:
        rows: Rows of a sweep.
        column: The quantity that is swept.
        log: Whether its axis is logarithmic.
        measure: How two resources are compared.
        reference: What all others are compared with; by default `reference_of` each.

    Returns:
        A crossing for every resource that has a reference.

    Example:
        >>> rows = pl.DataFrame({"resource": 4 * ["none"] + 4 * ["bell:1"],
        ...                      "distance_km": 2 * [1.0, 1.0, 100.0, 100.0],
        ...                      "run": 4 * [0, 1],
        ...                      "accuracy": [0.75, 0.75, 0.75, 0.75, 1.0, 1.0, 0.5, 0.5]})
        >>> round(crossings(rows, "distance_km", log=True)["bell:1"].place, 6)
        10.0
    """
    names = rows["resource"].unique(maintain_order=True).to_list()
    places = rows[column].unique().sort().to_list()
    compared = []
    for place in places:
        here = rows.filter(pl.col(column) == place)
        samples = {
            name: here.filter(pl.col("resource") == name)["accuracy"].to_list() for name in names
        }
        compared.append(compare_all(samples, measure))
    found = {}
    for name in names:
        other = reference_of(name, names) if reference is None else reference
        if other is not None and other != name:
            gaps = [at.gap(name, other) for at in compared]
            found[name] = crossing(places, gaps, log=log)
    return found
