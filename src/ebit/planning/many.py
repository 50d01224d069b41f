"""The plan for more than two QPUs: which links, which pairs where, and at what rate.

Every link counts as a site of its own, see `ebit.planning.condition`. A QPU makes pairs with one
neighbour at a time, see `ebit.planning.turns`; a pair that is there waits for those of the other
links, and counts as a Werner state of the fidelity that it has then, in the mean over these waits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit import checks
from ebit.data import Dataset
from ebit.errors import EbitError
from ebit.learning import Progress
from ebit.models import DistributedQCNN
from ebit.network import Network
from ebit.network.link import MOST_ROUNDS
from ebit.physics import BELL, Noise, mean_pair
from ebit.planning.condition import Condition, condition
from ebit.planning.errors import local_noise
from ebit.planning.feasibility import SLOWEST_LABEL, obstacles
from ebit.planning.layouts import Edge, Layout
from ebit.planning.noisy_training import NoisyTraining
from ebit.planning.options import with_front
from ebit.planning.planner import PURIFICATION, SHOTS
from ebit.planning.recommend import Recommendation, recommend
from ebit.planning.site import Site, seconds_text
from ebit.planning.timing import GateTimes, circuit_seconds
from ebit.planning.trained import EVALUATED_ROWS, Trained, trained_circuit
from ebit.planning.turns import turns
from ebit.resources import OnEdges, Resource, Separable
from ebit.results import Task, compare
from ebit.shots import MAX_SHOTS
from ebit.statistics import paired

RESOURCES = ("none", "bell:1", "classical", "classical+bell:1")
"""What a plan for many QPUs looks at, if nothing is said."""


@dataclass(frozen=True)
class ManyCondition:
    """A circuit on the links of a layout.

    Attributes:
        model: The circuit with its noise and with the pairs as they are when it starts.
        edges: What every link does to its pairs.
        fidelities: Fidelity of the pairs of every link when the run starts; none without pairs.
        pair_seconds: Time in which the pairs are made that are shared before a run.
        waiting_seconds: Time in a run for messages.
        run_seconds: Duration of a run, waiting included.
        reasons: Why it cannot be used, whatever the number of shots.
    """

    model: DistributedQCNN
    edges: dict[Edge, Condition]
    fidelities: dict[Edge, float]
    pair_seconds: float
    waiting_seconds: float
    run_seconds: float
    reasons: tuple[str, ...]

    @property
    def cycle_seconds(self) -> float:
        """Time from the start of one run to that of the next: first pairs, then the circuit."""
        return self.pair_seconds + self.run_seconds

    @property
    def worst_fidelity(self) -> float | None:
        """Fidelity of the pairs of the worst link; None without pairs."""
        return min(self.fidelities.values(), default=None)


DIGITS = 4
"""Of the fidelities in the name of a resource on links."""


def is_planned(resource: Resource) -> bool:
    """Whether a plan for more than two QPUs knows what a resource asks of links.

    Example:
        >>> from ebit import parse_resource
        >>> is_planned(parse_resource("bell:1")), is_planned(parse_resource("ghz:3"))
        (True, False)
    """
    return not (resource.has_nonlocal_gates or resource.trains_state or resource.is_of_graph)


def many_condition(
    layout: Layout, model: DistributedQCNN, purification: int | None
) -> ManyCondition:
    """What the links of a layout do to a circuit.

    Args:
        layout: QPUs and links.
        model: The circuit as it was trained: without noise, with Bell pairs.
        purification: Rounds of purification on every link; None: what each link says.

    Returns:
        The condition.

    Raises:
        EbitError: If the resource is none of links: gates across, a trained state or a state of
            more than two QPUs.
    """
    resource = model.resource
    if not is_planned(resource):
        raise EbitError(
            f"Argument `resources` holds {resource.name!r}, which is not planned for more than two "
            "QPUs: use none, shared:N, bell:N, classical or classical+bell:N."
        )
    two = replace(model, qpus=2, topology="line", readout="weights")
    sites = {edge: _site(layout.network, edge, purification) for edge in layout.edges}
    edges = {edge: condition(site, two) for edge, site in sites.items()}
    times = {edge: found.pair_seconds for edge, found in edges.items()}
    every = 0.0
    fidelities: dict[Edge, float] = {}
    waited = dict(edges)
    if resource.pairs_of_link:
        made = turns(times, resource.pairs_of_link)
        every = made.seconds
        for edge, found in edges.items():
            rest = made.waits[edge]
            fidelities[edge] = _mean_fidelity(found.noise, resource.pairs_of_link, rest)
            storage = found.storage_seconds + float(rest.mean())
            waited[edge] = replace(found, storage_seconds=storage)
    message = max(site.link.message_time for site in sites.values())
    rounds = max(found.used.rounds for found in edges.values())
    noise = local_noise(layout.network.qpus, message_seconds=message if rounds else 0.0)
    waiting = rounds * message
    run = circuit_seconds(model, GateTimes.of(layout.network.qpus)) + waiting
    reasons = dict.fromkeys(
        f"{'-'.join(site.link.between)}: {reason}" if resource.pairs_of_link else reason
        for edge, site in sites.items()
        for reason in obstacles(site, _still(waited[edge], run), shots=1)
    )
    return ManyCondition(
        replace(model, noise=noise, resource=with_werner(model, fidelities)),
        waited,
        fidelities,
        every,
        waiting,
        run,
        tuple(reasons),
    )


def _mean_fidelity(noise: Noise, pairs: int, rest: NDArray[np.float64]) -> float:
    """Of the pairs of a link after random waits for those of the others."""
    herald = noise.seconds_of("storage_seconds", 1)[0]
    kept = [
        mean_pair(BELL, replace(noise, storage_seconds=herald + wait), pairs).fidelity
        for wait in np.unique(rest).tolist()
    ]
    return float(np.mean(kept))


@checks.takes(
    network=checks.instance(Network, "a Network"),
    names=checks.several(checks.instance(str, "the name of a QPU")),
    task=checks.instance(Task, "a task, as ebit.make_task returns it"),
)
def task_on_links(network: Network, names: Sequence[str], task: Task) -> tuple[Task, float | None]:
    """The same training under the noise of the links that its topology asks for.

    Args:
        network: The network.
        names: QPUs of the network that are A, B and so on.
        task: The training without noise, on so many QPUs.

    Returns:
        The task, whose pairs have fidelities of four digits, and the seconds that one inference
        waits for pairs and messages; a baseline as it is, and None.

    Raises:
        EbitError: If the network has no such QPU or link, or the resource is none of links.

    Example:
        >>> from ebit.network import profile
        >>> from ebit.results import ModelSettings, TrainingSettings
        >>> names = ("a", "b", "c")
        >>> ions = [profile("trapped-ion").qpu(name) for name in names]
        >>> fibres = [profile("laboratory").link(*pair) for pair in (("a", "b"), ("b", "c"))]
        >>> settings = ModelSettings(resource="bell:1", qpus=3, topology="line", qubits=2)
        >>> task = Task(model=settings, data="d", fingerprint="", training=TrainingSettings())
        >>> noisy, seconds = task_on_links(Network(qpus=ions, links=fibres), names, task)
        >>> noisy.model.noise.flip_zero, round(seconds, 2)
        (0.0039, 0.21)
    """
    model = task.model.build()
    if not isinstance(model, DistributedQCNN):
        return task, None
    if len(names) != model.qpus:
        raise EbitError(
            f"Argument `between` must name {model.qpus} QPUs, but names {', '.join(names)}."
        )
    edges = tuple(sorted({(min(edge), max(edge)) for edge in model.edges}))
    own = Network(
        qpus=[network.qpu(name) for name in names],
        links=[network.link(names[i], names[j]) for i, j in edges],
    )
    found = many_condition(Layout(own, str(task.model.topology), edges), model, None)
    told = {edge: round(fidelity, DIGITS) for edge, fidelity in found.fidelities.items()}
    changed = {"resource": with_werner(model, told).name, "noise": found.model.noise}
    noisy = Task(**{**dict(task), "model": task.model.model_copy(update=changed)})
    return noisy, found.pair_seconds + found.waiting_seconds


def _still(found: Condition, run: float) -> Condition:
    """One run of the whole circuit; how long labels take is another question."""
    return replace(found, run_seconds=run, pair_seconds=0.0)


def _site(network: Network, edge: Edge, purification: int | None) -> Site:
    first, second = (network.qpus[place].name for place in edge)
    site = Site(network, first, second)
    return site if purification is None else site.with_purification(purification)


def with_werner(model: DistributedQCNN, fidelities: dict[Edge, float]) -> Any:
    """The resource of a circuit with Werner pairs on every link.

    Args:
        model: The circuit.
        fidelities: Of the pairs of every link; none without pairs.

    Returns:
        The resource.
    """
    if not fidelities:
        return model.resource
    pairs: Any = model.resource  # a dataclass, as all resources with pairs of a link are
    own = {}
    for edge, name in zip(model.edges, model._topology.edge_names, strict=True):
        fidelity = min(1.0, max(0.25, fidelities[min(edge), max(edge)]))
        own[name] = replace(pairs, fidelity=fidelity)
    return OnEdges(own, Separable())


def _layout_and_task(name: str, value: Any) -> tuple[Layout, Task]:
    """The rule of a layout with its task."""
    if not isinstance(value, Sequence) or len(value) != 2:
        raise checks.wrong(name, "pairs of a layout and a task", value)
    layout = checks.instance(Layout, "a layout, as ebit.planning.layouts returns it")
    task = checks.instance(Task, "a task, as ebit.make_task returns it")
    return layout(name, value[0]), task(name, value[1])


RULES: dict[str, checks.Rule] = {
    "dataset": checks.instance(Dataset, "a Dataset, as ebit.data.load returns it"),
    "tasks": checks.several(_layout_and_task),
    "out": checks.path,
    "shots": checks.several(checks.whole(1, MAX_SHOTS)),
    "purification": checks.several(checks.whole(0, MOST_ROUNDS, "rounds")),
    "rate": checks.maybe(checks.real(above=0)),
    "rows": checks.whole(1),
    "progress": checks.maybe(checks.function),
}
"""What the arguments of a plan for many QPUs must be."""


@checks.takes(**RULES)
def plan_many(
    dataset: Dataset,
    tasks: Sequence[tuple[Layout, Task]],
    out: Path,
    *,
    shots: Sequence[int] = SHOTS,
    purification: Sequence[int] = PURIFICATION,
    rate: float | None = None,
    rows: int = EVALUATED_ROWS,
    train_with_noise: bool = False,
    progress: Callable[[Task], Progress] | None = None,
) -> tuple[pl.DataFrame, Recommendation]:
    """Every resource on every layout of a network with more than two QPUs, and what to use.

    Args:
        dataset: The data that the tasks were made for.
        tasks: Layouts and a task for each resource on it, whose topology is that of the layout.
        out: Folder for results; finished trainings in it cost nothing.
        shots: Numbers of shots per label.
        purification: Rounds of purification, on every link the same.
        rate: Labels per second asked for; by default one a day.
        rows: Validation rows to evaluate on, at most.
        train_with_noise: Whether circuits are also trained under the noise of the QPUs and links;
            options then hold both ways.
        progress: Called with each task when its training starts.

    Returns:
        Rows with the columns of a plan for two QPUs, and `topology`
        (its links, None without any), `shape`, and for every link in `links` the fidelity of its
        pairs when a run starts (`link_fidelities`), its fresh pairs per second
        (`link_pair_rates`) and those of one run (`link_fresh_pairs`); and the recommendation.

    Raises:
        EbitError: If an argument is out of range, or a resource is not planned for many QPUs.
    """
    for layout, task in tasks:
        many_condition(layout, _model(task), 0)
    compare(dataset, [task for _, task in tasks], out, progress=progress)
    training = NoisyTraining(dataset, out, rows, False) if train_with_noise else None
    found: list[dict[str, Any]] = []
    for layout, task in tasks:
        circuit = trained_circuit(dataset, task, out, rows)
        found += _options(layout, circuit, shots, purification, rate, training)
    table = with_front(pl.DataFrame(found, infer_schema_length=None))
    where = (" on " + pl.col("topology")).fill_null("")
    named = table.with_columns(resource=pl.col("resource") + where)
    advice = recommend(named, paired)
    if advice.option is None:
        return table.with_columns(recommended=False), advice
    keys = ("resource", "purification_rounds", "shots", "trained_with_noise")
    same = pl.all_horizontal(*(pl.col(key) == advice.option[key] for key in keys))
    return table.with_columns(recommended=named.select(recommended=same)["recommended"]), advice


def _model(task: Task) -> DistributedQCNN:
    model = task.model.build()
    if not isinstance(model, DistributedQCNN):
        raise EbitError(f"Resource {task.model.resource!r} uses no network: leave it out.")
    return model


def _options(
    layout: Layout,
    circuit: Trained,
    shots: Sequence[int],
    purification: Sequence[int],
    rate: float | None,
    training: NoisyTraining | None,
) -> Iterator[dict[str, Any]]:
    """One row per number of purification rounds and shots, for each way of training."""
    uses_pairs = circuit.model.resource.pairs_of_link > 0
    uses_links = uses_pairs or circuit.model.consumption.rounds > 0
    noiseless = float(circuit.read_out().accuracy().mean())
    links = layout.names.split(", ")
    for rounds in purification if uses_pairs else [0]:
        found = many_condition(layout, circuit.model, rounds)
        ways = [circuit]
        way = circuit if training is None else training.train(circuit, found.model)
        if way.knows_noise:
            ways.append(way)
        used = circuit.model.consumption
        with_pairs = list(found.edges.values()) if uses_pairs else []
        for way, number in product(ways, shots):
            readouts = way.under(found.model)
            accuracy = readouts.accuracy(number)
            seconds = number * found.cycle_seconds
            reasons = [*found.reasons, *slow_reasons(seconds, rate)]
            yield {
                "resource": circuit.name,
                "topology": layout.names if uses_links else None,
                "shape": layout.shape,
                "purification_rounds": rounds,
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
                "pair_fidelity": found.worst_fidelity,
                "storage_seconds": max((edge.storage_seconds for edge in with_pairs), default=0.0),
                "links": links if uses_pairs else [],
                "link_fidelities": list(found.fidelities.values()),
                "link_pair_rates": [edge.pair_rate for edge in with_pairs],
                "link_fresh_pairs": [edge.raw_pairs for edge in with_pairs],
                **{f"{unit}_per_inference": n for unit, n in used.amounts.items()},
                "waiting_seconds_per_inference": found.pair_seconds + found.waiting_seconds,
                "seconds_per_inference": found.cycle_seconds,
                "fresh_pairs_per_label": number * sum(edge.raw_pairs for edge in with_pairs),
                **{f"{unit}_per_label": number * n for unit, n in used.amounts.items()},
                "waiting_seconds_per_label": number * (found.pair_seconds + found.waiting_seconds),
                "seconds_per_label": seconds,
                "labels_per_second": 1 / seconds if seconds > 0 else np.inf,
            }


def slow_reasons(seconds: float, rate: float | None) -> list[str]:
    """Why a label takes too long; nothing if it does not.

    Args:
        seconds: Time of a label.
        rate: Labels per second asked for, or None.

    Returns:
        Reasons without a full stop.

    Example:
        >>> slow_reasons(2.0, 1.0)
        ['a label takes 2 s, but 1 s is the longest']
    """
    longest = SLOWEST_LABEL if rate is None else min(SLOWEST_LABEL, 1 / rate)
    if seconds <= longest:
        return []
    return [f"a label takes {seconds_text(seconds)}, but {seconds_text(longest)} is the longest"]
