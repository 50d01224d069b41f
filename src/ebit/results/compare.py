"""Train every resource on one data set, side by side."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from ebit import checks
from ebit.data import Dataset
from ebit.learning import Progress, compile_trainings, shown_or_called
from ebit.models import ModelSettings
from ebit.models.checks import MAX_QUBITS
from ebit.resources import compared_resources, find_row, parse_resource
from ebit.resources.ghz_states import MOST_MEMBERS
from ebit.results.experiment import Experiment, is_experiment, run_experiment
from ebit.results.rows import completed
from ebit.results.store import Store
from ebit.results.task import Task
from ebit.results.train import train


@checks.takes(qubits=checks.whole(1, MAX_QUBITS))
def all_resources(qubits: int) -> list[str]:
    """Every resource and baseline for two QPUs of this size, cheapest links first.

    Args:
        qubits: Qubits per QPU.

    Returns:
        Resource strings in the order of all tables, as `ebit.ResourceRow.compared` says: Bell pairs
        1, 2 and so on up to four, then powers of two and all qubits.

    Example:
        >>> print(", ".join(all_resources(2)))
        single, dnn, none, shared:1, mixture:4, bell:1, bell:2, classical, classical+bell:1, quantum
    """
    return compared_resources(qubits)


def graph_resources(qpus: int) -> list[str]:
    """What more than two QPUs are compared with by default.

    Args:
        qpus: Number of QPUs.

    Returns:
        Resource strings in the order of all tables.

    Example:
        >>> graph_resources(4)
        ['none', 'shared:1', 'mixture:4', 'bell:1', 'ghz:4']
    """
    groups = [f"ghz:{qpus}"] if qpus <= MOST_MEMBERS else []
    return ["none", "shared:1", "mixture:4", "bell:1", *groups]


def depth_for(settings: ModelSettings) -> int:
    """The depth that gives a resource no more parameters than `none` has at the same settings.

    Only values of shared randomness, each with angles of its own, make a difference.

    Args:
        settings: Settings of its model.

    Returns:
        The depth in the settings, or less with values; at least 1.

    Example:
        >>> settings = ModelSettings(resource="mixture:4", depth=20)
        >>> depth_for(settings), depth_for(ModelSettings(resource="bell:1", depth=20))
        (3, 20)
        >>> less = settings.model_copy(update={"depth": 3})
        >>> less.build().num_parameters, ModelSettings(resource="none").build().num_parameters
        (248, 268)
    """
    row = find_row(settings.resource)
    if row is None or row.is_baseline or parse_resource(settings.resource).values == 1:
        return settings.depth

    def parameters(**changes: Any) -> int:
        return settings.model_copy(update=changes).build().num_parameters

    most, first = parameters(resource="none"), parameters(depth=1)
    more = max(0, most - first) // (parameters(depth=2) - first)
    return min(settings.depth, 1 + more)


@checks.takes(
    dataset=checks.instance(Dataset, "a Dataset, as ebit.data.load returns it"),
    tasks=checks.several(checks.instance(Task, "a task, as ebit.make_task returns it")),
    progress=shown_or_called,
)
def compare(
    dataset: Dataset,
    tasks: Sequence[Task],
    out: checks.PathLike,
    *,
    progress: Callable[[Task], Progress] | bool | None = True,
) -> pl.DataFrame:
    """The rows of several tasks on one data set, one after the other.

    Args:
        dataset: The data that the tasks were made for.
        tasks: As `make_task` returns them.
        out: Folder for results; finished tasks in it cost nothing, so an interrupted comparison
            goes on where it stopped.
        progress: True to show progress where somebody looks, False for none, or a function that is
            called with each task when it starts; what it returns is called between chunks.

    Returns:
        One row per task and run.

    Raises:
        EbitError: If there is no task, one belongs to other data, or the folder cannot be
            written.
        TrainingDivergedError: If a loss stops being finite.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import load
        >>> from ebit.results import make_task
        >>> data = load("chsh")
        >>> tasks = [make_task(data, resource=r, depth=1, steps=3, runs=1)
        ...          for r in ("none", "bell:1")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     compare(data, tasks, Path(folder))["resource"].to_list()
        ['none', 'bell:1']
    """
    store = Store(out)
    store.sweep()
    new = [task for task in tasks if store.get(task.hash) is None]
    trainings = [(task.model.build(), task.training) for task in new]
    with compile_trainings(trainings, len(dataset.y_train), len(dataset.y_validation)):
        frames = [
            train(dataset, task, out, progress=progress(task) if callable(progress) else progress)
            for task in tasks
        ]
    return pl.concat(frames, how="diagonal")


@checks.takes(
    datasets=checks.several(checks.instance(Dataset, "data sets")),
    tasks=checks.several(checks.several(checks.instance(Task, "tasks"), least=0)),
    others=checks.several(checks.several(is_experiment, least=0)),
    out=checks.path,
)
def compare_splits(
    datasets: Sequence[Dataset],
    tasks: Sequence[Sequence[Task]],
    others: Sequence[Sequence[Experiment]],
    out: checks.PathLike,
    *,
    progress: Callable[[Task], Progress] | bool | None = True,
) -> pl.DataFrame:
    """As `compare` for several splits of one file, with other classifiers beside.

    Args:
        datasets: One data set per split.
        tasks: The tasks of each.
        others: Other classifiers on each.
        out: Folder for results.
        progress: As for `compare`; the other classifiers take no time.

    Returns:
        One row per task and run, the splits one after the other; with one data set the column
        `split` is empty.

    Raises:
        EbitError: As `compare`.
    """
    frames = []
    for number, (dataset, own, beside) in enumerate(zip(datasets, tasks, others, strict=True)):
        rows = [compare(dataset, own, out, progress=progress)] if own or not beside else []
        rows += [run_experiment(other, Store(out)) for other in beside]
        split = pl.lit(number if len(datasets) > 1 else None, pl.Int64)
        frames.append(completed(pl.concat(rows, how="diagonal")).with_columns(split=split))
    return pl.concat(frames, how="diagonal")
