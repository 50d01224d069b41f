"""`ebit predict`: apply a trained model to a file."""

from pathlib import Path
from typing import Annotated

import typer

from ebit.cli.console import check_output, output, print_confusion, print_table, write_json
from ebit.cli.options import Json
from ebit.results import confusion_matrix, explained_share, load_model
from ebit.results import predict as predict_file
from ebit.writing import write_atomically


def predict(
    model: Annotated[Path, typer.Argument(help="A .safetensors file that `ebit train` wrote.")],
    data: Annotated[
        Path,
        typer.Option(
            help="NPZ, CSV or Parquet file with the same features, or a set of scikit-learn."
        ),
    ],
    run: Annotated[
        int | None, typer.Option(help="Which run. Default: the best on the validation data.")
    ] = None,
    shots: Annotated[
        int | None, typer.Option(help="Shots per row. Default: exact expectations.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the measurements.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File (CSV) for the predictions.")] = (None),
    json: Json = None,
) -> None:
    """Predict the labels or numbers of a file with a trained model."""
    for path in (out, json):
        check_output(path, data=str(data))
    stored = load_model(model)
    chosen = stored.best_run if run is None else run
    predictions = predict_file(stored, data, run=chosen, shots=shots, seed=seed)
    if out is not None:
        write_atomically(out, predictions.write_csv().encode())
    print_table(
        [(column, True) for column in predictions.columns],
        [
            [f"{v:+.4f}" if isinstance(v, float) else str(v) for v in row]
            for row in predictions.head(10).iter_rows()
        ],
    )
    if len(predictions) > 10:
        rest = len(predictions) - 10
        where = f"all are in {out}" if out is not None else "write all with --out FILE.csv"
        output.print(f"... and {rest} more rows ({where}).")
    accuracy, r2, confusion = None, None, None
    measured = "" if shots is None else f", {shots} shots per row"
    where = f"on {len(predictions)} rows (run {chosen}{measured})"
    if "correct" in predictions.columns:
        accuracy = float(predictions["correct"].cast(int).mean())  # type: ignore[arg-type]
        output.print(f"Accuracy: {accuracy:.4f} {where}.")
        confusion = confusion_matrix(
            predictions["label"].to_list(), predictions["prediction"].to_list()
        )
        print_confusion(confusion, stored.preparation["class_names"])
    elif "error" in predictions.columns:
        r2 = explained_share(predictions["label"], predictions["prediction"])
        output.print(f"R^2: {r2:.4f} {where}." if r2 is not None else f"R^2: no variance {where}.")
    write_json(
        json,
        {
            "task": {"hash": stored.task.hash, **stored.task.model_dump(mode="json")},
            "run": chosen,
            "shots": shots,
            "accuracy": accuracy,
            **({} if confusion is None else {"confusion": confusion.to_dicts()}),
            **({} if r2 is None else {"r2": r2}),
            "rows": predictions.to_dicts(),
        },
    )
