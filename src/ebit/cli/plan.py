"""`ebit plan`: which resource is worth having on a network."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit.cli.console import (
    announce,
    check_output,
    messages,
    output,
    print_table,
    write_json,
)
from ebit.cli.options import Given, Json, split_resources, with_settings
from ebit.cli.pages import keep_plan
from ebit.cli.plan_many import many_qpus, print_plan
from ebit.cli.plan_page import depths_of, plan_page, plan_settings
from ebit.cli.progress import show_progress, show_titles
from ebit.cli.quick import DEFAULTS, smaller, with_batches, with_defaults
from ebit.cli.shots import parse_shots
from ebit.cli.sites import described, two_names
from ebit.data import Dataset, DataSource
from ebit.errors import EbitError
from ebit.learning import TrainingSettings
from ebit.models import ModelSettings
from ebit.network import Network, profile_names, read_network, unverified
from ebit.planning import (
    BATCH,
    DISTANCES,
    EVALUATED_ROWS,
    FIDELITIES,
    PURIFICATION,
    SHARE,
    Plan,
    check_plan,
    circuit_words,
    open_site,
    words,
)
from ebit.planning import plan as plan_site
from ebit.planning.site import used_profiles
from ebit.plots import check_installed
from ebit.report import write_plan
from ebit.resources import planned_resources
from ebit.results import Store, Task, compare, depth_for, model_settings, shots_text, task_of

RESOURCES = ",".join(planned_resources())
NETWORK_HELP = (
    "File of a network (TOML, YAML of SquidASM, JSON of SeQUeNCe), or two profiles QPU+LINK: "
    f"{', '.join(profile_names('qpu'))} + {', '.join(profile_names('link'))}."
)


@with_settings(
    DataSource,
    ModelSettings,
    TrainingSettings,
    without=("resource", "pooling", "noise", "qpus", "topology", "sizes", "passes", "outputs"),
    defaults=DEFAULTS,
)
def plan(
    given: Given,
    network: Annotated[str, typer.Argument(help=NETWORK_HELP)],
    between: Annotated[
        str | None,
        typer.Option(
            help="QPUs of the network: a,b, or more names, or how many. Default: the two of the "
            "only link."
        ),
    ] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            help="One or several, with commas or given again; none is always there. Default: "
            f"{RESOURCES}."
        ),
    ] = None,
    shots: Annotated[str, typer.Option(help="Shots per label, separated by commas.")] = "100,1000",
    purification: Annotated[
        str | None,
        typer.Option(
            help="Rounds of purification, separated by commas. Default: 0,1,2 and those of the "
            "network."
        ),
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help="Labels per second asked for. Default: one a day.")
    ] = None,
    rows: Annotated[
        int, typer.Option(help="Validation rows to evaluate on, at most.")
    ] = EVALUATED_ROWS,
    train_with_noise: Annotated[
        bool | None,
        typer.Option(
            help="Train the circuits also under the noise of the network. Default: with two "
            "QPUs, where it takes no longer than --minutes, and not with --quick."
        ),
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0.0, help="Time that training under the noise may take.")
    ] = 10.0,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: few rows, steps and points.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for results and the report.")] = Path(
        "ebit-plan"
    ),
    json: Json = None,
) -> None:
    """Say which resource is worth having on a network: accuracy, rate, cost, and why.

    Circuits are trained without noise, once, and run with the noise of the network; then they are
    trained further under this noise, where there is time for it. Interrupted with Ctrl-C or
    killed, the same command goes on with the trainings where it stopped.
    """
    check_installed()
    many, place = many_qpus(between), described(network)
    if many is None:
        site = open_site(place, two_names(between))
    shot_numbers, rounds = parse_shots(shots), _rounds(purification)
    given = with_defaults(given, quick=quick)
    data = given.values["source"]
    dataset = given.load()
    if quick:
        dataset = smaller(dataset, TrainingSettings(**given.of(TrainingSettings)).seed)
        given = with_batches(given, dataset)
    if len(dataset.class_names) != 2:
        raise EbitError(
            f"Data {dataset.name!r} must have two classes for `ebit plan`: choose one against the "
            "rest with `positive`, or use `ebit compare`."
        )
    if many is not None:
        check_output(json, data=data)
        check_output(out / "plan.html", data=data)
        print_plan(
            place if isinstance(place, Network) else read_network(place),
            many,
            dataset,
            given,
            resources=split_resources(*resource) if resource else [],
            shots=shot_numbers,
            purification=PURIFICATION if rounds is None else rounds,
            rate=rate,
            rows=rows,
            train_with_noise=bool(train_with_noise),
            quick=quick,
            name=network,
            marks=unverified(used_profiles(network)),
            out=out,
            json=json,
        )
        return
    tasks = _tasks(dataset, ["none", *split_resources(*resource or [RESOURCES])], given)
    check_plan(site, tasks, shots=shot_numbers, purification=rounds, rate=rate, rows=rows)
    check_output(json, data=data)
    check_output(out / "plan.html", data=data)
    messages.print(f"Network: {site}.")
    announce(dataset, tasks, Store(out))
    with show_progress(len(tasks)) as start:
        trained = compare(dataset, tasks, out, progress=start)
    distances = DISTANCES[::5] if quick else DISTANCES
    fidelities = FIDELITIES[::3] if quick else FIDELITIES
    if train_with_noise is None:
        train_with_noise = not quick and _fits(trained, len(distances) + len(fidelities), minutes)
    with show_titles(1, "points") as title:
        found = plan_site(
            site,
            dataset,
            tasks,
            out,
            shots=shot_numbers,
            purification=rounds,
            rate=rate,
            rows=rows,
            distances=distances,
            fidelities=fidelities,
            train_with_noise=train_with_noise,
            evaluating=title("Under noise"),
        )
    _print(found, depths_of(tasks))
    page = plan_page(
        found,
        str(found.site),
        tasks,
        settings=plan_settings(found, tasks, network, out),
        findings=words.findings(found),
        method=words.method(found),
        quick=quick,
    )
    keep_plan(page, out)
    output.print(f"Report: {write_plan(page, out)[0]}")
    write_json(json, _content(found))


def _tasks(dataset: Dataset, resources: Sequence[str], given: Given) -> list[Task]:
    """One for every resource, in the depth that a comparison has."""
    tasks = []
    for name in dict.fromkeys(resources):
        model = {**given.of(ModelSettings), "resource": name}
        depth = depth_for(model_settings(dataset, model))
        tasks.append(task_of(dataset, {**model, **given.of(TrainingSettings), "depth": depth}))
    return tasks


_SLOWER = 3.0
"""A step with noise takes so many times as long, at most, see the page of limits."""

_TRACED = 2.0
"""Seconds of a further training besides its steps; all of a circuit are one compiled program."""


def _fits(rows: pl.DataFrame, points: int, minutes: float) -> bool:
    """Whether training under noise probably fits the time, and a line that says so if not."""
    between = ("ebits", "bits", "nonlocal_gates")
    on_link = pl.sum_horizontal(f"{unit}_per_inference" for unit in between) > 0
    once = rows.unique("task").select(
        "compile_seconds",
        steps=pl.col("seconds") * _SLOWER / SHARE * (BATCH / pl.col("batch_size")).clip(0, 1),
        trainings=pl.when(on_link).then(1 + points / 5 + 3).otherwise(1),
    )
    further = pl.col("trainings") * (pl.col("steps") + _TRACED)
    seconds = once.select((pl.col("compile_seconds") + further).sum()).item()
    if seconds <= 60 * minutes:
        return True
    messages.print(
        f"Training under the noise would take some {math.ceil(seconds / 60)} minutes and is left "
        "out: allow it with --train-with-noise or --minutes."
    )
    return False


def _rounds(text: str | None) -> list[int] | None:
    """Rounds of purification between commas; None if nothing is said."""
    if text is None:
        return None
    try:
        return sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise EbitError(
            "Argument `purification` must be whole numbers separated by commas, as in 0,1,2, but "
            f"is {text!r}."
        ) from None


def _print(found: Plan, depths: str) -> None:
    """Options, reasons and the recommendation; and what is to say of depths, if anything."""
    options = found.options.to_dicts()
    titles = ("purif", "noise", "shots", "accuracy", "std", "fidelity", "pairs", "bits", "labels/s")
    print_table(
        [("resource", False), *((title, True) for title in titles), ("feasible", False)],
        [*map(_line, options), *map(_cut_line, found.cut.to_dicts())],
    )
    output.print(
        "purif: rounds of purification; noise: whether trained with it\n"
        "fidelity: of a pair when it is used; pairs (fresh) and bits: per label\n"
        "feasible: * is on the Pareto front of accuracy and labels/s"
    )
    if not found.cut.is_empty():
        output.print(
            "cut: quantum without link and noise, its gates across made up from more shots"
        )
    if depths:
        output.print(depths)
    reasons: dict[str, list[str]] = {}
    for row in options:
        if row["reason"] is not None:
            named = reasons.setdefault(row["reason"], [])
            named.extend({circuit_words(row)} - set(named))
    for row in found.cut.filter(~pl.col("feasible")).to_dicts() if found.cut.height else []:
        reasons[row["reason"]] = [row["resource"]]
    for reason, names in reasons.items():
        output.print(f"Not feasible: {', '.join(names)}: {reason}.")
    for sentence in words.findings(found):
        output.print(sentence)
    output.print(found.recommendation.sentence)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    fidelity = row["pair_fidelity"]
    return (
        row["resource"],
        "-" if fidelity is None else str(row["purification_rounds"]),
        "yes" if row["trained_with_noise"] else "no",
        str(row["shots"]),
        f"{row['accuracy_mean']:.3f}",
        f"{row['accuracy_std']:.3f}" if row["runs"] > 1 else "-",
        "-" if fidelity is None else f"{fidelity:.3f}",
        f"{row['fresh_pairs_per_label']:.4g}",
        str(row["bits_per_label"]),
        "no limit" if math.isinf(row["labels_per_second"]) else f"{row['labels_per_second']:.3g}",
        f"{'yes' if row['feasible'] else 'no'}{' *' if row['pareto'] else ''}",
    )


def _cut_line(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of cut gates, with the shots that they take."""
    return (
        row["resource"],
        "-",
        "no",
        shots_text(row["log10_shots_per_label"]),
        f"{row['accuracy_mean']:.3f}",
        f"{row['accuracy_std']:.3f}" if row["runs"] > 1 else "-",
        "-",
        "0",
        "0",
        "no limit" if math.isinf(row["labels_per_second"]) else f"{row['labels_per_second']:.3g}",
        "yes" if row["feasible"] else "no",
    )


def _content(found: Plan) -> dict[str, Any]:
    """The plan for a JSON file; infinity is null."""
    return {
        "site": str(found.site),
        "recommendation": found.recommendation.sentence,
        "option": _finite(found.options.filter("recommended")),
        "options": _finite(found.options),
        "cut": _finite(found.cut),
        "distance": _finite(found.distance),
        "fidelity": _finite(found.fidelity),
        "distance_crossings": {k: asdict(c) for k, c in found.distance_crossings.items()},
        "fidelity_crossings": {k: asdict(c) for k, c in found.fidelity_crossings.items()},
    }


def _finite(rows: pl.DataFrame) -> list[dict[str, Any]]:
    infinite = pl.selectors.float().is_infinite()
    return rows.with_columns(pl.when(~infinite).then(pl.selectors.float())).to_dicts()
