"""`ebit communication train` and `infer`: a model of several parties on the user's data."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from ebit.cli.console import check_output, output, print_table, write_json
from ebit.cli.options import Given, Json, with_settings
from ebit.communication import ColumnSplit, even_columns, fit, infer, model_for
from ebit.communication.baselines.columns import Shipped, cheapest_shipment, ship_columns
from ebit.communication.inference import Mode
from ebit.communication.links import infer_on_links
from ebit.communication.model_file import load_fitted, save_fitted
from ebit.communication.parties import Wire
from ebit.communication.rows import ADVANTAGE, Row, judged, row_of
from ebit.communication.training import Optimizer
from ebit.data import Dataset, DataSource
from ebit.errors import EbitError
from ebit.ledger import Ledger
from ebit.network import read_network

Parties = Annotated[str, typer.Option(help="Names with commas; columns are spread in order.")]


@with_settings(DataSource, without=("features",))
def train(
    given: Given,
    parties: Parties = "alice,bob",
    layers: Annotated[int, typer.Option(help="Layers of the model; parties take turns.")] = 4,
    optimizer: Annotated[
        Optimizer, typer.Option(help="adam, or eg (exponentiated gradient).")
    ] = "adam",
    shots: Annotated[
        int,
        typer.Option(help="Shots: copies of a state for each output and each layer's derivatives."),
    ] = 32,
    steps: Annotated[int, typer.Option(help="Optimiser steps.")] = 300,
    batch_size: Annotated[int, typer.Option(help="Rows of a minibatch.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="Step size of the optimiser.")] = 0.03,
    wire: Annotated[Wire, typer.Option(help="direct, or teleport.")] = "direct",
    seed: Annotated[int, typer.Option(help="Seed of all that is random.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File (.safetensors) for the model.")] = None,
    json: Json = None,
) -> None:
    """Train a model whose columns and layers are spread over parties, and count what is sent.

    Beside it stands what training costs when the columns are shipped once.
    """
    dataset = given.load()
    for path in (json, out):
        check_output(path, data=given.values["source"])
    names = _names(parties)
    columns = even_columns(dataset.features, names)
    data = ColumnSplit(dataset.x_train, columns)
    test = ColumnSplit(dataset.x_validation, columns, moments=data.moments)
    y, y_test = _labels(dataset)
    model = model_for(data, layers)
    fitted = fit(
        model, data, y, optimizer=optimizer, shots=shots, steps=steps, batch=batch_size,
        rate=learning_rate, wire=wire, seed=seed,
    )  # fmt: skip
    error = 1 - fitted.accuracy(test, y_test)
    measured = 1 - fitted.accuracy(test, y_test, copies=shots, seed=seed)
    if out is not None:
        save_fitted(out, fitted, data)
    name = f"quantum, {shots} shots"
    own = row_of(fitted.ledger, experiment="train", n=model.qubits, protocol=name,
                 model="two-way", copies=shots, error=error)  # fmt: skip
    rows = judged([own, *_rivals(data, test, y, y_test, error, model.qubits)])
    write_json(
        json,
        {
            "rows": [vars(row) for row in rows],
            "accuracy": 1 - error,
            "accuracy_with_shots": 1 - measured,
            "peak_qubits": model.qubits + 1,
            "losses": fitted.losses.tolist(),
        },
    )
    _show(rows)
    output.print(
        f"accuracy on {len(test)} validation rows: {1 - error:.3f}, read with {shots} shots "
        f"{1 - measured:.3f}\nC2, C8: the columns of all parties but the last are shipped to it "
        "once, which then trains alone"
    )
    if rows[0].verdict != ADVANTAGE:
        output.print("Shipping the columns once is cheaper here: small data, few parties.")


def _rivals(
    data: ColumnSplit,
    test: ColumnSplit,
    y: np.ndarray,
    y_test: np.ndarray,
    error: float,
    qubits: int,
) -> list[Row]:
    """C2 and C8 with everything shipped to the last party."""
    *others, last = data.parties
    sides = [
        np.hstack([part.parts[name][:, : len(part.columns[name])] for name in others])
        if others else part.parts[last]
        for part in (data, test)
    ]  # fmt: skip
    own = [part.parts[last] if others else part.parts[last][:, :0] for part in (data, test)]

    def ship(bits: int, kept: int | None) -> Shipped:
        return ship_columns(sides[0], own[0], y, sides[1], own[1], y_test, bits=bits, kept=kept)

    rows = []
    widths: list[int | None] = [2**k for k in range(1, sides[0].shape[1].bit_length())]
    tried: list[tuple[str, list[int | None]]] = [("C2 columns", [None])]
    for mark, some in [*tried, ("C8 projections", widths)]:
        if some:
            shipped, words, reached = cheapest_shipment(ship, some, error)
            rows.append(Row("train", qubits, f"{mark}, {words}", "one-way", cbits=shipped.bits,
                            error=shipped.error, reached=reached))  # fmt: skip
    return rows


@with_settings(DataSource, without=("features",))
def infer_rows(
    given: Given,
    model: Annotated[Path, typer.Option(help="File that `ebit communication train` wrote.")],
    eps: Annotated[float, typer.Option(help="Largest error of an output.")] = 0.1,
    delta: Annotated[float, typer.Option(help="Probability of a larger one.")] = 0.05,
    mode: Annotated[Mode, typer.Option(help="shots, or amplitude (estimation).")] = "shots",
    wire: Annotated[Wire, typer.Option(help="direct, or teleport.")] = "direct",
    network: Annotated[
        Path | None, typer.Option(help="Network file whose links carry the copies.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Validation rows to label, from the first.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed of the measurements.")] = 0,
    json: Json = None,
) -> None:
    """Label rows by a trained model with a finite number of copies, and count what is sent.

    With a network the copies are teleported over its links: their noise, and seconds per label.
    """
    fitted, columns, bias, moments = load_fitted(model)
    dataset = given.load()
    check_output(json, data=given.values["source"])
    if rows < 1:
        raise EbitError(f"Argument `rows` must be at least 1, but is {rows}.")
    if len(moments[0]) != dataset.features:
        raise EbitError(
            f"Data {dataset.name!r} have {dataset.features} feature columns, but the model of "
            f"{str(model)!r} was trained on {len(moments[0])}: give data of the same columns."
        )
    data = ColumnSplit(dataset.x_validation, columns, bias=bias, moments=moments)[:rows]
    labels = _labels(dataset)[1][:rows]
    seconds: float | None = None
    if network is None:
        values, ledger = infer(
            fitted.model, fitted.theta, data, eps=eps, delta=delta, mode=mode, wire=wire, seed=seed
        )
        exact = fitted.model.output(fitted.theta, data.states())
    else:
        if mode != "shots":
            raise EbitError("Argument `mode` must be shots over a network: leave it out.")
        found = infer_on_links(
            fitted.model, fitted.theta, data, read_network(network), eps=eps, delta=delta, seed=seed
        )
        values, ledger, exact, seconds = found.values, found.ledger, found.exact, found.seconds
    scores = fitted.scale * values + fitted.offset
    told = np.where(scores >= 0, 1, -1)
    lines = [
        {"row": k, "output": float(f), "exact": float(e), "label": int(t), "true": int(y)}
        for k, (f, e, t, y) in enumerate(zip(values, exact, told, labels, strict=True))
    ]
    totals = _totals(ledger, len(data))
    write_json(json, {"rows": lines, "per_label": totals, "seconds_per_label": seconds})
    print_table(
        [(title, True) for title in lines[0]],
        [[f"{v:.4f}" if isinstance(v, float) else str(v) for v in line.values()] for line in lines],
    )
    spent = ", ".join(f"{amount:g} {unit}" for unit, amount in totals.items())
    output.print(f"a label: {spent}" + ("" if seconds is None else f", {seconds:.4g} s"))
    largest = float(np.abs(values - exact).max())
    output.print(f"largest error {largest:.4f}, accuracy {float(np.mean(told == labels)):.3f}")


def _totals(ledger: Ledger, rows: int) -> dict[str, float]:
    """What one label used up."""
    return {
        "qubits": ledger.qubits / rows,
        "bits": ledger.cbits / rows,
        "ebits": ledger.ebits / rows,
    }


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if len(names) < 2 or "" in names or len(set(names)) < len(names):
        raise EbitError(
            f"Argument `parties` must be two or more different names between commas, but is "
            f"{text!r}."
        )
    return names


def _labels(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    if not all(np.isin(y, (-1, 1)).all() for y in (dataset.y_train, dataset.y_validation)):
        raise EbitError(
            f"Data {dataset.name!r} must have two classes here: name one with `positive`."
        )
    return dataset.y_train, dataset.y_validation


def _show(rows: list[Row]) -> None:
    titles = ("protocol", "qubits", "cbits", "ebits", "rounds", "error", "verdict")
    print_table(
        [(title, title not in ("protocol", "verdict")) for title in titles],
        [
            [
                f"{value:.4g}" if isinstance(value, float) else str(value)
                for value in (getattr(row, title) for title in titles)
            ]
            for row in rows
        ],
    )
