"""Accuracy of circuits on many QPUs against the length of the links and the fidelity of pairs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from ebit import checks
from ebit.data import Dataset
from ebit.learning import Progress
from ebit.planning.layouts import Layout
from ebit.planning.many import (
    RULES,
    ManyCondition,
    many_condition,
    plan_many,
    slow_reasons,
    with_werner,
)
from ebit.planning.noisy_training import NoisyTraining
from ebit.planning.planner import PURIFICATION, SHOTS, rising
from ebit.planning.site import Site
from ebit.planning.sweeps import (
    DISTANCES,
    FIDELITIES,
    Step,
    Ways,
    outcome_of,
    rows_of_runs,
)
from ebit.planning.swept import Swept
from ebit.planning.trained import EVALUATED_ROWS, Trained, trained_circuit
from ebit.results import Task
from ebit.statistics import paired


@dataclass(frozen=True, repr=False)
class ManyPlan(Swept):
    """What every resource is worth on the links of a network with more than two QPUs.

    In the sweeps every resource is on the links of its best option. The distance is that of the
    longest link; the others keep their share of it.
    """

    def _facts(self) -> dict[str, object]:
        return {
            "options": self.options.height,
            "feasible": int(self.options["feasible"].sum()),
            "recommendation": self.recommendation.sentence,
        }


@checks.takes(
    **RULES,
    distances=checks.several(checks.real(0)),
    fidelities=checks.several(checks.real(0.25, 1)),
    evaluating=checks.maybe(checks.function),
)
def plan_links(
    dataset: Dataset,
    tasks: Sequence[tuple[Layout, Task]],
    out: Path,
    *,
    shots: Sequence[int] = SHOTS,
    purification: Sequence[int] = PURIFICATION,
    rate: float | None = None,
    rows: int = EVALUATED_ROWS,
    distances: Sequence[float] = DISTANCES[::5],
    fidelities: Sequence[float] = FIDELITIES[::3],
    train_with_noise: bool = False,
    progress: Callable[[Task], Progress] | None = None,
    evaluating: Progress | None = None,
) -> ManyPlan:
    """The options of `plan_many`, and sweeps over the length of the links and over fidelities.

    Args:
        dataset: The data that the tasks were made for.
        tasks: Layouts and a task for each resource on it, whose topology is that of the layout.
        out: Folder for results; finished trainings and read-outs in it cost nothing.
        shots: Numbers of shots per label; the largest one is that of the sweeps.
        purification: Rounds of purification, on every link the same.
        rate: Labels per second asked for; by default one a day.
        rows: Validation rows to evaluate on, at most.
        distances: Kilometres of the longest link, rising.
        fidelities: Fidelities of the pairs of all links, rising, 1/4 to 1.
        train_with_noise: Whether circuits are also trained under the noise.
        progress: Called with each task when its training starts.
        evaluating: Called with (points done, points in all) of the sweeps.

    Returns:
        The plan.

    Raises:
        EbitError: If an argument is out of range, or a resource is not planned for many QPUs.
    """
    distances, fidelities = rising("distances", distances), rising("fidelities", fidelities)
    options, advice = plan_many(
        dataset,
        tasks,
        out,
        shots=shots,
        purification=purification,
        rate=rate,
        rows=rows,
        train_with_noise=train_with_noise,
        progress=progress,
    )
    chosen = best_layouts(options, tasks)
    training = NoisyTraining(dataset, out, rows, False) if train_with_noise else None
    total, done = len(chosen) * (len(distances) + len(fidelities)), 0

    def step() -> None:
        nonlocal done
        done += 1
        if evaluating is not None:
            evaluating(done, total)

    far: list[dict[str, Any]] = []
    worn: list[dict[str, Any]] = []
    number = 0
    for layout, task in chosen:
        circuit = trained_circuit(dataset, task, out, rows)
        number = len(circuit.labels)
        shared: dict[str, Any] = {"shots": max(shots), "step": step, "training": training}
        far += distance_rows(
            layout, circuit, distances=distances, purification=purification, rate=rate, **shared
        )
        worn += fidelity_rows(layout, circuit, fidelities=fidelities, **shared)
    return ManyPlan(
        options=options,
        distance=pl.DataFrame(far, infer_schema_length=None),
        fidelity=pl.DataFrame(worn, infer_schema_length=None),
        recommendation=advice,
        rows=number,
        sweep_shots=max(shots),
        purification=tuple(sorted(set(purification))),
        measure=paired,
    )


def best_layouts(
    options: pl.DataFrame, tasks: Sequence[tuple[Layout, Task]]
) -> list[tuple[Layout, Task]]:
    """The layout of the best option of every resource: feasible first, then the most accurate.

    Args:
        options: Rows of `plan_many`.
        tasks: Layouts and tasks that they were made of.

    Returns:
        One layout and its task for every resource.
    """
    ranked = options.sort("feasible", "accuracy_mean", descending=True, maintain_order=True)
    best = {
        row["resource"]: row["topology"]
        for row in ranked.unique("resource", keep="first", maintain_order=True).to_dicts()
    }
    return [
        (layout, task)
        for layout, task in tasks
        if best[task.model.resource] in (layout.names, None)
    ]


def distance_rows(
    layout: Layout,
    circuit: Trained,
    *,
    distances: Sequence[float],
    purification: Sequence[int],
    shots: int,
    rate: float | None,
    step: Step,
    training: NoisyTraining | None = None,
) -> Iterator[dict[str, Any]]:
    """Accuracy against the length of the longest link, one row per length and run.

    Args:
        layout: QPUs and links.
        circuit: A trained circuit.
        distances: Lengths in kilometres.
        purification: Rounds of purification; at every length those that are best there.
        shots: Shots per label.
        rate: Labels per second asked for, or None.
        step: Called after every length.
        training: How the circuit is also trained under the noise of the lengths, or None.

    Yields:
        Flat rows, with the columns of those of two QPUs.
    """
    rounds = purification if circuit.model.resource.pairs_of_link else [0]
    for distance in distances:
        place = at_distance(layout, distance)
        tried = [_tried(place, circuit, number, shots, rate) for number in rounds]
        usable = [one for one in tried if not one[2]]
        best_pairs = max(tried, key=lambda one: round(one[1].worst_fidelity or 0.0, 3))
        number, found, reasons = max(
            usable or [best_pairs],
            key=lambda one: round(float(circuit.under(one[1].model).accuracy(shots).mean()), 3),
        )
        ways = _ways(circuit, found, shots, training, anew=not reasons)
        point = {"distance_km": distance, "purification_rounds": number}
        outcome = outcome_of(found.worst_fidelity, shots * found.cycle_seconds, reasons)
        yield from rows_of_runs(circuit, ways, point, outcome)
        step()


def fidelity_rows(
    layout: Layout,
    circuit: Trained,
    *,
    fidelities: Sequence[float],
    shots: int,
    step: Step,
    training: NoisyTraining | None = None,
) -> Iterator[dict[str, Any]]:
    """Accuracy against the fidelity of the Werner pairs of all links when a run starts.

    Args:
        layout: QPUs and links.
        circuit: A trained circuit.
        fidelities: Fidelities, 1/4 to 1.
        shots: Shots per label.
        step: Called after every fidelity.
        training: How the circuit is also trained under noise, or None.

    Yields:
        Flat rows, with the columns of those of two QPUs.
    """
    found = many_condition(layout, circuit.model, 0)
    uses_pairs = circuit.model.resource.pairs_of_link > 0
    for fidelity in reversed(fidelities):
        resource = with_werner(circuit.model, dict.fromkeys(found.fidelities, fidelity))
        here = replace(found, model=replace(found.model, resource=resource))
        ways = _ways(circuit, here, shots, training, anew=True)
        point = {"pair_fidelity": fidelity, "uses_pairs": uses_pairs}
        yield from rows_of_runs(circuit, ways, point, {})
        step()


def at_distance(layout: Layout, kilometres: float) -> Layout:
    """The same QPUs with all links longer or shorter by one factor.

    Args:
        layout: QPUs and links.
        kilometres: Length of the longest link.

    Returns:
        The layout.

    Example:
        >>> from ebit.network import Link, Network, Qpu
        >>> ends = [Qpu(name=name, qubits=2) for name in "abc"]
        >>> links = [Link(between=pair, length=f"{km} km", pair_rate="9 Hz", fidelity=0.9)
        ...          for pair, km in ((("a", "b"), 1), (("b", "c"), 4))]
        >>> line = Layout(Network(qpus=ends, links=links), "line", ((0, 1), (1, 2)))
        >>> [link.length for link in at_distance(line, 40.0).network.links]
        [10.0, 40.0]
    """
    names = [qpu.name for qpu in layout.network.qpus]
    sites = [Site(layout.network, names[i], names[j]) for i, j in layout.edges]
    longest = max(site.length for site in sites)
    network = layout.network
    for site in sites:
        share = site.length / longest if longest > 0 else 1.0
        network = replace(site, network=network).at_distance(kilometres * share).network
    return replace(layout, network=network)


def _tried(
    layout: Layout, circuit: Trained, rounds: int, shots: int, rate: float | None
) -> tuple[int, ManyCondition, list[str]]:
    """A number of rounds of purification, what the links do, and why that cannot be used."""
    found = many_condition(layout, circuit.model, rounds)
    return rounds, found, [*found.reasons, *slow_reasons(shots * found.cycle_seconds, rate)]


def _ways(
    circuit: Trained,
    found: ManyCondition,
    shots: int,
    training: NoisyTraining | None,
    *,
    anew: bool,
) -> Ways:
    """Accuracy of every run for each way of training."""
    ways = [(False, circuit)]
    if training is not None:
        ways.append((True, training.train(circuit, found.model, anew=anew)))
    for trained, way in ways:
        yield trained, way.under(found.model).accuracy(shots)
