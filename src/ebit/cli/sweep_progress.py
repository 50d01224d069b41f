"""Progress of a sweep on standard error: a bar on a terminal, else a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from ebit.cli.console import messages
from ebit.cluster import SweepProgress

LINE_SECONDS = 30.0
"""Time between two lines where there is no terminal."""


@contextmanager
def show_sweep_progress() -> Iterator[SweepProgress]:
    """Show how many tasks are finished, how many per minute, and the time left.

    Yields:
        What to call with (tasks finished, tasks in all).
    """
    if not messages.is_terminal:
        yield _in_lines()
        return
    columns = (
        MofNCompleteColumn(),
        TextColumn("tasks"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, transient=True) as bar:
        item = bar.add_task("", total=None, rate="starting")
        rate = _Rate()

        def report(done: int, total: int) -> None:
            bar.update(item, completed=done, total=total, rate=f"{rate(done):.1f} per minute")

        yield report


def _in_lines() -> SweepProgress:
    rate, printed = _Rate(), time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal printed
        now, speed = time.monotonic(), rate(done)
        if done == total or now - printed > LINE_SECONDS:
            printed = now
            known = speed > 0 and done < total
            left = f", {(total - done) / speed:.0f} minutes left" if known else ""
            messages.print(f"{done} of {total} tasks, {speed:.1f} per minute{left}")

    return report


class _Rate:
    """Tasks per minute since the first look, so that what was finished before does not count."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int) -> float:
        if self._first is None:
            self._first = done
        minutes = (time.monotonic() - self._started) / 60
        return (done - self._first) / minutes if minutes > 0 else 0.0
