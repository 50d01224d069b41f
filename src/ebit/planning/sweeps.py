"""Accuracy against distance and against the fidelity of the pairs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.physics import PairState
from ebit.planning.crossing import Crossing, crossing
from ebit.planning.feasibility import label_seconds, obstacles
from ebit.planning.site import Site
from ebit.planning.trained import Trained

DISTANCES: tuple[float, ...] = tuple(np.geomspace(0.1, 10_000, 26).tolist())
"""Kilometres: five points per decade."""

FIDELITIES: tuple[float, ...] = tuple(np.linspace(0.25, 1, 16).tolist())
"""From white noise to a Bell pair."""

Step = Callable[[], None]
"""Called when a point is done."""


def distance_rows(
    site: Site,
    circuit: Trained,
    *,
    distances: Sequence[float],
    shots: int,
    rate: float | None,
    step: Step,
) -> Iterator[dict[str, Any]]:
    """Accuracy against the length of the link, one row per length and run.

    Args:
        site: The site.
        circuit: A trained circuit.
        distances: Lengths in kilometres.
        shots: Shots per label.
        rate: Labels per second asked for, or None.
        step: Called after every length.

    Yields:
        Flat rows.
    """
    for distance in distances:
        place = site.at_distance(distance)
        found = circuit.condition(place)
        reasons = obstacles(place, found, shots=shots, rate=rate)
        seconds = label_seconds(found, shots)
        for run, accuracy in enumerate(circuit.read_out(found).accuracy(shots)):
            yield {
                "resource": circuit.name,
                "distance_km": distance,
                "run": run,
                "accuracy": float(accuracy),
                "pair_fidelity": found.pair_fidelity,
                "labels_per_second": 1 / seconds if seconds > 0 else np.inf,
                "feasible": not reasons,
                "reason": "; ".join(reasons) or None,
            }
        step()


def fidelity_rows(
    site: Site, circuit: Trained, *, fidelities: Sequence[float], shots: int, step: Step
) -> Iterator[dict[str, Any]]:
    """Accuracy against the fidelity of Werner pairs when a run starts.

    The QPUs are those of the site; a circuit without such pairs has the same accuracy everywhere.

    Args:
        site: The site.
        circuit: A trained circuit.
        fidelities: Fidelities, 1/4 to 1.
        shots: Shots per label.
        step: Called after every fidelity.

    Yields:
        Flat rows, one per fidelity and run.
    """
    found = circuit.condition(site)
    uses_pairs = circuit.model.resource.pairs_of_link > 0
    for fidelity in fidelities:
        state = PairState.werner(fidelity)
        changed = replace(found, pair_state=state) if uses_pairs else found
        for run, accuracy in enumerate(circuit.read_out(changed).accuracy(shots)):
            yield {
                "resource": circuit.name,
                "pair_fidelity": fidelity,
                "uses_pairs": uses_pairs,
                "run": run,
                "accuracy": float(accuracy),
            }
        step()


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


def crossings(rows: pl.DataFrame, column: str, *, log: bool) -> dict[str, Crossing]:
    """Where each resource meets its reference.

    Args:
        rows: Rows of a sweep.
        column: The quantity that is swept.
        log: Whether its axis is logarithmic.

    Returns:
        A crossing for every resource that has a reference.

    Example:
        >>> rows = pl.DataFrame({"resource": 2 * ["none"] + 2 * ["bell:1"],
        ...                      "distance_km": [1.0, 100.0, 1.0, 100.0], "run": 4 * [0],
        ...                      "accuracy": [0.75, 0.75, 1.0, 0.5]})
        >>> round(crossings(rows, "distance_km", log=True)["bell:1"].place, 6)
        10.0
    """
    names = rows["resource"].unique(maintain_order=True).to_list()
    x = rows[column].unique().sort().to_numpy()
    found = {}
    for name in names:
        reference = reference_of(name, names)
        if reference is not None:
            found[name] = crossing(x, _runs(rows, name), _runs(rows, reference), log=log)
    return found


def _runs(rows: pl.DataFrame, resource: str) -> NDArray[np.float64]:
    """Accuracies of a resource, shape (runs, points)."""
    own = rows.filter(pl.col("resource") == resource)
    runs = own["run"].n_unique()
    return own["accuracy"].to_numpy().reshape(-1, runs).T
