"""Progress of trainings on standard error: a bar on a terminal, else one line per training."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from ebit.cli.console import messages
from ebit.learning import Progress as Report
from ebit.results import Task

Start = Callable[[Task], Report]
"""Called when a task starts; returns what to call between chunks with (done, steps)."""


@contextmanager
def show_progress(total: int) -> Iterator[Start]:
    """Show the progress of several trainings.

    Args:
        total: How many.

    Yields:
        A function to call with each task when it starts.
    """
    with show_titles(total, "steps") as start:
        yield lambda task: start(task.model.resource)


@contextmanager
def show_titles(total: int, unit: str) -> Iterator[Callable[[str], Report]]:
    """Show the progress of several pieces of work.

    Args:
        total: How many.
        unit: What each of them counts.

    Yields:
        A function to call with the title of each when it starts.
    """
    number = 0

    def numbered(title: str) -> str:
        nonlocal number
        number += 1
        return f"{title} ({number}/{total})"

    if messages.is_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=messages, transient=True) as bar:
            yield lambda title: _on_bar(bar, numbered(title))
    else:
        yield lambda title: _in_lines(numbered(title), unit)


def _on_bar(bar: Progress, title: str) -> Report:
    for item in bar.task_ids:
        bar.remove_task(item)
    item = bar.add_task(f"{title} compiling", total=None)

    def report(done: int, steps: int) -> None:
        bar.update(item, completed=done, total=steps, description=title)

    return report


def _in_lines(title: str, unit: str) -> Report:
    started = time.monotonic()

    def report(done: int, steps: int) -> None:
        if done == steps:
            messages.print(f"{title}: {steps} {unit} in {time.monotonic() - started:.1f} s")

    return report
