"""Run experiments of any kind, here or on a Dask cluster."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from ebit.cluster.batch import Errors, run_each
from ebit.cluster.dask import check_cluster, dask_runner
from ebit.cluster.doors import Certificates
from ebit.errors import EbitError
from ebit.results import Store, run_experiment
from ebit.results.experiment import Experiment, Progress


def run_experiments(
    experiments: Sequence[Experiment],
    store: Store,
    *,
    cluster: str | None = None,
    workers: int = 1,
    certificates: Certificates | None = None,
    start: Callable[[Any], Progress | None] = lambda experiment: None,
) -> list[pl.DataFrame]:
    """The rows of experiments, each from the store if it is finished, else by running it.

    Args:
        experiments: What to run.
        store: Where finished ones are kept, on a disk that all workers share.
        cluster: As for `run_sweep`; None runs one after the other in this process.
        workers: Processes of `local`, or jobs of `slurm`.
        certificates: As for `run_sweep`.
        start: Called before an experiment runs in this process; gives what to call now and then.

    Returns:
        Their rows, in order.

    Raises:
        EbitError: If the cluster or the store cannot be used, or an experiment fails.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> from ebit.consensus.broker import schedule_tasks
        >>> tasks = schedule_tasks(["edf", "fifo"], ["easy"], nodes=4, rounds=2, seeds=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     found = run_experiments(tasks, Store(folder))
        >>> [rows["policy"].item() for rows in found]
        ['edf', 'fifo']
    """
    if cluster is not None:
        check_cluster(cluster)
        todo = [one for one in experiments if store.get(one.hash, one.kind) is None]
        if todo:
            store.check_writable(todo[0].kind)
            errors: Errors = {}
            with dask_runner(cluster, workers, certificates, run_each) as runner:
                for new in runner([[one] for one in todo], store.folder):
                    errors |= new
            if errors:
                first = next(iter(errors.values()))
                raise EbitError(
                    f"{len(errors)} of {len(todo)} experiments failed, the first one because: "
                    f"{first.message}"
                )
    return [_rows(one, store, start) for one in experiments]


def _rows(one: Experiment, store: Store, start: Callable[[Any], Progress | None]) -> pl.DataFrame:
    found = store.get(one.hash, one.kind)
    return run_experiment(one, store, start(one)) if found is None else found
