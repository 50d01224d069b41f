"""What a plan says in sentences."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from ebit.network import unverified
from ebit.planning.crossing import Crossing
from ebit.planning.feasibility import SLOWEST_LABEL
from ebit.planning.planner import Plan
from ebit.planning.recommend import rounds_words
from ebit.planning.site import kilometres_text, seconds_text
from ebit.planning.sweeps import reference_of
from ebit.planning.swept import Swept
from ebit.statistics import paired

_METHOD = (
    "Every circuit was trained without noise, once per run, and then run with the noise of the "
    "network; accuracies are exact for this noise.",
    "A label is the sign of the mean of so many shots (normal approximation). Without a limit of "
    "shots even a tiny signal would give the right label.",
    "Pairs are made one after the other and wait in memory until all of a run are there. Their "
    "ages are random; the state is the mean over them, and so is what purification makes of "
    "pairs of different ages. Gates and measurements of purification have the errors of the QPUs.",
    "Gate errors as published hold the decay during the gates; qubits decay on top of them while "
    "they wait for measurements, messages and pairs.",
    "A gate between the QPUs is teleported over one pair, made when the gate is due.",
    "Feasible: the QPUs have the qubits; a run takes no longer than the coherence time T2; pairs "
    "wait no longer than memories keep them; a label comes as fast as asked for, or within "
    f"{seconds_text(SLOWEST_LABEL)}.",
)


_MANY = (
    "A QPU makes pairs with one neighbour at a time, slow links first; pairs that are there wait "
    "for those of the other links, and count as Werner states of their mean fidelity when the run "
    "starts.",
    "In the sweeps every resource is on the links of its best option. The distance is the length "
    "of the longest link, and the others keep their share of it; a fidelity is that of all links.",
)


def method(plan: Plan) -> list[str]:
    """How the numbers of a plan were obtained.

    Args:
        plan: The plan.

    Returns:
        Sentences.
    """
    return _method(plan, _METHOD, unverified(plan.site.profiles))


def method_of_many(plan: Swept, unverified_figures: Sequence[str]) -> list[str]:
    """How the numbers of a plan for more than two QPUs were obtained.

    Args:
        plan: The plan.
        unverified_figures: Sentences on figures of its profiles that are not verified.

    Returns:
        Sentences.
    """
    return _method(plan, (*_METHOD, *_MANY), unverified_figures)


def _method(plan: Swept, sentences: Sequence[str], marks: Sequence[str]) -> list[str]:
    return [
        *sentences,
        _training_words(plan),
        *marks,
        f"Distances and fidelities: {plan.sweep_shots} shots per label. All accuracies are those "
        f"on the same {plan.rows} validation rows.",
        _told_apart(plan),
    ]


def _training_words(plan: Swept) -> str:
    if not plan.options["trained_with_noise"].any():
        return "A training with this noise may do better: --train-with-noise."
    return (
        "Circuits were then also trained further with the noise, for a quarter of the steps: on "
        "the link itself and along the sweeps wherever read-outs change, each from where the "
        "nearest one ended. Findings on sweeps are those of this training; thin dashed lines show "
        "the first."
    )


def _told_apart(plan: Swept) -> str:
    how = "paired by run" if plan.measure is paired else "of means over runs"
    return (
        f"Told apart: by a t-test of differences {how} ({_runs_words(plan)}), corrected for all "
        "pairs of resources (Holm); intervals are 95 % intervals widened for the number of pairs, "
        "and end at the largest possible difference, 1. They tell nothing about other data sets."
    )


def findings(plan: Plan) -> list[str]:
    """Sentences on where resources help, by distance and by fidelity, and on purification.

    Args:
        plan: The plan.

    Returns:
        Sentences.
    """
    return [*sweep_findings(plan), *_harm(plan)]


def sweep_findings(plan: Swept) -> list[str]:
    """Sentences on where resources help, by distance and by fidelity.

    Args:
        plan: The plan.

    Returns:
        Sentences.
    """
    names = plan.options["resource"].unique(maintain_order=True).to_list()
    found = []
    for name, crossing in plan.distance_crossings.items():
        text = _standing(crossing, str(reference_of(name, names)), kilometres_text, " km")
        found.append(f"{name} is {text}; {_reach(plan.distance, name)}.")
    if found:
        found.insert(0, f"Against distance, {_sweep_words(plan)}:")
    for name, crossing in plan.fidelity_crossings.items():
        if plan.fidelity.filter(pl.col("resource") == name)["uses_pairs"].any():
            text = _standing(crossing, str(reference_of(name, names)), "{:.3g}".format, "")
            found.append(f"By the fidelity of its pairs when it starts, {name} is {text}.")
    return found


def marks(crossings: Mapping[str, Crossing]) -> dict[str, float]:
    """The places of crossings that there are.

    Args:
        crossings: Crossings by resource.

    Returns:
        A place for each resource that is told apart on both sides of it.

    Example:
        >>> marks({"bell:1": Crossing(2.0, ()), "quantum": Crossing(None, ())})
        {'bell:1': 2.0}
    """
    return {name: found.place for name, found in crossings.items() if found.place is not None}


def _sweep_words(plan: Swept) -> str:
    """With how many shots and rounds of purification the sweep was made."""
    text = f"with {plan.sweep_shots} shots per label over {_runs_words(plan)}"
    if not plan.distance["pair_fidelity"].is_not_null().any():
        return text
    *first, last = map(str, plan.purification)
    if not first:
        return f"{text} and {rounds_words(int(last))} of purification"
    return (
        f"{text} and, at every distance, those of {', '.join(first)} and {last} rounds of "
        "purification that are best for the resource there"
    )


def _runs_words(plan: Swept) -> str:
    runs = plan.options["runs"].to_list()
    low, high = min(runs), max(runs)
    if low != high:
        return f"{low} to {high} runs"
    return f"{low} run{'' if low == 1 else 's'}"


def _standing(found: Crossing, reference: str, text: Callable[[float], str], unit: str) -> str:
    """How a resource stands to its reference, stretch by stretch."""
    parts = []
    for number, part in enumerate(found.stretches):
        low, high = text(part.low), text(part.high)
        where = f"at {low}" if low == high else f"from {low.removesuffix(unit)} to {high}"
        link = "from" if part.verdict == "not told apart" else "than"
        parts.append(f"{part.verdict} {link} {reference if number == 0 else 'it'} {where}")
    if found.place is not None and found.interval is not None:
        low, high = (text(end) for end in found.interval)
        meet = f"{text(found.place)} ({low.removesuffix(unit)} to {high})"
        parts[-1] += f"; they meet at {meet}"
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _reach(rows: pl.DataFrame, resource: str) -> str:
    """How far a resource is feasible, and why not farther."""
    points = (
        rows.filter(pl.col("resource") == resource)
        .unique("distance_km", keep="first")
        .sort("distance_km")
        .to_dicts()
    )
    parts = [list(group) for _, group in groupby(points, key=lambda row: bool(row["feasible"]))]
    reached = [part for part in parts if part[0]["feasible"]]
    if len(reached) == len(parts):
        return "feasible everywhere"
    refused = next(part for part in reversed(parts) if not part[0]["feasible"])
    why = f"at {kilometres_text(refused[0]['distance_km'])}{_with_rounds(refused[0])} "
    why += str(refused[0]["reason"])
    if not reached:
        return f"nowhere feasible: {why}"
    spans = [(part[0]["distance_km"], part[-1]["distance_km"]) for part in reached]
    return f"feasible {' and '.join(_span(*span) for span in spans)}; {why}"


def _span(low: float, high: float) -> str:
    first, last = kilometres_text(low), kilometres_text(high)
    return f"at {first}" if first == last else f"from {first.removesuffix(' km')} to {last}"


def _with_rounds(row: Mapping[str, Any]) -> str:
    rounds = row["purification_rounds"]
    return f" with {rounds_words(rounds)} of purification" if rounds else ""


def _harm(plan: Plan) -> list[str]:
    """Where purification makes pairs worse by the time that they are used."""
    found = []
    pairs = plan.options.drop_nulls("pair_fidelity").unique(
        ["resource", "purification_rounds"], keep="first", maintain_order=True
    )
    for (name,), own in pairs.group_by("resource", maintain_order=True):
        rows = own.sort("purification_rounds").to_dicts()
        best = max(rows, key=lambda row: row["pair_fidelity"])
        more = [row for row in rows if row["purification_rounds"] > best["purification_rounds"]]
        if more and more[0]["pair_fidelity"] < best["pair_fidelity"]:
            found.append(f"{name}: {_lower(plan, best, more[0])}")
    return found


def _lower(plan: Plan, best: Mapping[str, Any], worse: Mapping[str, Any]) -> str:
    """That more rounds lower the fidelity, and whether waiting or distilling does it."""
    fresh = [
        plan.site.with_purification(row["purification_rounds"]).link.purified.fidelity
        for row in (best, worse)
    ]
    cause = (
        "because distilling pairs of this fidelity makes them worse"
        if fresh[1] <= fresh[0]
        else "because a pair waits for those it is distilled with, which costs more than "
        "distilling gains"
    )
    more, few = worse["purification_rounds"], best["purification_rounds"]
    return (
        f"a pair is worse when it is used after {rounds_words(more)} of purification (fidelity "
        f"{worse['pair_fidelity']:.4f}) than {f'after {few}' if few else 'without'} "
        f"({best['pair_fidelity']:.4f}), {cause}."
    )
