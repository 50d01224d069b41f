"""`ebit consensus`: training over a faulty quantum network."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import polars as pl
import typer

from ebit.cli.console import check_output, output, print_table, write_json
from ebit.cli.options import Given, Json, with_settings
from ebit.cli.progress import show_titles
from ebit.consensus.broker import NetworkSettings, schedule_tasks
from ebit.results import Store, run_experiment

consensus = typer.Typer(
    name="consensus", help="Training over a network that loses pairs and has nodes that lie."
)

Out = Annotated[
    Path | None, typer.Option(help="Folder for results; finished ones are not computed again.")
]


@consensus.callback()
def _verbs() -> None:
    """Training over a network that loses pairs and has nodes that lie."""


@consensus.command()
@with_settings(NetworkSettings, without=("regime",))
def schedule(
    given: Given,
    policy: Annotated[
        str, typer.Option(help="ceas, edf, fifo, freshest, random, oracle; with commas.")
    ] = "ceas,edf,fifo",
    regime: Annotated[str, typer.Option(help="easy, hard, ideal; with commas.")] = "easy,hard",
    out: Out = None,
    json: Json = None,
) -> None:
    """Hand out Bell pairs to the nodes of a network, under one policy after the other.

    Utilisation: of all pairs made, those used (useful) at or above the least fidelity, and (strict)
    for a job that was completed.
    """
    tasks = schedule_tasks(names(policy), names(regime), **given.values)
    check_output(json, data="")
    with TemporaryDirectory() as nowhere, show_titles(len(tasks), "rounds") as start:
        store = Store(nowhere if out is None else out)
        found = [
            run_experiment(task, store, start(f"{task.settings.policy}, {task.settings.regime}"))
            for task in tasks
        ]
    rows = pl.concat(found, how="diagonal_relaxed").to_dicts()
    write_json(json, {"rows": rows})
    _print_schedules(rows)


def names(text: str) -> list[str]:
    """Names between commas."""
    return [name.strip() for name in text.split(",")]


_SCHEDULE_COLUMNS = {
    "strict": "utilisation_strict",
    "useful": "utilisation_useful",
    "completed": "completion",
    "F mean": "fidelity_mean",
    "F 5 %": "fidelity_q05",
    "attempts/pair": "attempts_per_pair",
}


def _print_schedules(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    keys = ["regime", "policy"]
    means = frame.group_by(keys, maintain_order=True).agg(
        pl.col(list(_SCHEDULE_COLUMNS.values())).mean()
    )
    cells = [
        [row["regime"], row["policy"], *(_three(row[c]) for c in _SCHEDULE_COLUMNS.values())]
        for row in means.iter_rows(named=True)
    ]
    titles = [("regime", False), ("policy", False), *((t, True) for t in _SCHEDULE_COLUMNS)]
    print_table(titles, cells)
    output.print(f"Means over {frame['seed'].n_unique()} runs.")


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
