"""`ebit train`: train one resource on one data set."""

from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from ebit.accuracies import accuracy_column, shots_words
from ebit.cli.console import (
    announce,
    check_output,
    output,
    print_confusion,
    print_summary,
    quality_words,
    write_json,
)
from ebit.cli.label_shots import finite
from ebit.cli.options import Given, Json, split_resources, with_settings
from ebit.cli.progress import show_progress
from ebit.cli.sites import check_between, tasks_on
from ebit.data import DataSource
from ebit.errors import EbitError
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.results import Store, StoredModel, load_model, summarize, task_of, validation_confusion
from ebit.results import train as train_task


@with_settings(DataSource, ModelSettings, TrainingSettings)
def train(
    given: Given,
    network: Annotated[
        str | None, typer.Option(help="Train under the noise of this network, see ebit plan.")
    ] = None,
    between: Annotated[
        str | None, typer.Option(help="QPUs of the network: a,b. Default: the only link, or all.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results and the model.")] = Path(
        "ebit-train"
    ),
    json: Json = None,
) -> None:
    """Train one resource on one data set; keep rows and the trained model.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_between(network, between)
    if len(split_resources(given.values["resource"])) > 1:
        raise EbitError(
            f"Argument `resource` must be one for `ebit train`, but is "
            f"{given.values['resource']!r}: use `ebit compare` for several."
        )
    dataset = given.load()
    task = task_of(dataset, given.of(ModelSettings, TrainingSettings))
    if network is not None:
        (task,) = tasks_on(network, between, [task]).tasks
    check_output(json, data=given.values["source"])
    store = Store(out)
    announce(dataset, [task], store)
    with show_progress(1) as start:
        rows = train_task(dataset, task, out, progress=start(task))
    summary = summarize(rows)
    print_summary(summary, finite([task.training.shots_per_label]))
    stored = load_model(store.model_path(task.hash))
    best = _best(stored)
    if stored.runs > 1:
        shots = stored.loss.label_shots if stored.accuracy_of_loss else None
        reached = f"{quality_words(summary)} {list(best.values())[-1]:.3f}{shots_words(shots)}"
        sentence = (
            f"Best run: {best['run']} of 0 to {stored.runs - 1}, {reached} on the validation rows; "
            "predict takes it"
        )
        output.print(fill(sentence, 79))
    confusion = None
    if dataset.scores > 1:
        confusion = validation_confusion(stored, dataset)
        output.print("Validation rows, best run:")
        print_confusion(confusion, dataset.class_names)
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
            "best": best,
            **({} if confusion is None else {"confusion": confusion.to_dicts()}),
        },
    )


def _best(stored: StoredModel) -> dict[str, float]:
    """The best run, and its values under the names of columns; the last one made it the best."""
    run, shots = stored.best_run, stored.loss.label_shots
    if stored.validation_r2:
        return {"run": run, "validation_r2": stored.validation_r2[run]}
    found = {"run": run, "validation_accuracy": stored.validation_accuracy[run]}
    if shots is not None and stored.accuracy_of_loss:
        found[accuracy_column(shots)] = stored.accuracy_of_loss[run]
    return found
