"""`ebit compare`: all resources side by side on one data set."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

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
from ebit.cli.options import Given, Json, split_resources, with_settings
from ebit.cli.progress import show_progress
from ebit.cli.quick import DEFAULTS, QUICK_ROWS, smaller, with_defaults
from ebit.cli.shots import parse_shots, show_shots
from ebit.data import DataSource
from ebit.learning import TrainingSettings
from ebit.models import RESOURCES_HELP, CircuitModel, ModelSettings
from ebit.planning import open_site, waiting_seconds
from ebit.plots import check_installed
from ebit.plots.circuit import draw_figure
from ebit.report import advise, headline, write_report
from ebit.results import (
    Store,
    Task,
    all_resources,
    default_qubits,
    depth_for,
    summarize,
    task_of,
)
from ebit.results import compare as compare_tasks

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@with_settings(
    DataSource,
    ModelSettings,
    TrainingSettings,
    without=("resource",),
    defaults=DEFAULTS,
)
def compare(
    given: Given,
    quick: Annotated[
        bool,
        typer.Option("--quick", help=f"A first look: no more than {QUICK_ROWS} training rows."),
    ] = False,
    resources: Annotated[
        str | None, typer.Option(help=f"Only these, separated by commas: {RESOURCES_HELP}.")
    ] = None,
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
    given = with_defaults(given, quick=quick)
    settings = given.of(ModelSettings, TrainingSettings)
    seed = TrainingSettings(**given.of(TrainingSettings)).seed
    dataset = given.load()
    if quick:
        dataset = smaller(dataset, seed)
    qubits = settings.setdefault("qubits", default_qubits(dataset))
    names = all_resources(qubits) if resources is None else split_resources(resources)
    tasks = []
    for name in names:
        own = ModelSettings(**{**given.of(ModelSettings), "qubits": qubits, "resource": name})
        tasks.append(task_of(dataset, {**settings, "resource": name, "depth": depth_for(own)}))
    tasks = list({task.hash: task for task in tasks}.values())
    waiting = None if network is None else waiting_seconds(open_site(network), tasks)
    check_output(json, data=given.values["source"])
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
    output.print(fill(headline(advise(rows)), 79))
    measured = show_shots(dataset, tasks, Store(out), shot_numbers, seed) if shot_numbers else None
    written = write_report(
        rows,
        out,
        title=f"What is each communication resource worth on {dataset.name}?",
        settings={"command": command_line()},
        quick=quick,
        points=(dataset.x_train, dataset.y_train, dataset.class_names),
        draw=partial(draw_circuit, tasks),
    )
    output.print(f"Report: {written[0]}")
    content = {"recommendation": headline(advise(rows)), "rows": summary.to_dicts()}
    write_json(json, content if measured is None else content | {"shots": measured.to_dicts()})


def draw_circuit(tasks: Sequence[Task], resource: str) -> "Figure | None":
    """The drawing of the circuit of a resource; classical networks have none."""
    model = next(task.model.build() for task in tasks if task.model.resource == resource)
    return draw_figure(model.circuit) if isinstance(model, CircuitModel) else None
