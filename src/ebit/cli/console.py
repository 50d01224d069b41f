"""What the verbs print: tables, progress and JSON."""

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from ebit.learning.checkpoint import write_atomically
from ebit.results import Task, estimate
from ebit.learning import Progress as Report

output = Console(soft_wrap=False)
messages = Console(stderr=True, soft_wrap=True, highlight=False)


def write_json(path: Path | None, content: dict[str, Any]) -> None:
    """Write a JSON file, whole or not at all; no file if `path` is None."""
    if path is not None:
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
        write_atomically(path, text.encode())


def check_json_path(path: Path | None) -> None:
    """Raise before hours of work if the JSON file cannot be written."""
    if path is not None:
        probe = path.with_name(f".{path.name}.probe")
        write_atomically(probe, b"")
        probe.unlink(missing_ok=True)


def command_line() -> str:
    """The command that is running, ready to paste into a shell."""
    return shlex.join(["ebit", *sys.argv[1:]])


def announce(tasks: list[Task]) -> None:
    """Say what large tasks will need before they start."""
    for task in tasks:
        needs = estimate(task)
        if needs.is_large:
            messages.print(f"{task.model.resource}: this needs {needs}.")


@contextmanager
def progress_bar(total: int) -> Iterator[Any]:
    """A bar over several trainings; yields a function from a title to a progress callback."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as bar:
        number = 0

        def start(title: str) -> Report:
            nonlocal number
            number += 1
            item = bar.add_task(f"{title} ({number}/{total}) compiling", total=None)

            def report(done: int, steps: int) -> None:
                bar.update(
                    item,
                    completed=done,
                    total=steps,
                    description=f"{title} ({number}/{total})",
                    visible=done < steps,
                )

            return report

        yield start


def print_summary(summary: pl.DataFrame) -> None:
    """One line per task: accuracy, parameters, cost per inference and time."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("resource")
    titles = ("validation\naccuracy", "parameters", "ebits", "bits", "non-local\ngates")
    for title in (*titles, "rounds", "training\nseconds", "compile\nseconds"):
        table.add_column(title, justify="right")
    for row in summary.iter_rows(named=True):
        mean, std = row["validation_accuracy_mean"], row["validation_accuracy_std"]
        table.add_row(
            row["resource"],
            f"{mean:.3f} ± {std:.3f}",
            str(row["num_parameters"]),
            str(row["ebits_per_inference"]),
            str(row["bits_per_inference"]),
            str(row["nonlocal_gates_per_inference"]),
            str(row["rounds_per_inference"]),
            f"{row['seconds']:.1f}",
            f"{row['compile_seconds']:.1f}",
        )
    output.print(table)
    runs = summary["runs"].to_list()
    output.print(
        f"Accuracy: mean ± standard deviation over {_range(runs)} runs. "
        "Ebits, bits, gates and rounds are used up per inference.",
        soft_wrap=True,
    )


def _range(values: list[int]) -> str:
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"
