"""`ebit sweep`: the tasks of a TOML file, here or on a cluster."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from ebit.cli.console import (
    check_output,
    messages,
    output,
    print_table,
    quality_cells,
    quality_words,
    write_json,
)
from ebit.cli.options import (
    Cluster,
    Given,
    Json,
    TlsCa,
    TlsCert,
    TlsKey,
    Workers,
    certificates_of,
    with_settings,
)
from ebit.cli.sweep_progress import show_sweep_progress
from ebit.cluster import SweepResult, default_workers, run_sweep
from ebit.data import DataSource
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.results import (
    COLUMNS,
    Estimate,
    Store,
    SweepTask,
    check_memory,
    estimate,
    read_sweep,
    summarize,
)

LINES = 40
"""Most tasks that the table shows."""

SETTINGS = ("data", *[c.name for c in COLUMNS if c.role == "setting" and c.name != "resource"])
"""Columns of the table if they are not the same in all rows."""


@with_settings(DataSource, ModelSettings, TrainingSettings, as_options=False)
def sweep(
    given: Given,
    file: Annotated[Path, typer.Argument(help="TOML file with [[grid]] tables.")],
    cluster: Cluster = None,
    workers: Workers = None,
    retries: Annotated[int, typer.Option(help="How often a failed task is tried again.")] = 2,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would take.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for results and models.")] = Path("ebit-sweep"),
    json: Json = None,
) -> None:
    """Train a grid of resources, data and settings, here or on a Dask cluster.

    Settings of --set and --config take the place of those in the grids. Interrupted with Ctrl-C or
    killed, the same command goes on where it stopped.
    """
    certificates = certificates_of(tls_ca, tls_cert, tls_key)
    tasks = read_sweep(file, given.values)
    for note in dict.fromkeys(note for item in tasks for note in item.notes):
        messages.print(f"Note: {note}")
    check_output(json, data=str(file))
    store = Store(out)
    todo = [item for item in tasks if store.get(item.task.hash) is None]
    needs = _needs(todo, workers or default_workers(cluster))
    if dry_run:
        _print_needs(tasks, todo, needs)
        return
    if len(todo) < len(tasks):
        messages.print(f"{len(tasks) - len(todo)} of {len(tasks)} tasks are in {out} already.")
    if needs.is_large:
        messages.print(f"{len(todo)} tasks: this needs {needs}.")
    with show_sweep_progress() as progress:
        result = run_sweep(
            tasks,
            out,
            cluster=cluster,
            workers=workers,
            retries=retries,
            certificates=certificates,
            progress=progress,
        )
    _report(result, len(tasks), json)
    if result.failures:
        raise typer.Exit(1)


def _needs(todo: Sequence[SweepTask], workers: int) -> Estimate:
    """Memory of the largest task on every worker, and the time of all tasks shared among them."""
    needs = [estimate(item.task) for item in todo]
    for item, need in zip(todo, needs, strict=True):
        check_memory(item.task, need)
    memory = max((need.memory_bytes for need in needs), default=0)
    return Estimate(memory * workers, sum(need.seconds for need in needs) / workers)


def _print_needs(tasks: Sequence[SweepTask], todo: Sequence[SweepTask], needs: Estimate) -> None:
    shapes = len({item.shape for item in todo})
    output.print(f"Tasks: {len(tasks)}, of which {len(tasks) - len(todo)} are finished.")
    output.print(f"Programs to compile: {shapes}, a few seconds each on each worker.")
    output.print(f"Needs {needs} for training.")


def _report(result: SweepResult, total: int, json: Path | None) -> None:
    summary = summarize(result.rows) if result.rows.height else result.rows
    if summary.height:
        _print_summary(summary)
    failed = [
        {
            "task": failure.item.task.hash,
            "resource": failure.item.task.model.resource,
            "data": failure.item.task.data,
            "error": failure.error,
        }
        for failure in result.failures
    ]
    output.print(f"{total - len(failed)} of {total} tasks are finished.")
    for line in failed:
        messages.print(f"Failed: {line['resource']} on {line['data']}: {line['error']}")
    write_json(json, {"rows": summary.to_dicts(), "failed": failed})


def _print_summary(summary: pl.DataFrame) -> None:
    """One line per task: the settings that differ, accuracy and time."""
    kept = [name for name in SETTINGS if name in summary.columns]
    words = quality_words(summary)
    names = [name for name in kept if summary[name].n_unique() > 1]
    columns = [("resource", False), *((name, name != "data") for name in names)]
    rows = [
        (
            str(row["resource"]),
            *(str(row[name]) for name in names),
            *quality_cells(row),
            f"{row['seconds']:.1f}",
        )
        for row in summary.head(LINES).iter_rows(named=True)
    ]
    print_table([*columns, *((title, True) for title in (words, "std", "seconds"))], rows)
    if summary.height > LINES:
        output.print(f"... and {summary.height - LINES} more: --json writes all of them.")
