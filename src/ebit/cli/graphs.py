"""`ebit communication graph`, `nodes` and `privacy`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ebit import checks
from ebit.cli.console import check_output, output, print_table, write_json
from ebit.cli.options import Json, with_config
from ebit.cli.progress import show_titles
from ebit.communication.graphs import PUBLISHED, PUBLISHED_ACCURACY, GraphSettings, Hops
from ebit.communication.graphs.nodes import NodeSettings, node_scores, read_nodes
from ebit.communication.graphs.read import read_graphs
from ebit.communication.graphs.settings import ACTIVATION_NAMES
from ebit.communication.graphs.study import Judged, gap, judge_graphs, keep_folds
from ebit.communication.graphs.validation import PROTOCOLS
from ebit.communication.privacy import (
    ATTACKS,
    attack,
    holevo_bits,
    rebuilding_fidelity,
    symmetric_bits,
)
from ebit.communication.privacy.attacks import MOST_QUBITS
from ebit.errors import EbitError

BOTH = "both"


@with_config
def graph(
    data: Annotated[
        str, typer.Option(help="mutag, an .npz file, or a folder or .zip of the TU format.")
    ] = "mutag",
    settings: Annotated[
        str | None,
        typer.Option(
            help=f"Published settings to begin with: {', '.join(PUBLISHED)}; by default those of "
            "the name of the data, if there are any."
        ),
    ] = None,
    hidden: Annotated[int | None, typer.Option(help="Hidden units for each hop.")] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs: how often every graph is used.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Most graphs of a minibatch.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Step size of Adam, halved every 50 epochs.")
    ] = None,
    hops: Annotated[
        str | None, typer.Option(help="Steps of gcn, ppr, raw and rw, such as 6,5,1,8.")
    ] = None,
    activation: Annotated[str, typer.Option(help="polynomial, prelu or both.")] = BOTH,
    protocol: Annotated[
        str, typer.Option(help="published (optimistic), nested (honest) or both.")
    ] = BOTH,
    copies: Annotated[
        str | None,
        typer.Option(help="Copies of a state for a label, such as 100,1000,inf: accuracy at each."),
    ] = None,
    shot_weight: Annotated[
        float, typer.Option(help="Weight of the spread over the margin in the loss.")
    ] = 0.0,
    folds: Annotated[int, typer.Option(help="Parts of the cross-validation.")] = 10,
    fold: Annotated[
        list[int] | None,
        typer.Option(
            help="Only train this fold, from 0, into the folder of --out; may be given again. "
            "Without it, the same command takes the folds from there."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of parameters, batches and outcomes.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for trainings: interrupted ones go on, finished ones are read."),
    ] = None,
    json: Json = None,
) -> None:
    """Classify graphs by one observable on one state per class: accuracy, and qubits for it."""
    check_output(json, data=data)
    graphs = read_graphs(data)
    chosen = _settings(
        settings,
        graphs.name,
        hidden=hidden,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        hops=None if hops is None else _hops(hops),
        folds=folds,
        seed=seed,
        shot_weight=shot_weight,
    )
    activations = _one_or_both("activation", activation, ACTIVATION_NAMES)
    protocols = _one_or_both("protocol", protocol, tuple(PROTOCOLS))
    numbers = _copies(copies, activations, protocols)
    if fold:
        if out is None or json is not None:
            raise EbitError(
                "Argument `fold` only trains folds into a folder: give `out`, and ask for `json` "
                "once all folds are there."
            )
        with show_titles(len(activations) * len(protocols), "epochs") as start:
            found = keep_folds(
                graphs,
                chosen,
                fold,
                out,
                activations=activations,
                protocols=protocols,
                networks=bool(numbers),
                start=start,
            )
        print_table(
            [("activation", False), ("score", False), ("folds that are there", False)],
            [(*which, ", ".join(map(str, own))) for which, own in found.items()],
        )
        return
    with show_titles(len(activations) * len(protocols), "epochs") as start:
        results = judge_graphs(
            graphs,
            chosen,
            activations=activations,
            protocols=protocols,
            copies=numbers,
            start=start,
            out=out,
        )
    rows = [_row(result) for result in results]
    content = {"data": graphs.name, "graphs": len(graphs), "settings": asdict(chosen)}
    write_json(json, {**content, "published": PUBLISHED_ACCURACY.get(graphs.name), "rows": rows})
    _show(graphs.name, results)


def _settings(name: str | None, data: str, **changes: Any) -> GraphSettings:
    """Published settings, with what was given in their place."""
    if name is None:
        begun = PUBLISHED.get(data, GraphSettings())
    else:
        begun = PUBLISHED[checks.one_of(PUBLISHED)("settings", name)]
    return begun.but(**{name: value for name, value in changes.items() if value is not None})


def _hops(text: str) -> Hops:
    try:
        gcn, ppr, raw, rw = (int(part) for part in text.split(","))
    except ValueError:
        raise EbitError(
            f"Argument `hops` must be four whole numbers such as 6,5,1,8, but is {text!r}."
        ) from None
    return Hops(gcn, ppr, raw, rw)


def _copies(
    text: str | None, activations: tuple[str, ...], protocols: tuple[str, ...]
) -> list[int | None]:
    """Numbers of copies, None for infinitely many; checked before anything is trained."""
    if text is None:
        return []
    if not ("polynomial" in activations and "nested" in protocols):
        raise EbitError(
            "Argument `copies` needs the polynomial activation and the nested protocol: leave it "
            "out, or ask for both."
        )
    try:
        found = [None if part.strip() == "inf" else int(part) for part in text.split(",")]
    except ValueError:
        found = [0]
    if any(number is not None and number < 1 for number in found):
        raise EbitError(
            "Argument `copies` must be whole numbers of at least 1, or inf, between commas, but is "
            f"{text!r}."
        )
    return found


def _one_or_both(name: str, value: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    checks.one_of((*choices, BOTH))(name, value)
    return choices if value == BOTH else (value,)


def _row(result: Judged) -> dict[str, Any]:
    curve = result.curve
    return {
        "activation": result.activation,
        "protocol": result.protocol,
        "shot_weight": result.shot_weight,
        "accuracy": result.score.mean,
        "std": result.score.std,
        "accuracies": result.score.accuracies.tolist(),
        "epochs": result.score.epochs.tolist(),
        "copies": None if curve is None else asdict(curve),
    }


def _show(name: str, results: list[Judged]) -> None:
    print_table(
        [("activation", False), ("score", False), ("accuracy", True), ("std over folds", True)],
        [(r.title, r.protocol, f"{r.score.mean:.3f}", f"{r.score.std:.3f}") for r in results],
    )
    if name in PUBLISHED_ACCURACY:
        mean, std = PUBLISHED_ACCURACY[name]
        output.print(f"Published (polynomial, optimistic): {mean / 100:.3f}, std {std / 100:.3f}")
    for protocol in PROTOCOLS:
        difference = gap(results, protocol)
        interval = None if difference is None else difference.interval()
        if difference is not None and interval is not None:
            output.print(
                f"Polynomial less prelu, {protocol}: {difference.value:+.3f}, 95 % from "
                f"{interval[0]:+.3f} to {interval[1]:+.3f}"
            )
    for curve in [result.curve for result in results if result.curve is not None]:
        print_table(
            [("copies", True), ("qubits a label", True), ("accuracy", True), ("+-", True)],
            [
                (
                    "inf" if point.copies is None else str(point.copies),
                    "-" if point.qubits is None else f"{point.qubits:.0f}",
                    f"{point.accuracy:.3f}",
                    f"{point.error:.3f}",
                )
                for point in curve.points
            ],
        )
        output.print(
            f"Spread of one copy {curve.spread:.1f}, margin {curve.margin:.1f} (medians). Shipping "
            f"the labels of the nodes: {curve.shipping_bits:.0f} bits."
        )


@with_config
def nodes(
    data: Annotated[str, typer.Option(help="NPZ file of a graph whose nodes have classes.")],
    hidden: Annotated[int, typer.Option(help="Hidden units for each hop.")] = 64,
    hops: Annotated[
        str, typer.Option(help="Steps of gcn, ppr, raw and rw, such as 5,0,0,0.")
    ] = "5,0,0,0",
    epochs: Annotated[int, typer.Option(help="Epochs, each one step on all training nodes.")] = 300,
    learning_rate: Annotated[float, typer.Option(help="Step size of Adam.")] = 0.001,
    runs: Annotated[int, typer.Option(help="Runs, each with a seed of its own.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of the first run; run k has seed + k.")] = 0,
    json: Json = None,
) -> None:
    """Classify the nodes of one graph: accuracy of both activations on the test nodes."""
    check_output(json, data=data)
    found = read_nodes(data)
    rows = []
    for activation in ACTIVATION_NAMES:
        chosen = NodeSettings(
            hops=_hops(hops),
            hidden=hidden,
            activation=activation,
            learning_rate=learning_rate,
            epochs=epochs,
            runs=runs,
            seed=seed,
        )
        scores = node_scores(found, chosen)
        published = asdict(scores["published"])
        rows.append({"activation": activation, **asdict(scores["nested"]), "published": published})
    write_json(json, {"data": found.name, "settings": asdict(chosen), "rows": rows})
    print_table(
        [("activation", False), ("score", False), ("test accuracy", True), ("std over runs", True)],
        [
            (row["activation"], protocol, f"{own['mean']:.3f}", f"{own['std']:.3f}")
            for row in rows
            for protocol, own in (("published", row["published"]), ("nested", row))
        ],
    )
    output.print(
        "published: the epoch is chosen on the test nodes (optimistic); nested: on validation nodes"
    )


def privacy(
    qubits: Annotated[int, typer.Option(help="Qubits of a copy.")] = 10,
    copies: Annotated[int, typer.Option(help="Copies, over all steps.")] = 738,
    value_bits: Annotated[int, typer.Option(help="Bits of one number of the sender.")] = 32,
    shared_pairs: Annotated[
        bool, typer.Option("--shared-pairs", help="The parties share entangled pairs.")
    ] = False,
    attacks: Annotated[
        bool,
        typer.Option("--attacks", help=f"Rebuild random states (to {MOST_QUBITS} qubits)."),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the attacks.")] = 0,
    json: Json = None,
) -> None:
    """What equal copies of a state can tell its receiver at most, and what attacks get."""
    check_output(json, data="")
    value_bits = checks.whole(1, 1024)("value_bits", value_bits)
    raw = value_bits * 2 ** checks.whole(1, 1000)("qubits", qubits)
    holevo = holevo_bits(copies, qubits, shared_pairs=shared_pairs)
    symmetric = symmetric_bits(copies, qubits)
    fidelity = rebuilding_fidelity(copies, qubits)
    names = tuple(ATTACKS) if attacks else ()
    found = [attack(name, copies=copies, qubits=qubits, seed=seed) for name in names]
    # pairs that are shared only carry more where the states are not equal copies
    share = min(holevo, symmetric) / raw
    bounds = {"holevo_bits": holevo, "symmetric_bits": symmetric, "raw_bits": raw, "share": share}
    content = {"qubits": qubits, "copies": copies, **bounds, "rebuilding_fidelity": fidelity}
    write_json(json, {**content, "attacks": [asdict(a) for a in found]})
    print_table(
        [("bound", False), ("value", True)],
        [
            ("Holevo, bits", str(holevo)),
            ("equal copies, bits", f"{symmetric:.0f}"),
            ("held by the sender, bits", f"{raw:.4g}"),
            ("share that can be learned", f"{min(1.0, share):.3%}"),
            ("fidelity of rebuilding a random state", f"{fidelity:.4g}"),
            *((f"attack {a.attack}, fidelity", f"{a.fidelity.mean:.3f}") for a in found),
        ],
    )
    output.print("Bounds are on information, not on its use. Copies of later steps add up.")
