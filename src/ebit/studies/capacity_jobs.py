"""Computations of capacities in a study: the grammar of sweeps, kept by hash like trainings."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ebit.capacity import CapacitySettings
from ebit.results import Capacity, Store, grid_points, run_experiment
from ebit.results.store import CAPACITY
from ebit.studies.study import Study
from ebit.studies.tasks import Budget, read_grids


@dataclass(frozen=True)
class CapacityJob:
    """One computation.

    Attributes:
        capacity: What to compute.
        former: The name of its file in folders of earlier versions.
        has_spectrum: Whether its eigenvalues are drawn.
    """

    capacity: Capacity
    former: str
    has_spectrum: bool = False

    @property
    def hash(self) -> str:
        """That of the capacity."""
        return self.capacity.hash


def capacity_jobs(study: Study, file_names: Sequence[str], budget: Budget) -> list[CapacityJob]:
    """The jobs of some files of tasks, each once.

    Args:
        study: The study.
        file_names: Names of the files without ending.
        budget: How much is computed.

    Returns:
        The jobs in the order of the files.
    """
    jobs: dict[str, CapacityJob] = {}
    for name in file_names:
        content = read_grids(study, name, budget)
        for _, point in grid_points(content, Path(f"{study.name}/tasks/{name}.toml")):
            job = capacity_job(point)
            if job.hash not in jobs or job.has_spectrum:  # one file serves both
                jobs[job.hash] = job
    return list(jobs.values())


def capacity_job(point: Mapping[str, Any]) -> CapacityJob:
    """The job of one point of a grid.

    Args:
        point: Arguments of `ebit.capacity.CapacitySettings`; and `quantity`, which is `spectrum`
            where the eigenvalues are drawn.

    Returns:
        The job.
    """
    settings = dict(point)
    quantity = settings.pop("quantity", "rank")
    capacity = Capacity(CapacitySettings(**settings))
    return CapacityJob(capacity, _former_hash(quantity, settings), quantity == "spectrum")


def _former_hash(quantity: str, settings: Mapping[str, Any]) -> str:
    text = json.dumps([quantity, settings], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def run_jobs(
    jobs: Sequence[CapacityJob],
    out: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """The rows of some jobs; each is kept as soon as it is finished.

    Args:
        jobs: The jobs.
        out: Folder of results; finished jobs in it cost nothing.
        progress: Called with (jobs finished, jobs in all).

    Returns:
        One row per job, in their order, with its hash as `task`.

    Raises:
        EbitError: If the folder cannot be written or a stored row is damaged.
    """
    store, rows = Store(out), []
    for number, job in enumerate(jobs):
        found = store.get(job.former, CAPACITY)
        rows.append(_flat(run_experiment(job.capacity, store) if found is None else found, job))
        if progress is not None:
            progress(number + 1, len(jobs))
    return pl.concat(rows, how="diagonal_relaxed") if rows else pl.DataFrame()


def _flat(row: pl.DataFrame, job: CapacityJob) -> pl.DataFrame:
    """The row with the non-zero eigenvalues of all points in one list.

    Earlier versions kept them in this form, and only where they were drawn.
    """
    row = row.with_columns(task=pl.lit(job.hash))
    if row.schema.get("eigenvalues") != pl.List(pl.List(pl.Float64)):
        return row
    eigenvalues = pl.element().explode()
    return row.with_columns(pl.col("eigenvalues").list.eval(eigenvalues.filter(eigenvalues > 0)))
