"""`ebit nonlocal-gates`: algorithms over QPUs, through pairs and with cut gates."""

import math
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit.algorithms import ALGORITHMS, break_even, nonlocal_gates
from ebit.cli.console import check_output, messages, output, print_table, write_json
from ebit.cli.options import Json, with_config
from ebit.cli.progress import show_titles
from ebit.plots import check_installed, new_figure, paper_style, save_figure, shots_by_fidelity
from ebit.results import Store, run_experiment, shots_text


@with_config
def nonlocal_gates_verb(
    algorithm: Annotated[
        list[str] | None,
        typer.Option(help=f"{'; '.join(ALGORITHMS)}. May be given again. Default: all."),
    ] = None,
    shots: Annotated[int, typer.Option(help="Shots at which errors are compared.")] = 1000,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: up to three pairs.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for results and figures.")] = Path(
        "ebit-nonlocal-gates"
    ),
    json: Json = None,
) -> None:
    """Run algorithms whose gates act across QPUs: success against fidelity, and against cutting.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped.
    """
    check_installed()
    tasks = nonlocal_gates(algorithm or (), quick=quick, shots=shots)
    check_output(json, data="")
    store = Store(out)
    if quick:
        messages.print("Quick look: few sizes and fidelities.")
    with show_titles(len(tasks), "ways") as start:
        found = [
            run_experiment(task, store, start(f"{task.algorithm}, {task.qpus} QPUs"))
            for task in tasks
        ]
    rows = pl.concat(found, how="diagonal_relaxed")
    _print(rows, shots)
    for own in found:
        if own["gates_through_pairs"][0]:
            name = "-".join(str(own[key][0]) for key in ("algorithm", "qubits", "qpus"))
            with paper_style():
                figure, ax = new_figure()
                shots_by_fidelity(own, ax)
            save_figure(figure, out / "figures" / name.replace(", ", "-"))
    output.print(f"Figures: {out / 'figures'}")
    write_json(json, {"rows": _finite(rows), "break_even": _finite(break_even(rows))})


def _print(rows: pl.DataFrame, shots: int) -> None:
    titles = ("qubits", "QPUs", "fidelity", "ebits", "gamma", "success", "error", "shots for 99%")
    lines = [
        (
            f"{row['algorithm']}: {row['arm']}",
            str(row["qubits"]),
            str(row["qpus"]),
            "-" if row["fidelity"] is None else f"{row['fidelity']:g}",
            str(row["ebits"]),
            f"{row['gamma']:.4g}",
            f"{row['success']:.3f}",
            f"{row['error']:.3g}",
            _shots(row["shots_needed"]),
        )
        for row in rows.iter_rows(named=True)
    ]
    print_table([("way", False), *((title, True) for title in titles)], lines)
    output.print(
        "success: probability that one shot is right, signs left out\n"
        f"error: of the probability of right outcomes that is read off {shots} shots\n"
        "shots for 99%: until the answer is right in 99 of 100 cases"
    )
    for row in break_even(rows).iter_rows(named=True):
        where = "at none of these fidelities"
        if row["fidelity"] is not None:
            where = f"from fidelity {row['fidelity']:g} on"
        pairs = row["gates_through_pairs"]
        output.print(
            f"{row['algorithm']}, {row['qubits']} qubits, {row['qpus']} QPUs: {pairs} "
            f"{'pair beats' if pairs == 1 else 'pairs beat'} {row['best_cut']} {where}, at "
            f"{shots} shots."
        )


def _shots(number: float) -> str:
    return "-" if math.isinf(number) else shots_text(math.log10(number))


def _finite(rows: pl.DataFrame) -> list[dict[str, Any]]:
    infinite = pl.selectors.float().is_infinite()
    return rows.with_columns(pl.when(~infinite).then(pl.selectors.float())).to_dicts()
