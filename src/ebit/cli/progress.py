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
    number = 0

    def title_of(task: Task) -> str:
        nonlocal number
        number += 1
        return f"{task.model.resource} ({number}/{total})"

    if messages.is_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=messages, transient=True) as bar:
            yield lambda task: _on_bar(bar, title_of(task))
    else:
        yield lambda task: _in_lines(title_of(task))


def _on_bar(bar: Progress, title: str) -> Report:
    for item in bar.task_ids:
        bar.remove_task(item)
    item = bar.add_task(f"{title} compiling", total=None)

    def report(done: int, steps: int) -> None:
        bar.update(item, completed=done, total=steps, description=title)

    return report


def _in_lines(title: str, unit: str = "steps") -> Report:
    started = time.monotonic()

    def report(done: int, steps: int) -> None:
        if done == steps:
            messages.print(f"{title}: {steps} {unit} in {time.monotonic() - started:.1f} s")

    return report


@contextmanager
def show_points(title: str) -> Iterator[Report]:
    """Show how many points of a sweep are done.

    Args:
        title: What is done.

    Yields:
        What to call with (done, points in all).
    """
    if messages.is_terminal:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=messages, transient=True) as bar:
            item = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(item, completed=done, total=total)
    else:
        yield _in_lines(title, "points")
