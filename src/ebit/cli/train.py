"""`ebit train`: train one resource on one data set."""

from pathlib import Path
from typing import Annotated

import typer

from ebit.cli.console import (
    announce,
    check_output,
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
    ValidateEvery,
)
from ebit.cli.progress import show_progress
from ebit.models import RESOURCES_HELP
from ebit.results import Store, make_task, read_noise, summarize
from ebit.results import train as train_task


def train(
    data: Annotated[str, typer.Option(help=DATA_HELP)],
    resource: Annotated[str, typer.Option(help=f"{RESOURCES_HELP}.")],
    depth: Annotated[int, typer.Option(help="Convolution layers per stage.")] = 20,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 2000,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = 0.05,
    runs: Annotated[int, typer.Option(help="Independent runs, trained together.")] = 5,
    seed: Seed = 0,
    loss: Loss = "mse",
    readout: Readout = "weights",
    mixing: Mixing = 0,
    pooling: Pooling = "halves",
    noise: NoiseFile = None,
    qubits: Qubits = None,
    validate_every: ValidateEvery = None,
    label: Label = None,
    split: Split = 0.25,
    split_seed: SplitSeed = 0,
    scale: Scale = "none",
    features: Features = None,
    positive: Positive = None,
    out: Annotated[Path, typer.Option(help="Folder for results and the model.")] = Path(
        "ebit-train"
    ),
    json: Json = None,
) -> None:
    """Train one resource on one data set; keep rows and the trained model.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    dataset = DataOptions(data, label, split, split_seed, scale, features, positive).load()
    task = make_task(
        dataset,
        resource=resource,
        qubits=qubits,
        depth=depth,
        mixing=mixing,
        readout=readout,
        pooling=pooling,
        noise=None if noise is None else read_noise(noise),
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        runs=runs,
        seed=seed,
        loss=loss,
        validate_every=validate_every,
    )
    check_output(json, data=data)
    store = Store(out)
    announce(dataset, [task], store)
    with show_progress(1) as start:
        rows = train_task(dataset, task, out, progress=start(task))
    summary = summarize(rows)
    print_summary(summary)
    output.print(f"Model: {store.model_path(task.hash)}")
    first = summary.row(0, named=True)
    keys = ("validation_accuracy_mean", "validation_accuracy_std", "runs")
    extra = [k for k in first if k.endswith(("_mean", "_std")) and first[k] is not None]
    write_json(
        json,
        {
            "task": {"hash": task.hash, **task.model_dump(mode="json")},
            "rows": rows.to_dicts(),
            "summary": {key: first[key] for key in dict.fromkeys((*keys, *extra))},
        },
    )
