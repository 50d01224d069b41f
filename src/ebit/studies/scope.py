"""What a reproduction will compute, before it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ebit import checks
from ebit.results import SweepTask
from ebit.studies.capacity_jobs import CapacityJob, capacity_jobs
from ebit.studies.sets import PREFIX, Sets, available_sets
from ebit.studies.study import Choice, Item, Study, read_study
from ebit.studies.tasks import Budget, files_of, read_grids, training_tasks


@dataclass(frozen=True)
class Plan:
    """Items of a study and how much is computed for them.

    Attributes:
        study: The study.
        items: Its tables and figures to reproduce.
        sets: Data sets; the first ones stand in for those that will be chosen.
        budget: How much is computed.
    """

    study: Study
    items: tuple[Item, ...]
    sets: Sets
    budget: Budget

    @property
    def choice(self) -> Choice | None:
        """How data sets are chosen, if an item needs that."""
        names = self.study.sets.choice.names if self.study.sets.choice is not None else ()
        chosen = {PREFIX + name for name in (*names, "chosen")}
        return self.study.sets.choice if chosen & self._data_names else None

    @property
    def _data_names(self) -> set[str]:
        """What the files of tasks write for their data."""
        names: set[str] = set()
        for file in files_of(self.items, capacity=False):
            for grid in read_grids(self.study, file, self.budget)["grid"]:
                data = grid["data"]
                names |= {data} if isinstance(data, str) else set(data)
        return names

    @cached_property
    def candidates(self) -> list[SweepTask]:
        """The trainings that decide which data sets are chosen."""
        choice = self.choice
        if choice is None:
            return []
        tasks = training_tasks(self.study, [choice.file], self.sets, self.budget)
        return [task for task in tasks if task.task.model.resource == choice.resource]

    def tasks(self, sets: Sets) -> list[SweepTask]:
        """All trainings, each once, those that decide first."""
        tasks = training_tasks(self.study, files_of(self.items, capacity=False), sets, self.budget)
        return list({task.task.hash: task for task in (*self.candidates, *tasks)}.values())

    @cached_property
    def jobs(self) -> list[CapacityJob]:
        """All computations of capacities, each once."""
        return capacity_jobs(self.study, files_of(self.items, capacity=True), self.budget)


@checks.takes(
    tables=checks.several(checks.text("names of tables"), least=0),
    figures=checks.several(checks.text("names of figures"), least=0),
    data=checks.several(checks.path, least=0),
    quick=checks.flag,
    runs=checks.maybe(checks.whole(1)),
    sets=checks.maybe(checks.whole()),
)
def plan_study(
    name: str,
    *,
    tables: Sequence[str] = (),
    figures: Sequence[str] = (),
    data: Sequence[Path] = (),
    quick: bool = False,
    runs: int | None = None,
    sets: int | None = None,
) -> Plan:
    """What a reproduction will compute.

    Args:
        name: Name of the study.
        tables: Only these tables ...
        figures: ... and these figures; all of both if none is named.
        data: The user's data files, for studies that take some.
        quick: A first look with few runs and steps.
        runs: Runs of every training instead of those of the study.
        sets: Only the first so many of the generated data sets.

    Returns:
        The plan.

    Raises:
        EbitError: If a name is unknown, or a number or a file is bad.

    Example:
        >>> plan = plan_study("kim2026", tables=["S4"])
        >>> len(plan.candidates), len(plan.tasks(plan.sets))
        (100, 124)
    """
    study = read_study(name)
    return Plan(
        study=study,
        items=tuple(study.select(tables, figures)),
        sets=available_sets(study.sets, data, quick=quick, most=sets),
        budget=Budget(quick, runs),
    )
