"""`ebit communication`: what quantum links buy, with every qubit and bit counted."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from ebit.cli.communication_models import infer_rows, train
from ebit.cli.console import check_output, command_line, output, print_table, write_json
from ebit.cli.counted import print_limits
from ebit.cli.graphs import graph, nodes, privacy
from ebit.cli.options import Json, with_config
from ebit.cli.pages import keep_communication
from ebit.cli.progress import show_titles
from ebit.communication.experiments import EXPERIMENTS, Communication
from ebit.communication.study import claims
from ebit.plots import check_installed
from ebit.report import Part, write_communication
from ebit.results import Store
from ebit.results.experiment import run_experiment

communication = typer.Typer(
    name="communication", help="What quantum links buy, with every qubit and bit counted."
)

Quick = Annotated[
    bool,
    typer.Option("--quick", help="A first look: sizes that end within a minute. Do not cite."),
]
Out = Annotated[
    Path | None, typer.Option(help="Folder for results; finished ones are not computed again.")
]
Seed = Annotated[int, typer.Option(help="Seed of all that is random.")]


@communication.callback()
def _verbs() -> None:
    """What quantum links buy, with every qubit and bit counted."""


@communication.command()
@with_config
def scale(
    experiment: Annotated[str, typer.Option(help=f"Experiment: {', '.join(EXPERIMENTS)}.")],
    quick: Quick = False,
    seed: Seed = 0,
    out: Out = None,
    json: Json = None,
) -> None:
    """Run an experiment of the study: every protocol at every size, classical rivals included."""
    task = Communication(experiment, quick, seed)
    check_output(json, data="")
    with TemporaryDirectory() as nowhere:
        found = run_experiment(task, Store(nowhere if out is None else out))
    rows = found.drop("task").to_dicts()
    write_json(json, {"experiment": experiment, "quick": quick, "seed": seed, "rows": rows})
    output.print(f"{experiment}: {EXPERIMENTS[experiment].title}")
    show_rows(rows)
    if EXPERIMENTS[experiment].caption:
        output.print(EXPERIMENTS[experiment].caption)
    print_limits([experiment])


@communication.command()
@with_config
def report(
    experiment: Annotated[
        list[str] | None,
        typer.Option(help="Only this experiment; may be given again. Default: all"),
    ] = None,
    quick: Quick = False,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option(help="Folder for results, page and figures.")] = Path(
        "ebit-communication"
    ),
    json: Json = None,
) -> None:
    """Run the experiments of the study and write a page with tables, figures and verdicts.

    Interrupted, the same command goes on behind the last finished experiment.
    """
    check_installed()
    tasks = [Communication(name, quick, seed) for name in experiment or EXPERIMENTS]
    check_output(out / "report.html", data="")
    check_output(json, data="")
    store, parts = Store(out), []
    with show_titles(len(tasks), "experiments") as start:
        for task in tasks:
            start(task.experiment)
            case = EXPERIMENTS[task.experiment]
            rows = run_experiment(task, store).drop("task")
            claim = claims()[task.experiment]
            told = f"Claim ({claim.mark}): {claim.text}"
            parts.append(Part(task.experiment, case.title, case.caption, rows, told, case.limits))
    keep_communication(parts, out, command=command_line(), quick=quick)
    written = write_communication(parts, out, command=command_line(), quick=quick)
    write_json(json, {"experiments": {part.name: part.rows.to_dicts() for part in parts}})
    for part in parts:
        found = part.rows.filter(part.rows["verdict"] != "")["verdict"].value_counts(sort=True)
        words = ", ".join(f"{text} ({number})" for text, number in found.rows()[:4])
        output.print(f"{part.name} {part.title}: {words}")
    print_limits(task.experiment for task in tasks)
    output.print(f"Report: {written[0]}")


communication.command(name="infer")(infer_rows)
communication.command()(train)
communication.command()(graph)
communication.command()(nodes)
communication.command()(privacy)


def show_rows(rows: list[dict[str, Any]]) -> None:
    """Print rows as a table; columns without any value are left out."""
    titles = (
        "n", "case", "protocol", "model", "qubits", "cbits", "ebits", "copies", "rounds", "error",
        "seconds", "value", "expected", "verdict",
    )  # fmt: skip
    shown = [title for title in titles if any(row.get(title) not in (None, "", 0) for row in rows)]
    words = ("case", "protocol", "model", "verdict")
    print_table(
        [(title, title not in words) for title in shown],
        [[_cell(row[title]) for title in shown] for row in rows],
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    return f"{value:.0f}" if isinstance(value, float) else str(value)
