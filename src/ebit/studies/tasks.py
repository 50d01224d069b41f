"""The files of tasks of a study: the grammar of sweeps, with names of data sets."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ebit.results import SweepTask, sweep_tasks
from ebit.studies.sets import Sets
from ebit.studies.study import Item, Study, folder_of


@dataclass(frozen=True)
class Budget:
    """How much is computed.

    Attributes:
        quick: Whether the settings of a quick look replace those of the paper.
        runs: Runs of every training instead of those of the paper; None leaves them.
    """

    quick: bool = False
    runs: int | None = None


def read_grids(study: Study, file: str, budget: Budget) -> dict[str, Any]:
    """The grids of a file of tasks, as a sweep file has them.

    In a quick look the settings of its table `[quick]` replace those of all grids.

    Args:
        study: The study.
        file: Name of the file without ending.
        budget: How much is computed.

    Returns:
        `grid`: settings of every grid.

    Example:
        >>> from ebit.studies import read_study
        >>> grids = read_grids(read_study("kim2026"), "table-S4", Budget())
        >>> grids["grid"][0]["depth"], grids["grid"][0]["runs"]
        ([5, 10, 15, 20, 25], 5)
    """
    content = tomllib.loads((folder_of(study.name) / "tasks" / f"{file}.toml").read_text("utf-8"))
    own = content.get("quick", {}) if budget.quick else {}
    grids = [{**content.get("defaults", {}), **grid, **own} for grid in content["grid"]]
    return {"grid": grids}


def training_tasks(
    study: Study, file_names: Sequence[str], sets: Sets, budget: Budget
) -> list[SweepTask]:
    """The trainings of some files of tasks.

    Args:
        study: The study.
        file_names: Names of the files without ending.
        sets: Data sets.
        budget: How much is computed.

    Returns:
        The tasks, each once.

    Raises:
        EbitError: If the user's data do not fit.

    Example:
        >>> from ebit.studies import read_study
        >>> from ebit.studies.sets import Sets
        >>> sets = Sets(("clusters:0",), {"A": "clusters:0"})
        >>> len(training_tasks(read_study("kim2026"), ["table-S4"], sets, Budget()))
        25
    """
    changes: dict[str, Any] = dict(study.quick) if budget.quick else {}
    if budget.runs is not None:
        changes["runs"] = budget.runs
    tasks: dict[str, SweepTask] = {}
    for name in file_names:
        grids = read_grids(study, name, budget)["grid"]
        content = {
            "grid": [{**grid, **changes, "data": sets.expand(grid["data"])} for grid in grids]
        }
        for task in sweep_tasks(content, Path(f"{study.name}/tasks/{name}.toml")):
            tasks.setdefault(task.task.hash, task)
    return list(tasks.values())


def files_of(items: Sequence[Item], *, capacity: bool) -> list[str]:
    """The files of tasks of some items, each once.

    Args:
        items: Tables and figures.
        capacity: Those that compute capacities, or those that train.

    Returns:
        Names without ending.
    """
    names = [name for item in items if item.capacity == capacity for name in item.task_files]
    return list(dict.fromkeys(names))
