"""The plan: all options on a site, the front, the sweeps and a recommendation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ebit import checks
from ebit.data import Dataset
from ebit.learning import Progress, shown_or_called
from ebit.network.link import MOST_ROUNDS
from ebit.planning.condition import condition
from ebit.planning.cut import cut_options
from ebit.planning.noisy_training import NoisyTraining
from ebit.planning.options import options_of, with_front
from ebit.planning.recommend import Recommendation, recommend
from ebit.planning.site import Site
from ebit.planning.sweeps import (
    DISTANCES,
    FIDELITIES,
    Step,
    distance_rows,
    fidelity_rows,
)
from ebit.planning.swept import Swept
from ebit.planning.trained import EVALUATED_ROWS, Trained, circuit_of, trained_circuit
from ebit.represented import several
from ebit.results import Task, compare
from ebit.shots import MAX_SHOTS
from ebit.statistics import Measure, paired, unpaired

SHOTS = (100, 1000)
"""Shots per label that a plan looks at."""

PURIFICATION = (0, 1, 2)
"""Rounds of purification that a plan looks at, besides those that the network names."""


@dataclass(frozen=True, repr=False, kw_only=True)
class Plan(Swept):
    """What every resource is worth on a site.

    Attributes:
        site: Two QPUs and their link.
        cut: `quantum` without the link, its gates across cut: one row per number of shots, see
            `ebit.planning.cut.cut_options`; nothing without `quantum`.
    """

    site: Site
    cut: pl.DataFrame = field(default_factory=pl.DataFrame)

    def _facts(self) -> dict[str, object]:
        return {
            "site": self.site,
            "resources": several(self.options["resource"].unique(maintain_order=True).to_list()),
            "options": self.options.height,
            "feasible": int(self.options["feasible"].sum()),
            "validation_rows": self.rows,
            "recommendation": self.recommendation.sentence,
        }


_RULES: dict[str, checks.Rule] = {
    "site": checks.instance(Site, "a place, as ebit.open_site returns it"),
    "tasks": checks.several(checks.instance(Task, "a task, as ebit.make_task returns it")),
    "shots": checks.several(checks.whole(1, MAX_SHOTS)),
    "purification": checks.maybe(checks.several(checks.whole(0, MOST_ROUNDS, "rounds"))),
    "rate": checks.maybe(checks.real(above=0)),
    "rows": checks.whole(1),
}


@checks.takes(
    **_RULES,
    dataset=checks.instance(Dataset, "a Dataset, as ebit.data.load returns it"),
    out=checks.path,
    distances=checks.several(checks.real(0)),
    fidelities=checks.several(checks.real(0.25, 1)),
    progress=shown_or_called,
    evaluating=checks.maybe(checks.function),
)
def plan(
    site: Site,
    dataset: Dataset,
    tasks: Sequence[Task],
    out: checks.PathLike,
    *,
    shots: Sequence[int] = SHOTS,
    purification: Sequence[int] | None = None,
    rate: float | None = None,
    distances: Sequence[float] = DISTANCES,
    fidelities: Sequence[float] = FIDELITIES,
    rows: int = EVALUATED_ROWS,
    train_with_noise: bool = False,
    progress: Callable[[Task], Progress] | bool | None = True,
    evaluating: Progress | None = None,
) -> Plan:
    """What every resource is worth on a site: accuracy, rate and cost, and a recommendation.

    Every circuit is trained without noise, once, and then run with the noise of the site: exactly,
    so that another distance costs no training. It may also be trained further under this noise.

    Args:
        site: Two QPUs and their link, see `open_site`.
        dataset: The data that the tasks were made for.
        tasks: One per resource, as `make_task` returns them; `none` is what others are compared
            with.
        out: Folder for results; finished trainings in it cost nothing.
        shots: Numbers of shots per label; the largest one is that of the sweeps.
        purification: Numbers of purification rounds; by default 0, 1, 2 and that of the network.
        rate: Labels per second asked for; by default one a day.
        distances: Kilometres of the sweep, rising; the length of the link itself is added.
        fidelities: Fidelities of the sweep, rising, 1/4 to 1.
        rows: Validation rows to evaluate on, at most.
        train_with_noise: Whether circuits are also trained under the noise of the site, and along
            the sweeps; options and sweeps then hold both ways.
        progress: As for `ebit.compare`: shown where somebody looks; False for none.
        evaluating: Called with (points done, points in all) of the sweeps.

    Returns:
        The plan.

    Raises:
        EbitError: If an argument is out of range, or a resource does not fit.
        TrainingDivergedError: If a loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from ebit.data import load
        >>> from ebit.planning import open_site
        >>> from ebit.results import make_task
        >>> data = load("chsh")
        >>> tasks = [make_task(data, resource=r, depth=1, steps=3, runs=1)
        ...          for r in ("none", "bell:1")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     found = plan(open_site("trapped-ion+laboratory"), data, tasks, Path(folder),
        ...                  shots=[100], purification=[0], distances=[1, 10], fidelities=[0.5, 1])
        >>> found.options["resource"].to_list(), found.distance["distance_km"].unique().to_list()
        (['none', 'bell:1'], [0.002, 1.0, 10.0])
    """
    if purification is None:
        purification = (*PURIFICATION, site.link.purification_rounds)
    check_plan(site, tasks, shots=shots, purification=purification, rate=rate, rows=rows)
    out = Path(out)
    distances = _with_own(site, rising("distances", distances))
    fidelities = rising("fidelities", fidelities)
    compare(dataset, tasks, out, progress=progress)
    return plan_circuits(
        site,
        [trained_circuit(dataset, task, out, rows) for task in tasks],
        shots=shots,
        purification=sorted(set(purification)),
        rate=rate,
        distances=distances,
        fidelities=fidelities,
        measure=_measure(tasks),
        evaluating=evaluating,
        training=NoisyTraining(dataset, out, rows, progress) if train_with_noise else None,
    )


def plan_circuits(
    site: Site,
    circuits: Sequence[Trained],
    *,
    shots: Sequence[int],
    purification: Sequence[int],
    rate: float | None,
    distances: Sequence[float],
    fidelities: Sequence[float],
    measure: Measure,
    evaluating: Progress | None = None,
    training: NoisyTraining | None = None,
) -> Plan:
    """The same for circuits that are trained.

    Args:
        site: Two QPUs and their link.
        circuits: One per resource.
        shots: Numbers of shots per label.
        purification: Numbers of purification rounds, rising.
        rate: Labels per second asked for, or None.
        distances: Kilometres of the sweep, rising.
        fidelities: Fidelities of the sweep, rising.
        measure: How the runs of two resources are compared.
        evaluating: Called with (points done, points in all) of the sweeps.
        training: How the circuits are also trained under noise, or None.

    Returns:
        The plan.
    """
    local = [circuit for circuit in circuits if not circuit.model.resource.has_nonlocal_gates]
    total = len(circuits) * (1 + len(distances)) + len(local) * len(fidelities)
    step = _counter(total, evaluating)
    most = max(shots)
    options: list[dict[str, Any]] = []
    far: list[dict[str, Any]] = []
    worn: list[dict[str, Any]] = []
    for circuit in circuits:
        options += options_of(
            site, circuit, purification=purification, shots=shots, rate=rate, training=training
        )
        step()
        far += distance_rows(
            site,
            circuit,
            distances=distances,
            purification=purification,
            shots=most,
            rate=rate,
            step=step,
            training=training,
        )
    for circuit in local:
        worn += fidelity_rows(
            site, circuit, fidelities=fidelities, shots=most, step=step, training=training
        )
    used_up = pl.selectors.ends_with("_per_inference", "_per_label")
    table = with_front(_frame(options).with_columns(used_up.fill_null(0)))
    advice = recommend(table, measure)
    cut = [row for c in circuits for row in cut_options(site, c, shots=shots, rate=rate)]
    return Plan(
        site=site,
        options=_with_mark(table, advice),
        distance=_frame(far),
        fidelity=_frame(worn),
        recommendation=advice,
        rows=len(circuits[0].labels),
        sweep_shots=most,
        purification=tuple(purification),
        measure=measure,
        cut=_frame(cut),
    )


def _with_own(site: Site, distances: list[float]) -> list[float]:
    """With the length of the link itself, so that sweep and table meet there."""
    return sorted({*distances, site.length} if site.length > 0 else distances)


def _measure(tasks: Sequence[Task]) -> Measure:
    """Runs are paired where they share initial parameters and minibatches as far as they can."""
    return paired if len({task.training for task in tasks}) == 1 else unpaired


def _with_mark(options: pl.DataFrame, advice: Recommendation) -> pl.DataFrame:
    """The options with a column `recommended`."""
    if advice.option is None:
        return options.with_columns(recommended=False)
    keys = ("resource", "purification_rounds", "shots", "trained_with_noise")
    same = [pl.col(key) == advice.option[key] for key in keys]
    return options.with_columns(recommended=pl.all_horizontal(same))


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def _counter(total: int, report: Progress | None) -> Step:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if report is not None:
            report(done, total)

    return step


@checks.takes(**_RULES)
def check_plan(
    site: Site,
    tasks: Sequence[Task],
    *,
    shots: Sequence[int],
    purification: Sequence[int] | None,
    rate: float | None,
    rows: int,
) -> None:
    """Raise before hours of work if a plan cannot be made.

    Args:
        site: Two QPUs and their link.
        tasks: One per resource.
        shots: Numbers of shots per label.
        purification: Numbers of purification rounds, or None.
        rate: Labels per second asked for, or None.
        rows: Validation rows to evaluate on, at most.

    Raises:
        EbitError: If an argument is out of range, or a resource does not fit.
    """
    for task in tasks:
        model = circuit_of(task)
        _ = condition(site, model).noisy(model)


def rising(name: str, points: Sequence[float]) -> list[float]:
    """The points of a sweep, or an error.

    Args:
        name: Name of the argument, for the message.
        points: The points.

    Returns:
        The same.

    Raises:
        EbitError: Unless they are two or more and rise.

    Example:
        >>> rising("distances", [1.0, 2.0])
        [1.0, 2.0]
    """
    if len(points) < 2 or np.any(np.diff(points) <= 0):
        raise checks.wrong(name, "two or more rising numbers", list(points))
    return list(points)
