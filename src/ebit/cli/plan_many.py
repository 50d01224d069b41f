"""`ebit plan` for more than two QPUs."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ebit.cli.console import announce, output, print_table, write_json
from ebit.cli.options import Given
from ebit.cli.progress import show_progress
from ebit.data import Dataset
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.network import Network
from ebit.planning import Layout, layouts, plan_many
from ebit.planning.many import RESOURCES
from ebit.results import Store, Task, default_qubits, depth_for, task_of


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
        out: Folder for results.
        json: File for all rows, or None.
    """
    every = layouts(network, qpus)
    tasks = _tasks(dataset, every, ["none", *(resources or RESOURCES)], given)
    announce(dataset, [task for _, task in tasks], Store(out))
    with show_progress(len(tasks)) as start:
        options, advice = plan_many(
            dataset,
            tasks,
            out,
            shots=shots,
            purification=purification,
            rate=rate,
            rows=rows,
            train_with_noise=train_with_noise,
            progress=start,
        )
    titles = ("purif", "noise", "shots", "accuracy", "std", "fidelity", "labels/s")
    print_table(
        [("resource", False), ("links", False), *((t, True) for t in titles), ("feasible", False)],
        [_line(row) for row in options.to_dicts()],
    )
    output.print(
        "noise: whether trained with it\nfidelity: of the worst link's pairs when a run starts"
    )
    for (reason,), own in options.drop_nulls("reason").group_by("reason", maintain_order=True):
        names = dict.fromkeys(
            " on ".join(filter(None, (row["resource"], row["topology"]))) for row in own.to_dicts()
        )
        output.print(f"Not feasible: {'; '.join(names)}: {reason}.")
    output.print(advice.sentence)
    write_json(
        json,
        {
            "recommendation": advice.sentence,
            "option": _finite(options.filter("recommended")),
            "options": _finite(options),
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
            own = given.of(ModelSettings)
            model = {"qubits": default_qubits(dataset, count), **own, "resource": name}
            model |= {"qpus": count, "topology": layout.topology}
            depth = depth_for(ModelSettings(**model))
            task = task_of(dataset, {**model, **given.of(TrainingSettings), "depth": depth})
            tasks.append((layout, task))
    return tasks


def _named(row: dict[str, Any]) -> str:
    return " on ".join(filter(None, (row["resource"], row["topology"])))


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
