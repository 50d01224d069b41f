"""Progress of a training where somebody looks: a bar on a terminal, a line in a notebook."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from ebit import checks

Progress = Callable[[int, int], None]
"""Called between chunks with (steps done, steps in all)."""

SECONDS = 0.2
"""Shortest time between two updates of a notebook."""


def shown_or_called(name: str, value: Any) -> Any:
    """The rule of an argument `progress`: True, False, None or a function."""
    if value is None or isinstance(value, bool):
        return value
    if not callable(value):
        raise checks.wrong(name, "True, False or a function", value)
    return value


@contextmanager
def reporting(progress: Progress | bool | None, title: str) -> Iterator[Progress | None]:
    """What a training tells its progress, for as long as it lasts.

    Args:
        progress: A function to call; True to show the progress if standard error is a terminal or
            this is a notebook; False or None for nothing.
        title: What is trained.

    Yields:
        The function to call, if there is one.

    Example:
        >>> with reporting(False, "bell:1") as report:
        ...     report is None
        True
    """
    if progress is True:
        with _shown(title) as report:
            yield report
    else:
        yield progress or None


def in_notebook() -> bool:
    """Whether cells of a notebook are running."""
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


@contextmanager
def _shown(title: str) -> Iterator[Progress | None]:
    if in_notebook():
        yield _line(title)
    elif sys.stderr is not None and sys.stderr.isatty():
        with _bar(title) as report:
            yield report
    else:
        yield None


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A bar that goes away when the training has ended."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("steps"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        item = bar.add_task(f"{title} compiling", total=None)
        yield lambda done, steps: bar.update(item, completed=done, total=steps, description=title)


def _line(title: str) -> Progress:
    """One output of the cell that is written over."""
    from IPython.display import HTML, display

    started = time.perf_counter()
    handle = display(HTML(f"{escape(title)}: compiling"), display_id=True)
    written = started

    def report(done: int, steps: int) -> None:
        nonlocal written
        now = time.perf_counter()
        if done < steps and now - written < SECONDS:
            return
        written = now
        handle.update(HTML(progress_line(title, done, steps, now - started)))

    return report


def progress_line(title: str, done: int, steps: int, seconds: float) -> str:
    """Progress as HTML.

    Args:
        title: What is trained; any text.
        done: Steps done.
        steps: Steps in all.
        seconds: Wall time so far, compilation included.

    Returns:
        One line; with a bar as long as there are steps left.

    Example:
        >>> progress_line("bell:1", 20, 20, 1.25)
        'bell:1: 20 steps in 1.2 s'
    """
    if done == steps:
        return f"{escape(title)}: {steps} steps in {seconds:.1f} s"
    bar = f'<progress value="{done}" max="{steps}"></progress>'
    return f"{escape(title)}: {bar} {done} of {steps} steps"
