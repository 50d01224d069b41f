"""The runner on Dask, and the clusters it can use."""

import logging
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit.checks import shown
from ebit.cluster.batch import Batch, Errors, Runner, TaskError, Work, run_batch
from ebit.cluster.doors import (
    Certificates,
    check_open_files,
    private_folder,
    security_of,
    temporary_certificates,
)
from ebit.errors import EbitError
from ebit.learning.compilation_cache import use_compilation_cache

LOOK_SECONDS = 1.0
"""Longest time between two looks at the progress."""

_LOUD = ("distributed", "tornado", "asyncio")

DEATHS = 10
"""How often Dask starts a batch again whose worker died, before it counts as failed."""


def check_cluster(cluster: str) -> None:
    """Raise unless this names a cluster.

    Args:
        cluster: What the user gave.

    Raises:
        EbitError: If it is neither `local` nor `slurm` nor the address of a scheduler.
    """
    if cluster not in ("local", "slurm") and not cluster.startswith(("tcp://", "tls://")):
        raise EbitError(
            "Argument `cluster` must be local, slurm or the address of a Dask scheduler "
            f"(tls://HOST:PORT or tcp://HOST:PORT), but is {shown(cluster)}."
        )


@contextmanager
def dask_runner(
    cluster: str,
    workers: int,
    certificates: Certificates | None = None,
    work: Work = run_batch,
) -> Iterator[Runner]:
    """A runner on Dask; what was started for it ends with the block.

    Args:
        cluster: `local`, `slurm`, or the address of a scheduler, `tls://HOST:PORT` or
            `tcp://HOST:PORT`.
        workers: Worker processes (`local`) or jobs (`slurm`) to start; not used for an address.
        certificates: For a `tls://` address; by default what Dask's own settings name.
        work: What a worker does with a batch.

    Yields:
        The runner.

    Raises:
        EbitError: If Dask is not installed, or the cluster cannot be reached or started.
    """
    try:
        import dask
        import distributed
    except ImportError:
        raise EbitError(
            "Option `--cluster` needs Dask, which is not installed: pip install 'ebit[cluster]'."
        ) from None
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with dask.config.set(settings), _quiet(), _started(cluster, workers) as started:
        try:
            client = distributed.Client(
                started.target, timeout="20s", security=security_of(cluster, certificates)
            )
        except (OSError, ValueError) as error:
            raise EbitError(
                f"Argument `cluster` is {cluster!r}, but no Dask scheduler answers there "
                f"({_words(error)}): start one, or use local or slurm."
            ) from None
        with client:
            yield lambda batches, out: _run(client, work, batches, out, started.replace)


@dataclass(frozen=True)
class _Started:
    """What a Dask client connects to, and what starts workers anew in the place of lost ones."""

    target: Any
    replace: Callable[[], None] = lambda: None


def _run(
    client: Any, work: Work, batches: Sequence[Batch], out: Path, replace: Callable[[], None]
) -> Iterator[Errors]:
    """One future per batch; the tasks of a batch whose worker is lost come back as errors."""
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    waiting = {client.submit(_work, work, list(batch), out, pure=False): batch for batch in batches}
    for future in waiting:
        future.add_done_callback(done.put)
    while waiting:
        try:
            future = done.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            _check_connection(client, waiting)
            replace()
            yield {}
            continue
        yield _errors_of(future, waiting.pop(future))


def _work(work: Work, batch: Batch, out: Path) -> Errors:
    """A batch in a process of the cluster, which may find its programs on the disk."""
    use_compilation_cache()
    return work(batch, out)


def _errors_of(future: Any, batch: Batch) -> Errors:
    if future.status in ("cancelled", "lost"):
        raise _lost()
    problem = future.exception()
    if problem is None:
        return future.result()
    words = _words(problem)
    if type(problem).__name__ == "KilledWorker":
        words = "its worker died again and again: perhaps there is not enough memory"
    return {item.hash: TaskError(words) for item in batch}


def _check_connection(client: Any, waiting: dict[Any, Batch]) -> None:
    gone = any(future.status in ("cancelled", "lost") for future in waiting)
    if gone or client.status != "running":
        raise _lost()


def _lost() -> EbitError:
    return EbitError(
        "The Dask scheduler was lost. What is finished is kept: when a scheduler is there again, "
        "run the same command to go on."
    )


@contextmanager
def _started(cluster: str, workers: int) -> Iterator[_Started]:
    """An address, or a cluster that is closed afterwards.

    Jobs end with their time, and a process that dies while it starts is given up by its nanny. A
    cluster that is asked for as many workers as before puts new ones in the place of lost ones.
    """
    check_cluster(cluster)
    if cluster.startswith(("tcp://", "tls://")):
        yield _Started(cluster)
    else:
        with (_local if cluster == "local" else _slurm)(workers) as started:
            yield _Started(started, lambda: _replace_lost(started, workers))


def _replace_lost(cluster: Any, workers: int) -> None:
    """Ask a cluster for as many workers as before, those not counted that never came to life."""
    for name, worker in list(cluster.workers.items()):
        if worker.status.name in ("closed", "failed"):
            cluster.workers.pop(name, None)
    cluster.scale(workers)


@contextmanager
def _local(workers: int) -> Iterator[Any]:
    """Processes of this machine; whoever else uses it reaches none of them."""
    from distributed import LocalCluster

    check_open_files(workers)
    security = temporary_certificates()
    try:
        started = LocalCluster(
            n_workers=workers,
            processes=True,
            threads_per_worker=1,
            memory_limit=None,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            preload="ebit.cluster.preload",
            silence_logs=logging.CRITICAL,
        )
    except (OSError, RuntimeError, MemoryError, TimeoutError) as error:
        raise EbitError(
            f"The {workers} worker processes did not start ({_words(error)}). In a script, put the "
            "call below `if __name__ == '__main__':`; else use fewer workers, or allow more memory "
            "and open files."
        ) from None
    with started:
        yield started


@contextmanager
def _slurm(workers: int) -> Iterator[Any]:
    """Jobs; their certificates lie in a folder that only the user may enter, see there."""
    import dask

    try:
        from dask_jobqueue.slurm import SLURMCluster
    except ImportError:
        raise EbitError(
            "Option `--cluster slurm` needs dask-jobqueue, which is not installed: "
            "pip install 'ebit[cluster]'."
        ) from None
    own = dask.config.get("jobqueue.slurm", {})
    shared = own.get("shared-temp-directory") or str(Path.cwd())
    with private_folder(Path(os.path.expanduser(os.path.expandvars(shared)))) as folder:
        try:
            cluster = SLURMCluster(
                protocol="tls://",
                security=temporary_certificates(),
                shared_temp_directory=os.path.join(shared, folder.name),  # expanded in the job
                scheduler_options={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                worker_extra_args=[*(own.get("worker-extra-args") or []), "--no-dashboard"],
            )
        except ValueError as error:
            raise EbitError(
                f"Dask has no settings for Slurm jobs ({_words(error)}): write cores, memory and "
                "walltime below jobqueue.slurm in ~/.config/dask/jobqueue.yaml."
            ) from None
        with cluster:
            cluster.scale(workers)
            yield cluster


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the messages of Dask and below off the terminal: lost workers are no error here.

    Each of Dask's loggers has a level of its own, from Dask's settings.
    """
    names = [n for n in logging.root.manager.loggerDict if n.partition(".")[0] in _LOUD]
    loggers = [logging.getLogger(name) for name in (*_LOUD, *names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
