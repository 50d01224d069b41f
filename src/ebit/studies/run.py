"""Reproduce a study: compute what is missing and compare it with the paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ebit import checks
from ebit.cluster import Failure, SweepProgress, run_sweep
from ebit.errors import EbitError
from ebit.results import SweepTask
from ebit.studies.capacity_jobs import capacity_jobs, run_jobs
from ebit.studies.findings import findings
from ebit.studies.patterns import PatternResult, check_patterns
from ebit.studies.points import add_holm, compare_points, labelled
from ebit.studies.published import published_numbers
from ebit.studies.questions import Answer, answers
from ebit.studies.rows_of_paper import match_rows, matched_rows
from ebit.studies.scope import Plan, plan_study
from ebit.studies.sets import Sets, choose
from ebit.studies.study import Choice, Item
from ebit.studies.tasks import training_tasks


@dataclass(frozen=True)
class ItemResult:
    """What came of a table or figure.

    Attributes:
        item: The table or figure.
        rows: Its rows: one a run, or one a capacity.
        points: Measured and published numbers side by side, see `compare_points`; with
            `holm_p_value`.
        patterns: Its statements.
        findings: Sentences on what is found beside the published numbers.
        answers: Answers to the questions of a study of our own.
    """

    item: Item
    rows: pl.DataFrame
    points: pl.DataFrame
    patterns: tuple[PatternResult, ...]
    findings: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class StudyResult:
    """What came of a study.

    Attributes:
        plan: What was computed.
        sets: Data sets, with those that were chosen.
        items: Tables and figures; those whose trainings all failed are left out.
        failures: Trainings that failed.
    """

    plan: Plan
    sets: Sets
    items: tuple[ItemResult, ...]
    failures: tuple[Failure, ...]

    @property
    def comparisons(self) -> pl.DataFrame:
        """Points of all items, one below the other, with the label of the item in front."""
        frames = [
            result.points.select(pl.lit(result.item.label).alias("item"), pl.all())
            for result in self.items
        ]
        merged = pl.concat(frames, how="diagonal_relaxed")
        last = [name for name in self.items[0].points.columns if name in _LAST]
        return merged.select(*[name for name in merged.columns if name not in last], *last)


_LAST = (
    "measured", "measured_std", "measured_runs", "published", "published_std", "published_runs",
    "difference", "standard_error", "standard_errors", "interval_low", "interval_high",
    "p_value", "holm_p_value", "verdict", "reason",
)  # fmt: skip


@checks.takes(
    study=checks.instance(str, "the name of a study"),
    out=checks.path,
    tables=checks.several(checks.instance(str, "names of tables"), least=0),
    figures=checks.several(checks.instance(str, "names of figures"), least=0),
    data=checks.several(checks.path, least=0),
    quick=checks.flag,
    runs=checks.maybe(checks.whole(1)),
    sets=checks.maybe(checks.whole(1)),
    cluster=checks.maybe(checks.instance(str, "local, slurm or the address of a scheduler")),
    workers=checks.maybe(checks.whole(1)),
    progress=checks.maybe(checks.function),
)
def reproduce(
    study: str,
    out: checks.PathLike,
    *,
    tables: Sequence[str] = (),
    figures: Sequence[str] = (),
    data: Sequence[checks.PathLike] = (),
    quick: bool = False,
    runs: int | None = None,
    sets: int | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    progress: SweepProgress | None = None,
) -> StudyResult:
    """Compute the tables and figures of a paper again and compare them with the published ones.

    Each finished training is in the folder at once, so the same call goes on after any
    interruption.

    Args:
        study: `kim2026`, `hwang2025` or `worth`.
        out: Folder of results.
        tables: Only these tables ...
        figures: ... and these figures; all of both if none is named.
        data: The user's data files, for studies that take some.
        quick: A first look with few runs and steps, not to be cited.
        runs: Runs of every training instead of those of the study.
        sets: Only the first so many of the generated data sets.
        cluster: As for `run_sweep`.
        workers: As for `run_sweep`.
        progress: Called with (computations finished, computations in all).

    Returns:
        Rows, comparisons and verdicts.

    Raises:
        EbitError: If a name is unknown, a number or file is bad, or the folder cannot be used.
        KeyboardInterrupt: If interrupted; the same call goes on later.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result = reproduce("kim2026", Path(folder), tables=["S2"], quick=True)
        >>> result.items[0].points["resource"].to_list()
        ['none', 'bell:1']
    """
    files = [Path(file) for file in data]
    plan = plan_study(
        study, tables=tables, figures=figures, data=files, quick=quick, runs=runs, sets=sets
    )
    return run_plan(plan, Path(out), cluster=cluster, workers=workers, progress=progress)


def run_plan(
    plan: Plan,
    out: Path,
    *,
    cluster: str | None = None,
    workers: int | None = None,
    progress: SweepProgress | None = None,
) -> StudyResult:
    """As `reproduce`, for a plan that is made already."""
    jobs = len(plan.jobs)
    total = jobs + len(plan.tasks(plan.sets))

    def report(done: int, _: int) -> None:
        if progress is not None:
            progress(done, total)

    def train(tasks: Sequence[SweepTask]) -> tuple[pl.DataFrame, tuple[Failure, ...]]:
        result = run_sweep(
            tasks,
            out,
            cluster=cluster,
            workers=workers,
            progress=lambda done, _: report(jobs + done, total),
        )
        return result.rows, result.failures

    capacities = run_jobs(plan.jobs, out, progress=report)
    sets = plan.sets
    if plan.choice is not None:
        sets = _chosen(plan, plan.choice, train(plan.candidates)[0])
    rows, failures = train(plan.tasks(sets))
    if rows.is_empty() and failures:
        raise EbitError(f"All trainings failed, the first one with: {failures[0].error}")
    results = [_item_result(plan, item, rows, capacities, sets) for item in plan.items]
    items = [result for result in results if result.rows.height]
    adjusted = add_holm(pl.concat([item.points for item in items], how="diagonal_relaxed"))
    return StudyResult(plan, sets, _with_holm(items, adjusted["holm_p_value"]), failures)


def _chosen(plan: Plan, choice: Choice, rows: pl.DataFrame) -> Sets:
    """The data sets with names of the paper, chosen by the accuracy of one resource."""
    if rows.is_empty() or rows["data"].n_unique() < len(choice.names):
        raise EbitError("Too many trainings failed to choose the data sets: run again.")
    means = rows.group_by("data", maintain_order=True).agg(pl.col("validation_accuracy").mean())
    (item,) = plan.study.select([choice.table])
    published = published_numbers(plan.study, item).filter(resource=choice.resource)
    wanted = dict(published.select("set", "published").iter_rows())
    return replace(plan.sets, chosen=choose(dict(means.iter_rows()), wanted))


def _item_result(
    plan: Plan, item: Item, trained: pl.DataFrame, capacities: pl.DataFrame, sets: Sets
) -> ItemResult:
    if item.capacity:
        jobs = capacity_jobs(plan.study, item.task_files, plan.budget)
        hashes = pl.DataFrame({"task": [job.hash for job in jobs]})
        rows = hashes.join(capacities, on="task", maintain_order="left_right")
        rows = rows.with_columns(is_file=pl.lit(False))
    else:
        tasks = training_tasks(plan.study, item.task_files, sets, plan.budget)
        rows = labelled(trained, tasks, sets)
    quick = plan.budget.quick
    published = match_rows(item, rows, published_numbers(plan.study, item))
    points = compare_points(item, rows, published, quick=quick)
    return ItemResult(
        item=item,
        rows=rows,
        points=points,
        patterns=tuple(check_patterns(item, points, quick=quick)),
        findings=(*matched_rows(published), *findings(item, rows, points)),
        answers=answers(item, rows, quick=quick),
    )


def _with_holm(items: Sequence[ItemResult], adjusted: pl.Series) -> tuple[ItemResult, ...]:
    """The items with their part of the adjusted p-values of all points."""
    results, start = [], 0
    for item in items:
        own = adjusted[start : start + item.points.height]
        results.append(replace(item, points=item.points.with_columns(own)))
        start += item.points.height
    return tuple(results)
