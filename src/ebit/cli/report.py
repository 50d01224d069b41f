"""`ebit report`: the page of a folder of results again, without any training."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from ebit.cli.comparison import Comparison, write_comparison, write_kept_comparison
from ebit.cli.console import command_line, output
from ebit.cli.pages import (
    Kept,
    read_kept,
    write_kept_communication,
    write_kept_consensus,
    write_kept_plan,
)
from ebit.errors import EbitError, visible
from ebit.plots import check_installed
from ebit.results import COLUMNS, Store, Task, completed

WRITERS: Mapping[str, Callable[[Kept, Path], list[Path]]] = {
    "compare": write_kept_comparison,
    "plan": write_kept_plan,
    "communication": write_kept_communication,
    "consensus": write_kept_consensus,
}

SETTINGS = ("data", *[c.name for c in COLUMNS if c.role == "setting" and c.name != "resource"])
_MAY_DIFFER = ("seed", "split", "num_parameters", "loss", "shots_per_label", "fingerprint")


def report(
    folder: Annotated[Path, typer.Argument(help="Folder of results of any verb with a report.")],
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="Only rows with this value, as in depth=5; may be given again. The rows of a "
            "sweep that belong on one page have one data set and one value of each setting.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report. Default: the folder of results.")
    ] = None,
) -> None:
    """Write the report of a folder of results again; nothing is trained.

    It is the last one of compare, plan, communication report or consensus report in this folder.
    Of a sweep, or with --where, it is made from the rows.
    """
    check_installed()
    check_folder(folder)
    target = folder if out is None else out
    kept = None if where else read_kept(folder)
    if kept is None:
        written = write_comparison(_from_rows(folder, where or ()), target)
    else:
        written = _write(kept, folder, target)
    output.print(f"Report: {written[0]}")


def check_folder(folder: Path) -> None:
    """Raise if there is no such folder."""
    if not folder.is_dir():
        raise EbitError(
            f"Argument `folder` must be a folder of results, but {str(folder)!r} is none."
        )


def _write(kept: Kept, folder: Path, out: Path) -> list[Path]:
    try:
        return WRITERS[kept.verb](kept, out)
    except (KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        if isinstance(error, EbitError):
            raise
        raise EbitError(
            f"The report of {str(folder)!r} is not of this version of ebit: run the command again, "
            "which trains nothing twice."
        ) from None


def _from_rows(folder: Path, where: Sequence[str]) -> Comparison:
    """The comparison that the rows of a folder are, if they fit on one page."""
    rows = Store(folder).rows()
    if rows.is_empty():
        raise EbitError(
            f"Folder {str(folder)!r} has no report to write again and no rows of trainings: name "
            "the --out of compare, plan, sweep, communication report or consensus report."
        )
    rows = filtered(completed(rows), where)
    check_one_page(rows, folder)
    shots = rows["shots_per_label"].drop_nulls().unique().to_list()
    return Comparison(
        rows=rows,
        tasks=_tasks(folder, rows),
        title=f"What is each communication resource worth on {rows['data'][0]}?",
        command=command_line(),
        shots=shots[0] if len(shots) == 1 else None,
    )


def check_one_page(rows: pl.DataFrame, source: Path) -> None:
    """Raise if rows are of several data sets, or a resource of several settings."""
    for column in SETTINGS:
        found = rows[column].unique(maintain_order=True).drop_nulls()
        per_resource = rows.group_by("resource").agg(pl.col(column).n_unique())[column].max()
        mixed = len(found) > 1 and (column == "data" or per_resource != 1)
        if mixed and column not in _MAY_DIFFER:
            some = ", ".join(visible(str(value)) for value in found[:5])
            raise EbitError(
                f"Rows in {str(source)!r} have several values of `{column}` ({some}): choose with "
                f"--where {column}={visible(str(found[0]))}."
            )


def filtered(rows: pl.DataFrame, where: Sequence[str]) -> pl.DataFrame:
    """The rows whose columns have the given values.

    Raises:
        EbitError: If a condition is none, or no row is left.
    """
    for text in where:
        column, equals, value = text.partition("=")
        if not equals or column not in rows.columns or rows[column].dtype.is_nested():
            raise EbitError(
                f"Option `--where` must be COLUMN=VALUE with a column such as "
                f"{', '.join(rows.columns[1:5])}, but is {text!r}."
            )
        known = rows[column].cast(pl.String).unique(maintain_order=True).drop_nulls()
        rows = rows.filter(_equal(rows[column], value))
        if rows.is_empty():
            some = ", ".join(visible(one) for one in known[:8]) or "nothing"
            raise EbitError(f"No row has {text!r}: `{column}` is {some}.")
    return rows


def _equal(column: pl.Series, value: str) -> pl.Series:
    """Which values are equal to a text, as numbers where they are numbers."""
    if not column.dtype.is_numeric():
        return column.cast(pl.String) == value
    number = pl.Series([value]).cast(pl.Float64, strict=False)[0]
    return column.cast(pl.Float64) == number if number is not None else column.is_null() & False


def _tasks(folder: Path, rows: pl.DataFrame) -> list[Task]:
    """The trainings behind rows; those of earlier versions do not say what they were."""
    store, found = Store(folder), []
    for task, data in rows.select("task", "data").unique(maintain_order=True).iter_rows():
        content = store.content(task)
        if content is not None and "model" in content:
            found.append(Task(**content, data=data))
    return found
