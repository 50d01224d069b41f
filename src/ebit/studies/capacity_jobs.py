"""Computations of capacities in a study: the grammar of sweeps, kept by hash like trainings."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ebit.capacity import CapacitySettings, capacity_row
from ebit.results import grid_points
from ebit.results.store import read_rows, write_rows
from ebit.studies.study import Study
from ebit.studies.tasks import Budget, read_grids


@dataclass(frozen=True)
class CapacityJob:
    """One computation: what to compute, and its settings.

    Attributes:
        quantity: `rank`, or `spectrum` to keep the eigenvalues, too.
        settings: Arguments of `ebit.capacity.CapacitySettings`.
    """

    quantity: str
    settings: dict[str, Any]

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form."""
        text = json.dumps([self.quantity, self.settings], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


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
            settings = dict(point)
            job = CapacityJob(settings.pop("quantity", "rank"), settings)
            jobs.setdefault(job.hash, job)
    return list(jobs.values())


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
    rows = []
    for number, job in enumerate(jobs):
        path = out / "capacity" / f"{job.hash}.parquet"
        if not path.is_file():
            row = {**job.settings, **_compute(job), "task": job.hash}
            write_rows(path, pl.DataFrame([row]))
        rows.append(read_rows(path))
        if progress is not None:
            progress(number + 1, len(jobs))
    return pl.concat(rows, how="diagonal_relaxed") if rows else pl.DataFrame()


def _compute(job: CapacityJob) -> dict[str, Any]:
    """The row of a job; a spectrum keeps its non-zero eigenvalues."""
    row, spectrum = capacity_row(CapacitySettings(**job.settings))
    columns = asdict(row)
    if job.quantity == "spectrum":
        columns["eigenvalues"] = spectrum.eigenvalues[spectrum.eigenvalues > 0].tolist()
    return columns
