"""`ebit reproduce`: the tables and figures of a paper beside the published ones, or our own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit import checks
from ebit.cli.consensus import reproduce_consensus
from ebit.cli.console import (
    check_output,
    command_line,
    messages,
    output,
    print_table,
    write_json,
)
from ebit.cli.counted import reproduce_counts
from ebit.cli.options import Cluster, Json, Workers, with_config
from ebit.cli.sweep_progress import show_sweep_progress
from ebit.consensus.study import part_names, parts
from ebit.errors import EbitError
from ebit.plots import check_installed
from ebit.results import Store, check_memory, estimate
from ebit.studies import (
    COUNTED,
    STUDIES,
    Item,
    ItemResult,
    Plan,
    StudyResult,
    plan_study,
    run_plan,
    words,
)
from ebit.studies.points import DIFFERS, UNKNOWN
from ebit.studies.report import write_study

CONSENSUS = "chen2026"
"""The study of `ebit consensus report`."""

ALL = (*STUDIES, *COUNTED, CONSENSUS)

LINES = 40
"""A table with more numbers is printed as its differences only."""

COLUMNS = ("published", "measured", "diff", "errors", "verdict")
"""Titles of the table; errors: the difference in standard errors."""

GROUPS = ("set", "data")
"""A first key that gets a table for each of its values, unless they are single letters."""


@with_config
def reproduce(
    study: Annotated[str, typer.Argument(help=f"{', '.join(ALL)}.")],
    table: Annotated[
        list[str] | None,
        typer.Option(help="Only this table (gilboa2024: experiment); may be given again."),
    ] = None,
    figure: Annotated[
        list[str] | None, typer.Option(help="Only this figure; may be given again.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Data file (hwang2025); may be given again. Default: generated sets."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: few runs and steps. Do not cite.")
    ] = False,
    runs: Annotated[
        int | None, typer.Option(help="Runs of every training. Default: those of the study.")
    ] = None,
    sets: Annotated[
        int | None,
        typer.Option(help="Only the first so many generated data sets. Default: all."),
    ] = None,
    cluster: Cluster = None,
    workers: Workers = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of results. Default: ebit-reproduce/STUDY.")
    ] = None,
    json: Json = None,
) -> None:
    """Compute the tables and figures of a paper again and compare them with the published ones.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_installed()
    folder = out if out is not None else Path("ebit-reproduce") / study
    if study in COUNTED:
        given = {
            "figure": figure, "data": data, "runs": runs, "sets": sets, "cluster": cluster,
            "workers": workers,
        }  # fmt: skip
        _refuse(study, given)
        check_output(folder / "report.html", data="")
        check_output(json, data="")
        reproduce_counts(study, folder, tables=table or (), quick=quick, json=json)
        return
    if study == CONSENSUS:
        given = {
            "figure": figure, "data": data, "sets": sets, "cluster": cluster, "workers": workers,
        }  # fmt: skip
        _refuse(study, given)
        for name in table or ():
            checks.one_of(part_names())("table", name)
        seeds: dict[str, Any] = {} if runs is None else {"seeds": runs}
        reproduce_consensus(parts(quick, table or (), **seeds), seeds, folder, quick, json)
        return
    checks.one_of(ALL)("study", study)
    plan = plan_study(
        study,
        tables=table or (),
        figures=figure or (),
        data=data or (),
        quick=quick,
        runs=runs,
        sets=sets,
    )
    check_output(folder / "report.html", data="")
    for path in data or [Path()]:
        check_output(json, data=str(path))
    _announce(plan, folder)
    with show_sweep_progress() as progress:
        result = run_plan(plan, folder, cluster=cluster, workers=workers, progress=progress)
    written = write_study(result, folder, command=command_line())
    _print(result)
    output.print(f"Report: {written[0]}")
    write_json(json, _content(result))
    if result.failures:
        raise typer.Exit(1)


def _refuse(study: str, given: Mapping[str, object]) -> None:
    """Options of other trainings do not fit this study."""
    for name, value in given.items():
        if value not in (None, []):
            raise EbitError(f"Argument `{name}` is not for study {study!r}: leave it out.")


def _announce(plan: Plan, out: Path) -> None:
    tasks = plan.tasks(plan.sets)
    for task in tasks:
        check_memory(task.task, estimate(task.task))
    done = len({task.task.hash for task in tasks} & Store(out).finished())
    messages.print(
        f"{plan.study.name}: {len(tasks)} trainings ({done} are in {out} already) and "
        f"{len(plan.jobs)} capacities."
    )
    if plan.budget.quick:
        messages.print("Quick look: few runs and steps. Do not cite these numbers.")


def _print(result: StudyResult) -> None:
    for item in result.items:
        _print_item(item)
    if words.sets(result):
        output.print(words.sets(result))
    if words.chance(result):
        output.print(words.chance(result))
    if result.plan.study.is_own:
        output.print(words.OWN_RULE)
    else:
        output.print(
            "Mean ± standard deviation over the runs; errors: diff in its standard errors."
        )
    for failure in result.failures:
        task = failure.item.task
        messages.print(f"Failed: {task.model.resource} on {task.data}: {failure.error}")


def _print_item(result: ItemResult) -> None:
    item, points = result.item, words.compared(result.points)
    output.print(f"{item.label}: {item.title}")
    shown = points if points.height <= LINES else points.filter(verdict=DIFFERS)
    first = item.keys[0]
    if first in GROUPS and shown[first].cast(pl.String).str.len_chars().max() != 1:
        for own in shown.partition_by(first, maintain_order=True):
            output.print(own[first][0])
            _print_points(item, own, item.keys[1:])
    else:
        _print_points(item, shown, item.keys)
    for row in shown.filter(verdict=DIFFERS).iter_rows(named=True):
        if row["reason"]:
            output.print(f"{words.entry(item.keys, row)} differs: {row['reason']}")
    for pattern in result.patterns:
        output.print(f"{pattern.text} {words.pattern(pattern)}")
    for finding in result.findings:
        output.print(finding)
    _print_answers(result)
    output.print(f"{words.outcome(result)}.\n")


def _print_answers(result: ItemResult) -> None:
    """Means and answers of a study of our own."""
    if not result.answers:
        return
    titles = words.mean_titles(result.item)
    print_table([(title, title != "resource") for title in titles], words.mean_lines(result))
    for question in result.item.question:
        own = [words.answer_cells(one) for one in result.answers if one.text == question.text]
        if own:
            output.print(question.text)
            print_table([(title, False) for title in words.ANSWER_TITLES], own)


def _print_points(item: Item, points: pl.DataFrame, keys: Sequence[str]) -> None:
    rows = [
        [*words.cells(item, keys, row), "-" if row["verdict"] == UNKNOWN else row["verdict"]]
        for row in points.iter_rows(named=True)
    ]
    if rows:
        print_table([("", False), *((title, True) for title in COLUMNS)], rows)


def _content(result: StudyResult) -> dict[str, Any]:
    return {
        "study": result.plan.study.name,
        "quick": result.plan.budget.quick,
        "sets": dict(result.sets.chosen),
        "items": [
            {
                "item": item.item.label,
                "points": item.points.to_dicts(),
                "patterns": [vars(pattern) for pattern in item.patterns],
                "findings": list(item.findings),
                "answers": [asdict(answer) for answer in item.answers],
            }
            for item in result.items
        ],
        "failed": [
            {"task": failure.item.task.hash, "error": failure.error} for failure in result.failures
        ],
    }
