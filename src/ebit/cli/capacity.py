"""`ebit capacity`: how much a circuit can express, by the rank of its Fisher information."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import polars as pl
import typer

from ebit.capacity import CapacitySettings
from ebit.cli.console import check_output, output, print_table, write_json
from ebit.cli.options import Given, Json, split_resources, with_settings
from ebit.cli.progress import show_titles
from ebit.data import Dataset, DataSource, check_features
from ebit.errors import EbitError
from ebit.plots import (
    check_installed,
    dimension_by_depth,
    log_spectrum,
    new_figure,
    paper_style,
    save_figure,
)
from ebit.resources import resources_help
from ebit.results import Capacity, Store, default_qubits, run_experiment
from ebit.results.run import parts_of
from ebit.writing import check_writable

MAX_DEPTHS = 1000

RESOURCES = "none,bell:1,classical"

HAAR = "haar"
"""Inputs that come from no data set."""

_FROM_DATA = ("data", "fingerprint", "format")


@with_settings(
    DataSource,
    CapacitySettings,
    without=("validation_fraction", "split_seed", "target", "resource", "depth", *_FROM_DATA),
    defaults={"source": "haar (random local unitaries)", "qubits": "4, or half of the features"},
)
def capacity(
    given: Given,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            help="One or several, with commas or given again: "
            f"{resources_help(baselines=False, installed=False)}. Default: {RESOURCES}."
        ),
    ] = None,
    depth: Annotated[
        str, typer.Option(help="Convolution layers per stage: 20, or 5,10,15, or 1:30.")
    ] = "20",
    spectrum: Annotated[
        bool,
        typer.Option("--spectrum", help="Put all eigenvalues into the JSON file, and a figure."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for results; finished ones are not computed again."),
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Folder for figures. Default: no figures.")
    ] = None,
    json: Json = None,
) -> None:
    """Effective dimension of circuits: the rank of their Fisher information, with its gap.

    A rank is never larger than inputs times independent outcomes. One that sits on this bound is
    marked, because more inputs may raise it.
    """
    dataset = _load(given)
    shared = given.of(CapacitySettings)
    if dataset is not None:
        qpus, passes = shared.get("qpus", 2), shared.get("passes", 1)
        if "sizes" not in shared:
            shared.setdefault("qubits", default_qubits(dataset, qpus, passes))
        _check_features(dataset, CapacitySettings(resource="none", **shared))
        shared |= {"data": dataset.name, "fingerprint": dataset.fingerprint}
    depths = _depths(depth)
    tasks = [
        CapacitySettings(resource=name, depth=layers, **shared)
        for name in split_resources(*resource or [RESOURCES])
        for layers in depths
    ]
    for task in tasks:
        task.build()
    _check_outputs(json, figures, given.values.get("source", HAAR))
    with TemporaryDirectory() as nowhere:
        found = _measure(tasks, dataset, Store(nowhere if out is None else out))
    rows = (found if spectrum else found.drop("eigenvalues")).to_dicts()
    write_json(json, {"rows": rows})
    if figures is not None:
        _draw(found, figures, spectrum)
    _print(rows)
    if False in found["converged"]:
        raise typer.Exit(1)


def _check_features(dataset: Dataset, asked: CapacitySettings) -> None:
    """One feature for every place of the QPUs; places that stay empty would count as directions."""
    if asked.sizes is None and dataset.blocks is None:
        check_features(dataset, asked.qpus, asked.qubits * asked.passes)
    elif (parts := parts_of(dataset, asked)) != list(asked.shares):
        raise EbitError(
            f"Data `{dataset.name}` gives the QPUs {parts} features, but they take "
            f"{list(asked.shares)}: choose as many with --features, or give other --sizes."
        )


def _load(given: Given) -> Dataset | None:
    options = given.of(DataSource)
    if options.pop("source", HAAR) != HAAR:
        return given.load()
    if options:
        raise EbitError(
            f"Argument `--data` is {HAAR!r}, which takes no `--{next(iter(options))}`: name a file "
            "or leave it out."
        )
    return None


def _depths(text: str) -> list[int]:
    """Depths such as `20`, `5,10` or `1:30`, both ends included."""
    depths: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,5})(?::([0-9]{1,5}))?\s*", part)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise EbitError(f"Argument `--depth` must be like 20 or 5,10 or 1:30, but is {text!r}.")
        depths += range(int(match[1]), int(match[2] or match[1]) + 1)
    if len(depths) > MAX_DEPTHS:
        raise EbitError(
            f"Argument `--depth` must name at most {MAX_DEPTHS} depths, but is {text!r}."
        )
    return depths


def _check_outputs(json: Path | None, figures: Path | None, data: str) -> None:
    check_output(json, data=data)
    if figures is not None:
        check_installed()
        check_writable(figures / "effective-dimension.csv")


def _measure(tasks: list[CapacitySettings], dataset: Dataset | None, store: Store) -> pl.DataFrame:
    jobs = list({task.hash: Capacity(task, dataset) for task in tasks}.values())
    with show_titles(len(jobs), "points") as start:
        rows = [
            run_experiment(job, store, start(f"{job.settings.resource} depth {job.settings.depth}"))
            for job in jobs
        ]
    return pl.concat(rows)


def _print(rows: list[dict[str, Any]]) -> None:
    titles = ("depth", "inputs", "rank", "bound", "kept", "dropped", "params", "seconds")
    cells = [
        (
            row["resource"],
            str(row["depth"]),
            str(row["inputs"]),
            f"{row['rank']}{'*' if row['on_sampling_bound'] else ''}",
            str(row["sampling_bound"]),
            _share(row["smallest_kept"]),
            _share(row["largest_dropped"]),
            str(row["num_parameters"]),
            f"{row['seconds']:.1f}",
        )
        for row in rows
    ]
    print_table([("resource", False), *((title, True) for title in titles)], cells)
    first = rows[0]
    output.print(
        f"{first['qpus']} QPUs of {first['sizes'] or first['qubits']} qubits, "
        f"{first['mixing']} mixing layers, {first['outcomes']} outcomes, "
        f"{first['points']} points, data {first['data']}\n"
        "bound: inputs times independent outcomes; no rank can be larger\n"
        "kept, dropped: singular values next to the cut, as shares of the largest"
    )
    if any(row["on_sampling_bound"] for row in rows):
        output.print("* on its bound: raise --inputs, or use --converge")
    for row in rows:
        if row["converged"] is False:
            where = f"{row['resource']} depth {row['depth']}"
            output.print(f"{where}: not converged, more inputs needed")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0e}"


def _draw(found: pl.DataFrame, folder: Path, spectrum: bool) -> None:
    rows = found.with_columns(pl.col("eigenvalues").list.eval(pl.element().explode()))
    with paper_style():
        figure, ax = new_figure()
        dimension_by_depth(rows, ax)
        save_figure(figure, folder / "effective-dimension")
        if spectrum:
            figure, ax = new_figure()
            log_spectrum(rows, ax)
            save_figure(figure, folder / "fisher-spectrum")
