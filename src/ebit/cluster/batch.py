"""What a worker does: run the tasks or experiments of a batch, one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from ebit.data import Dataset, DataSource, load
from ebit.errors import TrainingDivergedError
from ebit.results import Store, SweepTask, run_experiment, train
from ebit.results.experiment import Experiment


class Job(Protocol):
    """What a worker is given: a task of a sweep, or an experiment."""

    @property
    def hash(self) -> str:
        """Its name."""


Batch = Sequence[Job]

Work = Callable[[Any, Path], "Errors"]
"""Runs a batch into a folder; gives the errors of those that failed."""


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

Runner = Callable[[Any, Path], Iterator[Errors]]
"""Runs batches into a folder; gives, now and then, the errors since the last time."""


def run_batch(batch: Sequence[SweepTask], out: Path) -> Errors:
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
            errors[item.hash] = TaskError(_words(error), isinstance(error, TrainingDivergedError))
    return errors


def run_each(batch: Sequence[Experiment], out: Path) -> Errors:
    """Run experiments; each one is in the store when the next one starts.

    Args:
        batch: The experiments.
        out: Folder of the store.

    Returns:
        The errors of those that failed.
    """
    errors: Errors = {}
    for experiment in batch:
        try:
            run_experiment(experiment, Store(out))
        except Exception as error:
            errors[experiment.hash] = TaskError(_words(error))
    return errors


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def run_here(work: Sequence[Sequence[SweepTask]], out: Path) -> Iterator[Errors]:
    """The runner without a cluster: everything in this process."""
    for batch in work:
        for item in batch:
            yield run_batch([item], out)


@lru_cache(maxsize=4)
def _loaded(source: DataSource, fingerprint: str) -> Dataset:
    """The data; loaded anew when a task was made for another content of the same file."""
    return load(source)
