"""`ebit compare`: all resources side by side on one data set."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from ebit.cli.console import (
    announce,
    check_output,
    command_line,
    messages,
    output,
    print_summary,
    write_json,
)
from ebit.cli.options import (
    DATA_HELP,
    BatchSize,
    DataOptions,
    Features,
    Json,
    Label,
    LearningRate,
    Loss,
    Mixing,
    NoiseFile,
    Positive,
    Qubits,
    Readout,
    Scale,
    Seed,
    Split,
    SplitSeed,
)
from ebit.cli.progress import show_progress
from ebit.data import Dataset
from ebit.models import RESOURCES_HELP
from ebit.plots import check_installed
from ebit.report import write_report
from ebit.results import Store, all_resources, default_qubits, make_task, read_noise, summarize
from ebit.results import compare as compare_tasks

QUICK_ROWS = 512


def compare(
    data: Annotated[str, typer.Option(help=DATA_HELP)] = "clusters:0",
    depth: Annotated[
        int | None, typer.Option(help="Convolution layers per stage. Default: 20, quick 5.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Optimiser steps. Default: 2000, quick 150.")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(help="Runs per resource. Default: 5, quick 3.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=f"A first look: no more than {QUICK_ROWS} training rows."),
    ] = False,
    resources: Annotated[
        str | None, typer.Option(help=f"Only these, separated by commas: {RESOURCES_HELP}.")
    ] = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = 0.05,
    seed: Seed = 0,
    loss: Loss = "mse",
    readout: Readout = "weights",
    mixing: Mixing = 0,
    noise: NoiseFile = None,
    qubits: Qubits = None,
    label: Label = None,
    split: Split = 0.25,
    split_seed: SplitSeed = 0,
    scale: Scale = "none",
    features: Features = None,
    positive: Positive = None,
    out: Annotated[Path, typer.Option(help="Folder for results and the report.")] = Path(
        "ebit-compare"
    ),
    json: Json = None,
) -> None:
    """Train every resource on one data set and report what each is worth.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_installed()
    dataset = DataOptions(data, label, split, split_seed, scale, features, positive).load()
    if quick:
        dataset = _smaller(dataset, seed)
    if qubits is None:
        qubits = default_qubits(dataset)
    names = (
        re.split(r",(?!\s*[a-z]+=)", resources) if resources is not None else all_resources(qubits)
    )
    tasks = [
        make_task(
            dataset,
            resource=name.strip(),
            qubits=qubits,
            depth=(5 if quick else 20) if depth is None else depth,
            mixing=mixing,
            readout=readout,
            noise=None if noise is None else read_noise(noise),
            steps=(150 if quick else 2000) if steps is None else steps,
            batch_size=batch_size,
            learning_rate=learning_rate,
            runs=(3 if quick else 5) if runs is None else runs,
            seed=seed,
            loss=loss,
        )
        for name in names
    ]
    tasks = list({task.hash: task for task in tasks}.values())
    check_output(json, data=data)
    announce(dataset, tasks, Store(out))
    if quick:
        rows_used = len(dataset.y_train) + len(dataset.y_validation)
        messages.print(f"Quick look: {rows_used} rows, few steps. Do not cite these numbers.")
    with show_progress(len(tasks)) as start:
        rows = compare_tasks(dataset, tasks, out, progress=start)
    summary = summarize(rows)
    print_summary(summary)
    written = write_report(
        rows,
        out,
        title=f"What is each communication resource worth on {dataset.name}?",
        settings={"command": command_line()},
        quick=quick,
        points=(dataset.x_train, dataset.y_train, dataset.class_names),
    )
    output.print(f"Report: {written[0]}")
    write_json(json, {"rows": summary.to_dicts()})


def _split(resources: str) -> list[str]:
    """Resource strings between commas; an option such as `concurrence=0.5` stays with its own."""
    return re.split(r",(?!\s*[a-z]+=)", resources)


def _smaller(dataset: Dataset, seed: int) -> Dataset:
    """The same data with at most `QUICK_ROWS` rows for training and a third of that to validate."""
    random = np.random.default_rng([seed, QUICK_ROWS])
    train = _sample(dataset.y_train, QUICK_ROWS, random)
    validation = _sample(dataset.y_validation, QUICK_ROWS // 3, random)
    return replace(
        dataset,
        x_train=dataset.x_train[train],
        y_train=dataset.y_train[train],
        x_validation=dataset.x_validation[validation],
        y_validation=dataset.y_validation[validation],
    )


def _sample(
    labels: NDArray[np.float64], limit: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """At most `limit` rows that keep the share of each class, at least one row of each."""
    if len(labels) <= limit:
        return np.arange(len(labels))
    first, second = (random.permutation(np.flatnonzero(labels == sign)) for sign in (-1, 1))
    count = min(max(round(limit * len(first) / len(labels)), 1), limit - 1)
    return np.sort(np.concatenate([first[:count], second[: limit - count]]))
