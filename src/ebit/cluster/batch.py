"""What a worker does: train the tasks of a batch, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ebit.data import Dataset, DataSource, load
from ebit.errors import TrainingDivergedError
from ebit.results import SweepTask, train

Batch = Sequence[SweepTask]


@dataclass(frozen=True)
class TaskError:
    """Why a task has no rows.

    Attributes:
        message: One line.
        is_final: Whether the same training would fail again.
    """

    message: str
    is_final: bool = False


Errors = dict[str, TaskError]
"""Errors by hash of the task."""

Runner = Callable[[list[Batch], Path], Iterator[Errors]]
"""Trains batches into a folder; gives, now and then, the errors since the last time."""


def run_batch(batch: Batch, out: Path) -> Errors:
    """Train tasks; each one is in the store when the next one starts.

    Args:
        batch: Tasks of equal shape, which share compiled programs.
        out: Folder of the store.

    Returns:
        The errors of the tasks that failed.
    """
    errors: Errors = {}
    for item in batch:
        try:
            data = _loaded(item.source, item.task.fingerprint)
            train(data, item.task, out, progress=False)
        except Exception as error:
            words = " ".join(str(error).split()) or type(error).__name__
            errors[item.task.hash] = TaskError(words, isinstance(error, TrainingDivergedError))
    return errors


def run_here(work: list[Batch], out: Path) -> Iterator[Errors]:
    """The runner without a cluster: everything in this process."""
    for batch in work:
        for item in batch:
            yield run_batch([item], out)


@lru_cache(maxsize=4)
def _loaded(source: DataSource, fingerprint: str) -> Dataset:
    """The data; loaded anew when a task was made for another content of the same file."""
    return load(source)
