"""`ebit consensus`: training over a faulty quantum network."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import polars as pl
import typer

from ebit.cli.console import check_output, command_line, output, print_table, write_json
from ebit.cli.options import Cluster, Given, Json, Workers, with_settings
from ebit.cli.pages import keep_consensus
from ebit.cli.progress import show_titles
from ebit.cluster import default_workers, run_experiments
from ebit.consensus.broker import POLICIES, REGIMES, NetworkSettings, schedule_tasks
from ebit.consensus.study import Part, gains, in_order, parts
from ebit.consensus.training import MAIN, Consensus, ConsensusSettings, consensus_tasks
from ebit.consensus.training.transport import seeds as seeds_of
from ebit.errors import EbitError
from ebit.plots import check_installed
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
    for a job that was completed. CEAS keeps strict utilisation above 0.90 and completion above 0.93
    in both regimes with --discard-below 0.65 --quality 0.2; in the hard regime of the defaults it
    completes 0.92.
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


@consensus.command()
def prepare(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it must be empty or new.")],
    nodes: Annotated[int, typer.Option(help="Nodes.")] = 4,
    faulty: Annotated[int, typer.Option(help="Most faulty nodes; nodes >= 3 faulty + 1.")] = 1,
    rounds: Annotated[int, typer.Option(help="Rounds.")] = 3,
    work: Annotated[
        str, typer.Option(help="least-squares: a linear regression; dqnn: digits.")
    ] = "least-squares",
    seed: Annotated[int, typer.Option(help="Seed of rows, start and batches.")] = 0,
    authentication: Annotated[
        str, typer.Option(help="its, wegman-carter, mixed, seeded or none.")
    ] = "its",
    longest_delay: Annotated[
        float, typer.Option(help="Longest way of a message, in seconds.")
    ] = 0.5,
    broker: Annotated[
        str,
        typer.Option(
            help="easy, hard or ideal: a broker hands out pairs and keys, updates are weighted by "
            "their witness, and the step is that of CEAS."
        ),
    ] = "",
) -> None:
    """Write certificates, keys, rows and files of nodes that train together on this machine."""
    _need_cryptography()
    from ebit.consensus.agreement.layout import lay_out

    paths = lay_out(
        folder, nodes, faulty, rounds, work, seed, authentication, longest_delay, broker
    )
    output.print(f"Wrote {folder}. Start every node in a terminal of its own:")
    for path in paths:
        output.print(f"ebit consensus node --config {path}")


@consensus.command()
def node(
    config: Annotated[Path, typer.Option(help="TOML file of the node.")],
    json: Json = None,
) -> None:
    """Run one node of a training over TCP; it goes on from its log after any interruption.

    The other nodes run as processes of their own, with certificates, keys, rows and logs of theirs.
    """
    _need_cryptography()
    from ebit.consensus.agreement.node import run_node

    check_output(json, data=str(config))
    report = run_node(config, output.print)
    write_json(json, report.content)


@consensus.command()
@with_settings(ConsensusSettings, without=("regime", "arm", "attack", "faulty"))
def run(
    given: Given,
    arm: Annotated[
        str, typer.Option(help="Arms, with commas; `all` for the five of the study.")
    ] = "ceas",
    attack: Annotated[str, typer.Option(help="Attacks, with commas.")] = "none",
    faulty: Annotated[str, typer.Option(help="Numbers of faulty nodes, with commas.")] = "0",
    regime: Annotated[str, typer.Option(help="easy, hard, ideal; with commas.")] = "easy",
    cluster: Cluster = None,
    workers: Workers = None,
    out: Out = None,
    json: Json = None,
) -> None:
    """Train one model on all nodes, under every arm, attack and number of faulty nodes.

    With --out, finished trainings are not computed again, and an interrupted one goes on.
    """
    tasks = consensus_tasks(
        MAIN if arm == "all" else names(arm),
        names(attack),
        _wholes(faulty),
        names(regime),
        **given.values,
    )
    check_output(json, data="")
    with TemporaryDirectory() as nowhere, show_titles(len(tasks), "rounds") as start:
        found = run_experiments(
            tasks,
            Store(nowhere if out is None else out),
            cluster=cluster,
            workers=workers or default_workers(cluster),
            start=lambda task: start(_title(task)),
        )
    rows = pl.concat(found, how="diagonal_relaxed")
    write_json(json, {"rows": rows.to_dicts()})
    _print_runs(rows)


@consensus.command()
@with_settings(
    ConsensusSettings,
    without=(
        "regime", "arm", "attack", "faulty", "hardware", "claim", "strength", "model", "data",
        "partition", "members", "cost_model",
    ),
    defaults={"seeds": "10 (quick: 4)"},
)  # fmt: skip
def report(
    given: Given,
    part: Annotated[
        list[str] | None, typer.Option(help="Only this part of the study; may be given again.")
    ] = None,
    attack: Annotated[str, typer.Option(help="Only these attacks, with commas.")] = "",
    faulty: Annotated[
        str, typer.Option(help="Only these numbers of faulty nodes, with commas.")
    ] = "",
    regime: Annotated[str, typer.Option(help="Only these regimes, with commas.")] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: few attacks and seeds. Do not cite.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for results and report.")] = Path(
        "ebit-consensus"
    ),
    json: Json = None,
) -> None:
    """Run the study chen2026, and write a page with what CEAS gains and what is claimed for it.

    Interrupted with Ctrl-C or killed, the same command goes on where it stopped; with more --seeds
    it keeps what is finished.
    """
    check_installed()
    chosen = parts(
        quick,
        part or (),
        attacks=names(attack) if attack else (),
        faulty=_wholes(faulty) if faulty else (),
        regimes=names(regime) if regime else (),
        **given.values,
    )
    reproduce_consensus(chosen, given.of(NetworkSettings), out, quick, json)


def reproduce_consensus(
    chosen: Sequence[Part], network: Mapping[str, Any], out: Path, quick: bool, json: Path | None
) -> None:
    """Run what is missing of the study, print the verdicts, write the page."""
    from ebit.consensus.verdict import verdicts, write_verdict

    trainings = in_order(chosen)
    seeds = {seed for _, task in trainings for seed in seeds_of(task.settings)}
    regimes = {task.settings.regime for _, task in trainings}
    schedules = schedule_tasks(
        [name for name in POLICIES if name != "oracle"],
        [name for name in REGIMES if name in regimes],
        **{**network, "seed": min(seeds), "seeds": len(seeds)},
    )
    check_output(out / "report.html", data="")
    check_output(json, data="")
    store = Store(out)
    with show_titles(len(trainings) + len(schedules), "rounds") as start:
        played = [
            run_experiment(s, store, start(f"schedule {s.settings.policy}")) for s in schedules
        ]
        found = [
            run_experiment(task, store, start(_title(task))).with_columns(part=pl.lit(one.name))
            for one, task in trainings
        ]
    rows = pl.concat(found, how="diagonal_relaxed")
    plans = pl.concat(played, how="diagonal_relaxed")
    keep_consensus(chosen, rows, plans, out, quick=quick, command=command_line())
    written = write_verdict(chosen, rows, plans, out, quick=quick, command=command_line())
    for one in verdicts(rows, plans):
        output.print(f"{one.claim.name}: {one.verdict}. {one.measured}")
    output.print(f"Report: {written[0]}")
    write_json(json, {"gains": gains(rows).to_dicts(), "rows": rows.to_dicts()})


def _title(task: Consensus) -> str:
    own = task.settings
    return f"{own.arm}, {own.attack}, {own.faulty} faulty, {own.regime}, from seed {own.seed}"


def _wholes(text: str) -> list[int]:
    """Whole numbers between commas."""
    parts = names(text)
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise EbitError(f"Argument `--faulty` must be like 10 or 0,5,10, but is {text!r}.")
    return list(map(int, parts))


def _need_cryptography() -> None:
    if find_spec("cryptography") is None:
        raise EbitError("Nodes need cryptography, which is not installed: install ebit[consensus].")


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


def _print_runs(rows: pl.DataFrame) -> None:
    keys = ["regime", "attack", "faulty", "arm"]
    values = ("accuracy", "gradient_error", "gradient_cosine")
    means = rows.group_by(keys, maintain_order=True).agg(
        pl.col("accuracy").std().alias("std"), *(pl.col(name).mean() for name in values)
    )
    cells = [
        [
            *(str(row[key]) for key in keys),
            *(_three(row[c]) for c in ("accuracy", "std", "gradient_error", "gradient_cosine")),
        ]
        for row in means.iter_rows(named=True)
    ]
    titles = [(key, key == "faulty") for key in keys]
    titles += [(title, True) for title in ("accuracy", "std", "gradient error", "cosine")]
    print_table(titles, cells)
    output.print(f"Means over {rows['seed'].n_unique()} runs.")
