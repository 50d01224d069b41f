"""`ebit compare`: all resources side by side on one data set."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

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
    Pooling,
    Positive,
    Qubits,
    Readout,
    Scale,
    Seed,
    Split,
    SplitSeed,
    split_resources,
)
from ebit.cli.progress import show_progress
from ebit.cli.quick import QUICK_ROWS, smaller
from ebit.cli.shots import parse_shots, show_shots
from ebit.models import RESOURCES_HELP
from ebit.planning import open_site, waiting_seconds
from ebit.plots import check_installed
from ebit.report import write_report
from ebit.results import Store, all_resources, default_qubits, make_task, read_noise, summarize
from ebit.results import compare as compare_tasks


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
    pooling: Pooling = "halves",
    noise: NoiseFile = None,
    qubits: Qubits = None,
    label: Label = None,
    split: Split = 0.25,
    split_seed: SplitSeed = 0,
    scale: Scale = "none",
    features: Features = None,
    positive: Positive = None,
    shots: Annotated[
        str | None,
        typer.Option(help="Also the accuracy with so few shots per label, as in 100,1000."),
    ] = None,
    network: Annotated[
        str | None, typer.Option(help="Also the seconds of waiting on this network, see ebit plan.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results and the report.")] = Path(
        "ebit-compare"
    ),
    json: Json = None,
) -> None:
    """Train every resource on one data set and report what each is worth.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_installed()
    shot_numbers = parse_shots(shots)
    dataset = DataOptions(data, label, split, split_seed, scale, features, positive).load()
    if quick:
        dataset = smaller(dataset, seed)
    if qubits is None:
        qubits = default_qubits(dataset)
    names = all_resources(qubits) if resources is None else split_resources(resources)
    tasks = [
        make_task(
            dataset,
            resource=name,
            qubits=qubits,
            depth=(5 if quick else 20) if depth is None else depth,
            mixing=mixing,
            readout=readout,
            pooling=pooling,
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
    waiting = None if network is None else waiting_seconds(open_site(network), tasks)
    check_output(json, data=data)
    announce(dataset, tasks, Store(out))
    if quick:
        rows_used = len(dataset.y_train) + len(dataset.y_validation)
        messages.print(f"Quick look: {rows_used} rows, few steps. Do not cite these numbers.")
    with show_progress(len(tasks)) as start:
        rows = compare_tasks(dataset, tasks, out, progress=start)
    summary = summarize(rows)
    if waiting is not None:
        seconds = pl.col("task").replace_strict(waiting, return_dtype=pl.Float64)
        summary = summary.with_columns(waiting_seconds_per_inference=seconds)
    print_summary(summary)
    measured = show_shots(dataset, tasks, Store(out), shot_numbers, seed) if shot_numbers else None
    written = write_report(
        rows,
        out,
        title=f"What is each communication resource worth on {dataset.name}?",
        settings={"command": command_line()},
        quick=quick,
        points=(dataset.x_train, dataset.y_train, dataset.class_names),
    )
    output.print(f"Report: {written[0]}")
    content = {"rows": summary.to_dicts()}
    write_json(json, content if measured is None else content | {"shots": measured.to_dicts()})
