"""Run the tasks of a sweep: resume, retries and errors, whatever the machines."""

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from ebit import checks
from ebit.cluster.batch import Errors, Runner, run_here
from ebit.cluster.dask import check_cluster, dask_runner
from ebit.cluster.doors import Certificates
from ebit.errors import EbitError
from ebit.results import Store, SweepTask, batches
from ebit.writing import followed

LARGEST_BATCH = 16
"""Most tasks that a worker is given at once."""

SweepProgress = Callable[[int, int], None]
"""Called now and then with (tasks finished, tasks in all)."""


@dataclass(frozen=True)
class Failure:
    """A task that failed in every try.

    Attributes:
        item: The task.
        error: Why it failed in the last one, in one line.
    """

    item: SweepTask
    error: str


@dataclass(frozen=True)
class SweepResult:
    """What came of a sweep.

    Attributes:
        rows: One row per finished task and run, in the order of the tasks.
        failures: The tasks that failed.
    """

    rows: pl.DataFrame
    failures: tuple[Failure, ...]


@checks.takes(
    tasks=checks.several(checks.instance(SweepTask, "tasks of `read_sweep`"), least=0),
    cluster=checks.maybe(checks.instance(str, "local, slurm or the address of a scheduler")),
    workers=checks.maybe(checks.whole(1, 100_000)),
    retries=checks.whole(0, 1000),
    certificates=checks.maybe(checks.instance(Certificates, "ebit.Certificates or None")),
    progress=checks.maybe(checks.function),
)
def run_sweep(
    tasks: Sequence[SweepTask],
    out: checks.PathLike,
    *,
    cluster: str | None = None,
    workers: int | None = None,
    retries: int = 2,
    certificates: Certificates | None = None,
    progress: SweepProgress | None = None,
) -> SweepResult:
    """Train the tasks that are not finished yet, here or on a Dask cluster.

    Each finished task is in the folder at once, under its hash. So the same call goes on after
    any interruption, and a task that two workers happened to train is there once.

    Args:
        tasks: As `read_sweep` returns them.
        out: The folder, on a disk that all workers share; finished tasks in it cost nothing.
        cluster: `local` (processes on this machine), `slurm`, or the address of a Dask scheduler;
            None trains one task after the other in this process.
        workers: Processes of `local`, by default one per core, or jobs of `slurm`, by default 1.
        retries: How often a failed task is tried again, after all others; a training that
            diverged is not.
        certificates: For a scheduler at `tls://HOST:PORT`; by default what Dask's own settings
            name (`distributed.comm.tls`).
        progress: Called now and then.

    Returns:
        Rows and failures.

    Raises:
        EbitError: If the cluster or the folder cannot be used, or a stored result is damaged.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit import read_sweep
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "sweep.toml"
        ...     _ = path.write_text('''
        ...         [[grid]]
        ...         data = "chsh"
        ...         resource = ["none", "bell:1"]
        ...         depth = 1
        ...         steps = 3
        ...         runs = 1
        ...     ''')
        ...     run_sweep(read_sweep(path), Path(folder)).rows["resource"].to_list()
        ['none', 'bell:1']
    """
    if cluster is not None:
        check_cluster(cluster)
    if cluster == "local" and _is_starting_worker():
        sys.exit(1)
    workers = workers or default_workers(cluster)
    store = Store(followed(checks.path("out", out)))
    todo = [item for item in tasks if store.get(item.task.hash) is None]
    wanted = {item.task.hash for item in tasks}

    def report() -> None:
        if progress is not None:
            progress(len(wanted & store.finished()), len(tasks))

    errors: Errors = {}
    if todo:
        store.check_writable()
        store.sweep()
        report()
        with _runner(cluster, workers, certificates) as runner:
            errors = _in_rounds(runner, todo, store, workers, retries, report)
    failures = [
        Failure(item, errors[item.task.hash].message) for item in tasks if item.task.hash in errors
    ]
    frames = [_rows(store, item) for item in tasks if item.task.hash not in errors]
    rows = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    return SweepResult(rows, tuple(failures))


def _is_starting_worker() -> bool:
    """Whether this process runs a script a second time, on its way to become a worker.

    Python starts the script anew in each process of a local cluster; where the call of `run_sweep`
    is not below `if __name__ == '__main__':`, it comes here again. The first process says so.
    """
    return bool(getattr(multiprocessing.current_process(), "_inheriting", False))


def default_workers(cluster: str | None) -> int:
    """Workers if the user names no number: one per core on this machine, else one."""
    return (os.cpu_count() or 1) if cluster == "local" else 1


@contextmanager
def _runner(
    cluster: str | None, workers: int, certificates: Certificates | None
) -> Iterator[Runner]:
    if cluster is None:
        yield run_here
    else:
        with dask_runner(cluster, workers, certificates) as runner:
            yield runner


def _in_rounds(
    runner: Runner,
    todo: list[SweepTask],
    store: Store,
    workers: int,
    retries: int,
    report: Callable[[], None],
) -> Errors:
    """The errors that are left; a failed task is tried again after all others, on its own."""
    size = min(LARGEST_BATCH, math.ceil(len(todo) / (4 * workers)))
    errors: Errors = {}
    for _ in range(retries + 1):
        errors = {key: error for key, error in errors.items() if error.is_final}
        for new in runner(list(batches(todo, size)), store.folder):
            errors |= new
            report()
        errors = {key: error for key, error in errors.items() if not store.has(key)}
        again = {key for key, error in errors.items() if not error.is_final}
        todo, size = [item for item in todo if item.task.hash in again], 1
        if not todo:
            break
    return errors


def _rows(store: Store, item: SweepTask) -> pl.DataFrame:
    rows = store.get(item.task.hash)
    if rows is None:
        raise EbitError(
            f"Task {item.task.hash} has no rows in {str(store.folder)!r}: do all workers share "
            "this disk?"
        )
    return rows.with_columns(pl.lit(item.task.data).alias("data"))
