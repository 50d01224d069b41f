"""`ebit compare`: all resources side by side on one data set."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Annotated

import polars as pl
import typer

from ebit.accuracies import judged
from ebit.cli.comparison import (
    Comparison,
    can_draw,
    keep_comparison,
    print_gains,
    write_comparison,
)
from ebit.cli.console import (
    announce,
    check_output,
    command_line,
    messages,
    output,
    print_summary,
    write_json,
)
from ebit.cli.label_shots import (
    finite,
    loss_for,
    note_losses,
    parse_label_shots,
    show_by_shots,
    with_accuracy_at,
    with_columns_of,
    with_loss,
    with_more_shots,
)
from ebit.cli.options import Given, Json, split_resources, with_settings
from ebit.cli.progress import show_progress
from ebit.cli.quick import DEFAULTS, QUICK_ROWS, smaller, with_batches, with_defaults
from ebit.cli.shots import parse_shots, show_shots
from ebit.cli.sites import check_between, tasks_on
from ebit.data import Dataset, DataSource
from ebit.errors import EbitError
from ebit.learning import TrainingSettings
from ebit.learning.settings import SHOTS_PER_LABEL
from ebit.models import RESOURCES_HELP, ModelSettings
from ebit.planning.many import is_planned
from ebit.report import advise, headline
from ebit.resources import depth_note, parse_resource
from ebit.results import CLASSIFIER_NAMES as NAMES
from ebit.results import (
    SMALL,
    OtherClassifier,
    Store,
    Task,
    all_resources,
    compare_splits,
    depth_for,
    graph_resources,
    model_settings,
    rows_of_all,
    scikit_learn_version,
    summarize,
    task_of,
    with_gains,
)


@with_settings(
    DataSource,
    ModelSettings,
    TrainingSettings,
    without=("resource", "shots_per_label"),
    defaults={**DEFAULTS, "loss": "shots, of the first of --shots-per-label"},
)
def compare(
    given: Given,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=f"A first look: no more than {QUICK_ROWS} training rows."),
    ] = False,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            help=f"One or several, with commas or given again: {RESOURCES_HELP}; or the "
            f"classifiers {', '.join(NAMES)}. Default: all."
        ),
    ] = None,
    splits: Annotated[
        int | None,
        typer.Option(
            help="Random splits of a file, one run in each. Default: 5 for a file of fewer than "
            f"{SMALL} rows without --runs, else 1."
        ),
    ] = None,
    shots_per_label: Annotated[
        str | None,
        typer.Option(
            help="Accuracy of labels read off so many shots, as in 100,1000,inf; the loss shots is "
            f"that of the first. Default: {SHOTS_PER_LABEL} with loss shots."
        ),
    ] = None,
    shots: Annotated[
        str | None,
        typer.Option(help="Also the accuracy of drawn shots per label, as in 100,1000."),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(help="Train under the noise of this network and tell the seconds of waiting."),
    ] = None,
    between: Annotated[
        str | None, typer.Option(help="QPUs of the network: a,b. Default: the only link, or all.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results and the report.")] = Path(
        "ebit-compare"
    ),
    json: Json = None,
) -> None:
    """Train every resource on one data set and report what each is worth.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_between(network, between)
    draw = can_draw()
    shot_numbers, label_shots = parse_shots(shots), parse_label_shots(shots_per_label)
    given, datasets = _prepared(given, label_shots, splits=splits, quick=quick)
    training = TrainingSettings(**given.of(TrainingSettings))
    seed = training.seed
    names = _names(resource, given, datasets[0], on_network=network is not None)
    tasks = [
        _tasks(dataset, names, given, seed + number) for number, dataset in enumerate(datasets)
    ]
    others = _other_classifiers(names, datasets, training, given_by_name=bool(resource))
    waiting: dict[str, float | None] | None = None
    place: dict[str, str] = {}
    if network is not None:
        tasks, waiting, place = _on_network(network, between, tasks)
    check_output(json, data=given.values["source"])
    announce(datasets[0], [task for own in tasks for task in own], Store(out))
    Store(out).check_writable()
    note_losses(tasks[0], given)
    if quick:
        rows_used = rows_of_all(datasets[0])
        messages.print(f"Quick look: {rows_used} rows, few steps. Do not cite these numbers.")
    with show_progress(sum(map(len, tasks))) as start:
        rows = compare_splits(datasets, tasks, others, out, progress=start)
    of_task = {task.hash: data for data, own in zip(datasets, tasks, strict=True) for task in own}
    by_shots = with_more_shots(rows, of_task, Store(out), finite(label_shots))
    rows = with_accuracy_at(rows, by_shots, training.shots_per_label)
    summary = with_gains(summarize(rows), judged(rows, training.shots_per_label))
    if waiting is not None:
        seconds = pl.col("task").replace_strict(waiting, return_dtype=pl.Float64, default=None)
        summary = summary.with_columns(waiting_seconds_per_inference=seconds)
    print_summary(with_columns_of(summary, by_shots), finite(label_shots))
    note = depth_note({task.model.resource: task.model.depth for task in tasks[0]})
    if note:
        output.print(note)
    advice = advise(rows, training.shots_per_label)
    print_gains(advice)
    show_by_shots(by_shots, Store(out), draw=draw)
    if len(datasets) > 1 and splits is None:
        _print_splits(len(datasets))
    sentence = headline(advice)
    output.print(fill(sentence, 79))
    dataset, first = datasets[0], tasks[0]
    measured = None
    if shot_numbers:
        measured = show_shots(dataset, first, Store(out), shot_numbers, seed, draw=draw)
    found = Comparison(
        rows=rows,
        tasks=first,
        title=f"What is each communication resource worth on {dataset.name}?",
        command=command_line(),
        quick=quick,
        shots=training.shots_per_label,
        data=dataset,
        folder=out,
        network=place,
    )
    keep_comparison(found, given.source(), seed, out)
    if draw:
        output.print(f"Report: {write_comparison(found, out)[0]}")
    else:
        messages.print(
            "Report and figures need Matplotlib and Jinja2: install them with "
            f"`pip install 'ebit[report]'`, then `ebit report {out}` writes them."
        )
    content = {
        "recommendation": sentence,
        "rows": summary.to_dicts(),
        "accuracy_by_shots": by_shots.to_dicts(),
    }
    write_json(json, content if measured is None else content | {"shots": measured.to_dicts()})


def _prepared(
    given: Given, label_shots: Sequence[int | None], *, splits: int | None, quick: bool
) -> tuple[Given, list[Dataset]]:
    """All settings, and the data sets: one for every split."""
    asked = 1 if splits is None and "runs" in given.values else splits
    datasets = with_defaults(given, quick=quick).load_splits(asked)
    if len(datasets) > 1:  # a run in each
        given = Given({"runs": 1, **given.values})
    given = with_loss(with_defaults(given, quick=quick), label_shots, datasets[0])
    if quick:
        seed = TrainingSettings(**given.of(TrainingSettings)).seed
        datasets = [smaller(dataset, seed) for dataset in datasets]
        given = with_batches(given, datasets[0])
    return given, datasets


def _on_network(
    network: str, between: str | None, tasks: Sequence[Sequence[Task]]
) -> tuple[list[list[Task]], dict[str, float | None], dict[str, str]]:
    """The tasks of every split on a network, seconds of waiting by hash, and words for the page."""
    found = tasks_on(network, between, [task for own in tasks for task in own])
    flat, count = found.tasks, len(tasks[0])
    noisy = [flat[start : start + count] for start in range(0, len(flat), count)]
    waiting = {task.hash: wait for task, wait in zip(flat, found.seconds, strict=True)}
    return noisy, waiting, found.settings


def _print_splits(number: int) -> None:
    """Say that a small file was split several times, which nobody asked for."""
    output.print(
        f"{number} splits, one run in each, as the file has fewer than {SMALL} rows; "
        "--splits 1 takes one."
    )


def _names(
    resources: Sequence[str] | None, given: Given, dataset: Dataset, *, on_network: bool
) -> list[str]:
    """What is compared: all resources and other classifiers, or those that were named.

    On a network of many QPUs all resources are those that links say something about.
    """
    if resources:
        return split_resources(*resources)
    qpus = given.values.get("qpus", 2)
    if qpus > 2:
        every = graph_resources(qpus)
        known = [name for name in every if not on_network or is_planned(parse_resource(name))]
        return [*known, *NAMES]
    settings = model_settings(dataset, {**given.of(ModelSettings), "resource": "none"})
    return [*all_resources(min(settings.every_size)), *NAMES]


def _tasks(dataset: Dataset, names: Sequence[str], given: Given, seed: int) -> list[Task]:
    """The trainings on one data set, each once."""
    settings = {**given.of(ModelSettings, TrainingSettings), "seed": seed}
    found: dict[str, Task] = {}
    for name in names:
        if name not in NAMES:
            known = {key: settings[key] for key in ModelSettings.model_fields if key in settings}
            own = model_settings(dataset, {**known, "resource": name})
            fitting = {"resource": name, "depth": depth_for(own), **loss_for(own, given)}
            task = task_of(dataset, {**settings, **fitting})
            found.setdefault(task.hash, task)
    return list(found.values())


def _other_classifiers(
    names: Sequence[str],
    datasets: Sequence[Dataset],
    training: TrainingSettings,
    *,
    given_by_name: bool,
) -> list[list[OtherClassifier]]:
    """Classifiers of scikit-learn on every data set; none, and a line, without scikit-learn."""
    wanted = [name for name in names if name in NAMES]
    if wanted and datasets[0].is_numeric:
        if given_by_name:
            raise EbitError(
                f"Classifier {wanted[0]!r} is for classes, but the targets of data "
                f"{datasets[0].name!r} are numbers: leave it out."
            )
        wanted = []
    if wanted and scikit_learn_version() is None:
        cure = "install it with `pip install 'ebit[sklearn]'`"
        if given_by_name:
            raise EbitError(f"Classifier {wanted[0]!r} needs scikit-learn: {cure}.")
        messages.print(f"Without scikit-learn there is no {', '.join(wanted)}: {cure}.")
        wanted = []
    return [
        [OtherClassifier(name, dataset, training.seed + number, training.runs) for name in wanted]
        for number, dataset in enumerate(datasets)
    ]
