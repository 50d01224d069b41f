"""`ebit bench`: one training step beside the same step in other tools."""

import shutil
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import polars as pl
import typer

from ebit import checks
from ebit.benchmark import GROUPS, QUICK, Case, Runner, exponents, write_tables
from ebit.benchmark.tables import shown
from ebit.cli.console import messages, output, print_table, write_json
from ebit.cli.options import Json, with_config
from ebit.errors import EbitError
from ebit.plots import (
    check_installed,
    new_figure,
    paper_style,
    save_figure,
    speed_by_tool,
    speed_growth,
)
from ebit.writing import check_writable

COLUMNS = {
    "resource": "resource",
    "tool": "tool",
    "variant": "variant",
    "compile_seconds": "compile s",
    "step_milliseconds": "step ms",
    "peak_memory_mb": "MB",
    "times_ebit": "x ebit",
    "times_floor": "x floor",
}

MOST_SECONDS = 1e6
"""More seconds than this are a slip of the pen."""


@with_config
def bench(
    cases: Annotated[
        str, typer.Option(help=f"Only these, separated by commas: {', '.join(GROUPS)}.")
    ] = ",".join(GROUPS),
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look at one small case, under a minute.")
    ] = False,
    peer_python: Annotated[
        str | None, typer.Option(help="Python of an environment with the other tools.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds a tool may take for one case.")
    ] = 300,
    seconds: Annotated[
        float, typer.Option(min=0, help="Seconds of repeated steps per tool and case.")
    ] = 1,
    out: Annotated[Path, typer.Option(help="Folder for tables and figures.")] = Path("ebit-bench"),
    json: Json = None,
) -> None:
    """Time one training step beside other tools, with equal loss and gradient.

    It runs on the device that JAX finds: the same command measures a GPU.
    """
    check_installed()
    checks.real(1, MOST_SECONDS)("--timeout", timeout)
    checks.real(0, MOST_SECONDS)("--seconds", seconds)
    chosen = list(QUICK) if quick else _chosen(cases)
    if peer_python is not None and shutil.which(peer_python) is None:
        raise EbitError(
            f"Argument `--peer-python` must be a Python program, but is {peer_python!r}: make the "
            "environment first, see the documentation of ebit bench."
        )
    check_writable(out / "kim.csv")
    if json is not None:
        check_writable(json)
    runner = Runner(peer_python, timeout, seconds, lambda line: messages.print(line))
    rows: list[dict[str, Any]] = []
    for case in chosen:
        messages.print(f"{case.title} ...")
        rows += runner.measure(case)
    table = pl.DataFrame(rows, infer_schema_length=None)
    with paper_style():
        fits = _write(out, table)
    _print(table, fits)
    machine = _machine(runner)
    output.print(machine)
    content = {"machine": machine, "rows": rows, "exponents": fits.to_dicts()}
    write_json(json, content | {"skipped": runner.skipped, "refused": runner.refused})
    if runner.refused:
        raise typer.Exit(1)


def _chosen(names: str) -> list[Case]:
    result: list[Case] = []
    for name in dict.fromkeys(part.strip() for part in names.split(",")):
        if name not in GROUPS:
            raise EbitError(
                f"Argument `--cases` must name some of {', '.join(GROUPS)}, but has {name!r}."
            )
        result += GROUPS[name]()
    return result


def _write(out: Path, table: pl.DataFrame) -> pl.DataFrame:
    """Write tables and figures; returns the fitted exponents."""
    for name in table["case"].unique(maintain_order=True):
        own = table.filter(pl.col("case") == name).drop("case", "floor_milliseconds")
        write_tables(out, name, own)
        if name != "growth":
            figure, ax = new_figure(3.2)
            speed_by_tool(table.filter(pl.col("case") == name), ax)
            save_figure(figure, out / "figures" / name)
    fits = exponents(table)
    if fits.height:
        write_tables(out, "exponents", fits)
    for axis in fits["axis"].unique(maintain_order=True):
        values = fits.filter(pl.col("axis") == axis)
        figure, ax = new_figure(2.6)
        speed_growth(table, axis, dict(values.select("tool", "exponent").iter_rows()), ax)
        save_figure(figure, out / "figures" / f"growth-{axis}")
    return fits


def _print(table: pl.DataFrame, fits: pl.DataFrame) -> None:
    single = table.filter(pl.col("axis").is_null())
    for name in single["case"].unique(maintain_order=True):
        output.print(f"{name}:")
        own = single.filter(pl.col("case") == name).select(*COLUMNS)
        titles = [(title, own[column].dtype.is_numeric()) for column, title in COLUMNS.items()]
        print_table(titles, [[_cell(value) for value in row] for row in own.iter_rows()])
    if fits.height:
        output.print("Exponents of the growth:")
        titles = [(column, fits[column].dtype.is_numeric()) for column in fits.columns]
        print_table(titles, [[shown(value) for value in row] for row in fits.iter_rows()])
    output.print(
        "step ms: per run, forward, gradient and optimiser; x ebit: over ebit with 1 run\n"
        "x floor: over counted operations divided by the rate of a matrix product"
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
    return shown(value) or "-"


def _machine(runner: Runner) -> str:
    if not runner.rates:
        return f"Device: {runner.device}."
    rates = [rate / 1e9 for rate in runner.rates]
    return (
        f"Device: {runner.device}; float32 matrix product (1024 x 1024): median "
        f"{median(rates):.0f} and best {max(rates):.0f} GFLOP/s of {len(rates)} measurements."
    )
