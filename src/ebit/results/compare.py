"""Train every resource on one data set, side by side."""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from ebit.data import Dataset
from ebit.errors import EbitError
from ebit.learning import Progress
from ebit.resources import compared_resources
from ebit.results.task import Task
from ebit.results.train import train


def all_resources(qubits: int) -> list[str]:
    """Every resource and baseline for two QPUs of this size, cheapest links first.

    Args:
        qubits: Qubits per QPU.

    Returns:
        Resource strings in the order of all tables, as `ebit.ResourceRow.compared` says: Bell pairs
        1, 2 and so on up to four, then powers of two and all qubits.

    Example:
        >>> print(", ".join(all_resources(2)))
        single, dnn, none, shared:1, bell:1, bell:2, classical, classical+bell:1, quantum
    """
    return compared_resources(qubits)


def compare(
    dataset: Dataset,
    tasks: Sequence[Task],
    out: Path,
    *,
    progress: Callable[[Task], Progress] | None = None,
) -> pl.DataFrame:
    """The rows of several tasks on one data set, one after the other.

    Args:
        dataset: The data that the tasks were made for.
        tasks: As `make_task` returns them.
        out: Folder for results; finished tasks in it cost nothing, so an interrupted comparison
            goes on where it stopped.
        progress: Called with each task when it starts; what it returns is called between chunks.

    Returns:
        One row per task and run.

    Raises:
        EbitError: If there is no task, one belongs to other data, or the folder cannot be
            written.
        TrainingDivergedError: If a loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from ebit.data import load
        >>> from ebit.results import make_task
        >>> data = load("chsh")
        >>> tasks = [make_task(data, resource=r, depth=1, steps=3, runs=1)
        ...          for r in ("none", "bell:1")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     compare(data, tasks, Path(folder))["resource"].to_list()
        ['none', 'bell:1']
    """
    if not tasks:
        raise EbitError("Argument `tasks` is empty: name at least one resource.")
    frames = [
        train(dataset, task, out, progress=None if progress is None else progress(task))
        for task in tasks
    ]
    return pl.concat(frames, how="diagonal")
