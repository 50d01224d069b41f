"""`ebit plan` for more than two QPUs."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from ebit.cli.console import announce, output, print_table, write_json
from ebit.cli.options import Given
from ebit.cli.pages import keep_plan
from ebit.cli.plan_page import depths_of, plan_page, plan_settings
from ebit.cli.progress import show_progress, show_titles
from ebit.data import Dataset
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.network import Network
from ebit.planning import Layout, layouts, plan_links, words
from ebit.planning.many import RESOURCES
from ebit.report import write_plan
from ebit.results import Store, Task, compare, depth_for, model_settings, task_of


def many_qpus(between: str | None) -> int | list[str] | None:
    """Names of more than two QPUs or how many of them; None for two QPUs."""
    if between is None:
        return None
    if between.strip().isdecimal() and int(between) > 2:
        return int(between)
    names = [name.strip() for name in between.split(",")]
    return names if len(names) > 2 else None


def print_plan(
    network: Network,
    qpus: int | list[str],
    dataset: Dataset,
    given: Given,
    *,
    resources: Sequence[str],
    shots: Sequence[int],
    purification: Sequence[int],
    rate: float | None,
    rows: int,
    train_with_noise: bool,
    quick: bool,
    name: str,
    marks: Sequence[str],
    out: Path,
    json: Path | None,
) -> None:
    """Plan for these QPUs, print the options and the recommendation.

    Args:
        network: The network.
        qpus: Names of QPUs, or how many of them.
        dataset: The data.
        given: Options of model and training.
        resources: Resource strings; without any those of a plan for many QPUs.
        shots: Numbers of shots per label.
        purification: Rounds of purification.
        rate: Labels per second asked for, or None.
        rows: Validation rows to evaluate on, at most.
        train_with_noise: Whether circuits are also trained under the noise.
        quick: Whether it is a first look.
        name: The network as it was given.
        marks: Sentences on what is not verified in the profiles of the network.
        out: Folder for results.
        json: File for all rows, or None.
    """
    every = layouts(network, qpus)
    tasks = _tasks(dataset, every, ["none", *(resources or RESOURCES)], given)
    announce(dataset, [task for _, task in tasks], Store(out))
    with show_progress(len(tasks)) as start:
        compare(dataset, [task for _, task in tasks], out, progress=start)
    with show_titles(1, "points") as title:
        plan = plan_links(
            dataset,
            tasks,
            out,
            shots=shots,
            purification=purification,
            rate=rate,
            rows=rows,
            train_with_noise=train_with_noise,
            evaluating=title("Under noise"),
        )
    options, advice = plan.options, plan.recommendation
    titles = ("purif", "noise", "shots", "accuracy", "std", "fidelity", "labels/s")
    print_table(
        [("resource", False), ("links", False), *((t, True) for t in titles), ("feasible", False)],
        [_line(row) for row in options.to_dicts()],
    )
    output.print(
        "purif: rounds of purification; noise: whether trained with it\n"
        "fidelity: of the worst link's pairs when a run starts\n"
        "feasible: * is on the Pareto front of accuracy and labels/s"
    )
    trainings = [task for _, task in tasks]
    if depths := depths_of(trainings):
        output.print(depths)
    for (reason,), own in options.drop_nulls("reason").group_by("reason", maintain_order=True):
        names = dict.fromkeys(
            " on ".join(filter(None, (row["resource"], row["topology"]))) for row in own.to_dicts()
        )
        output.print(f"Not feasible: {'; '.join(names)}: {reason}.")
    findings = words.sweep_findings(plan)
    for line in [*_link_lines(options), *findings, *marks]:
        output.print(line)
    output.print(advice.sentence)
    page = plan_page(
        plan,
        ", ".join(dict.fromkeys(qpu.name for each in every for qpu in each.network.qpus)),
        trainings,
        settings=plan_settings(plan, trainings, name, out),
        findings=findings,
        method=words.method_of_many(plan, marks),
        quick=quick,
    )
    keep_plan(page, out)
    output.print(f"Report: {write_plan(page, out)[0]}")
    write_json(
        json,
        {
            "recommendation": advice.sentence,
            "option": _finite(options.filter("recommended")),
            "options": _finite(options),
            "distance": _finite(plan.distance),
            "fidelity": _finite(plan.fidelity),
            "distance_crossings": {k: asdict(c) for k, c in plan.distance_crossings.items()},
            "fidelity_crossings": {k: asdict(c) for k, c in plan.fidelity_crossings.items()},
            "unverified": list(marks),
        },
    )


def _tasks(
    dataset: Dataset, every: Sequence[Layout], resources: Sequence[str], given: Given
) -> list[tuple[Layout, Task]]:
    """Every resource on every layout; what uses no link once."""
    tasks = []
    for name in dict.fromkeys(resources):
        for layout in every if name.startswith(("bell:", "classical")) else every[:1]:
            count = len(layout.network.qpus)
            model = {**given.of(ModelSettings), "resource": name}
            model |= {"qpus": count, "topology": layout.topology}
            depth = depth_for(model_settings(dataset, model))
            task = task_of(dataset, {**model, **given.of(TrainingSettings), "depth": depth})
            tasks.append((layout, task))
    return tasks


def _link_lines(options: pl.DataFrame) -> list[str]:
    """Which pairs on which link, and at what rate, for the best option of every resource."""
    found = []
    best = options.filter(pl.col("links").list.len() > 0).sort(
        "feasible", "accuracy_mean", descending=True, maintain_order=True
    )
    for row in best.unique("resource", keep="first", maintain_order=True).to_dicts():
        pairs = int(row["ebits_per_inference"]) // len(row["links"])
        columns = ("links", "link_fidelities", "link_fresh_pairs", "link_pair_rates")
        words = "; ".join(
            f"{link} {pairs} of fidelity {fidelity:.3f} out of {fresh:.3g} fresh at {rate:.3g} Hz"
            for link, fidelity, fresh, rate in zip(*(row[k] for k in columns), strict=True)
        )
        found.append(f"Pairs of {row['resource']} for a run: {words}.")
    return found


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    fidelity, rate = row["pair_fidelity"], row["labels_per_second"]
    return (
        row["resource"],
        row["topology"] or "-",
        "-" if fidelity is None else str(row["purification_rounds"]),
        "yes" if row["trained_with_noise"] else "no",
        str(row["shots"]),
        f"{row['accuracy_mean']:.3f}",
        f"{row['accuracy_std']:.3f}" if row["runs"] > 1 else "-",
        "-" if fidelity is None else f"{fidelity:.3f}",
        "no limit" if math.isinf(rate) else f"{rate:.3g}",
        f"{'yes' if row['feasible'] else 'no'}{' *' if row['pareto'] else ''}",
    )


def _finite(rows: pl.DataFrame) -> list[dict[str, Any]]:
    infinite = pl.selectors.float().is_infinite()
    return rows.with_columns(pl.when(~infinite).then(pl.selectors.float())).to_dicts()
