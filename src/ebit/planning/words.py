"""What a plan says in sentences."""

from collections.abc import Mapping

import polars as pl

from ebit.planning.crossing import Crossing
from ebit.planning.feasibility import SLOWEST_LABEL
from ebit.planning.plan import Plan
from ebit.planning.site import kilometres_text, seconds_text
from ebit.planning.sweeps import reference_of

_METHOD = (
    "Every circuit was trained without noise, once per run, and then run with the noise of the "
    "network; accuracies are exact for this noise. A training with this noise may do better.",
    "A label is the sign of the mean of so many shots (normal approximation). Without a limit of "
    "shots even a tiny signal would give the right label.",
    "Pairs are made one after the other, wait in memory until all of a run are there, and all wait "
    "the same mean time. Their loss by waiting comes after purification, which is perfect.",
    "Gate errors as published hold the decay during the gates; qubits decay on top of them while "
    "they wait for measurements, messages and pairs.",
    "A gate between the QPUs is teleported over one pair, made when the gate is due.",
    "Feasible: the QPUs have the qubits; a run takes no longer than the coherence time T2; pairs "
    "wait no longer than memories keep them; a label comes as fast as asked for, or within "
    f"{seconds_text(SLOWEST_LABEL)}.",
    "There are no repeaters: the light between the QPUs is lost exponentially with the distance.",
)


def method(plan: Plan) -> list[str]:
    """How the numbers of a plan were obtained.

    Args:
        plan: The plan.

    Returns:
        Sentences.
    """
    return [
        *_METHOD,
        f"Distances and fidelities: {plan.sweep_shots} shots per label. All accuracies are those "
        f"on the same {plan.rows} validation rows.",
    ]


def findings(plan: Plan) -> list[str]:
    """Sentences on where resources stop to help, by distance and by fidelity.

    Args:
        plan: The plan.

    Returns:
        One sentence per resource and sweep.
    """
    names = plan.options["resource"].unique(maintain_order=True).to_list()
    found = []
    for name, crossing in plan.distance_crossings.items():
        reference = str(reference_of(name, names))
        text = f"{name} {_by_distance(crossing, reference, plan.distance)}"
        found.append(f"{text}{_reach(plan.distance, name)}.")
    for name, crossing in plan.fidelity_crossings.items():
        if plan.fidelity.filter(pl.col("resource") == name)["uses_pairs"].any():
            found.append(f"{name} {_by_fidelity(crossing, str(reference_of(name, names)))}.")
    return found


def marks(crossings: Mapping[str, Crossing]) -> dict[str, float]:
    """The places of crossings that there are.

    Args:
        crossings: Crossings by resource.

    Returns:
        A place for each resource whose mean curve crosses.

    Example:
        >>> marks({"bell:1": Crossing(2.0, None, None, 1, 1, False),
        ...        "quantum": Crossing(None, None, None, 0, 1, False)})
        {'bell:1': 2.0}
    """
    return {name: found.place for name, found in crossings.items() if found.place is not None}


def _by_distance(found: Crossing, reference: str, rows: pl.DataFrame) -> str:
    low, high = (kilometres_text(end) for end in _ends(rows))
    if found.place is None:
        better = "is better than" if found.above else "is never better than"
        return f"{better} {reference} from {low} to {high}"
    side = "from" if found.above else "up to"
    spread = ""
    if found.low is not None and found.high is not None:
        spread = _spread(found, kilometres_text(found.low), kilometres_text(found.high))
    return f"is better than {reference} {side} {kilometres_text(found.place)}{spread}"


def _by_fidelity(found: Crossing, reference: str) -> str:
    if found.place is None:
        better = "helps at every pair fidelity" if found.above else "never helps here"
        return f"{better}, compared with {reference}"
    side = "above" if found.above else "below"
    spread = ""
    if found.low is not None and found.high is not None:
        spread = _spread(found, f"{found.low:.3f}", f"{found.high:.3f}")
    return f"is better than {reference} {side} a pair fidelity of {found.place:.3f}{spread}"


def _spread(found: Crossing, low: str, high: str) -> str:
    return f" ({low} to {high} over {found.crossing} of {found.runs} runs)"


def _reach(rows: pl.DataFrame, resource: str) -> str:
    """How far a resource is feasible, and why not farther."""
    own = rows.filter(pl.col("resource") == resource).sort("distance_km")
    refused = own.filter(~pl.col("feasible"))
    if refused.is_empty():
        return ", and feasible everywhere"
    reached = own.filter("feasible")
    if reached.is_empty():
        return f", but nowhere feasible: at {_first(own)}"
    first, last = _ends(reached)
    beyond = refused.filter(pl.col("distance_km") > last)
    if beyond.is_empty():
        return f", and feasible from {kilometres_text(first)}"
    return f", and feasible up to {kilometres_text(last)}; at {_first(beyond)}"


def _first(rows: pl.DataFrame) -> str:
    return f"{kilometres_text(rows['distance_km'][0])} {rows['reason'][0]}"


def _ends(rows: pl.DataFrame) -> tuple[float, float]:
    """Shortest and longest distance of rows."""
    places = rows["distance_km"].to_numpy()
    return float(places.min()), float(places.max())
