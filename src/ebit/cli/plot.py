"""`ebit plot`: figures of results that are there, as PNG, SVG and CSV."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from ebit.cli.console import messages, output
from ebit.cli.pages import KINDS, read_kept
from ebit.cli.report import check_one_page, filtered
from ebit.errors import EbitError
from ebit.plots import (
    accuracy_against_cost,
    accuracy_against_distance,
    accuracy_against_fidelity,
    accuracy_against_rate,
    accuracy_against_shots,
    accuracy_by_faulty,
    accuracy_by_resource,
    accuracy_by_round,
    check_installed,
    cost_against_size,
    dimension_by_depth,
    error_against_cost,
    gradient_errors,
    log_spectrum,
    loss_curves,
    new_figure,
    paper_style,
    save_figure,
    utilisation_bars,
    validation_curves,
)
from ebit.reading import read_bytes
from ebit.results import Store, accuracy_by_shots, completed
from ebit.results.store import TRAINING
from ebit.writing import check_writable

MOST_BYTES = 200_000_000
"""A file of rows is smaller than this."""

Draw = Callable[[pl.DataFrame, Any], Any]


def _shots(rows: pl.DataFrame, ax: Any) -> Any:
    return accuracy_against_shots(accuracy_by_shots(rows), ax)


@dataclass(frozen=True)
class Drawable:
    """A figure, and the columns that tell that rows are for it.

    Attributes:
        needs: All of these must be there, each with a value somewhere.
        draw: Draws rows on axes.
    """

    needs: tuple[str, ...]
    draw: Draw


FIGURES: Mapping[str, Drawable] = {
    "accuracy": Drawable(("resource", "validation_accuracy"), accuracy_by_resource),
    "cost": Drawable(("validation_accuracy", "ebits_per_inference"), accuracy_against_cost),
    "shots": Drawable(("validation_accuracy", "validation_accuracy_100_shots"), _shots),
    "loss": Drawable(("train_loss_curve",), loss_curves),
    "validation": Drawable(("validation_accuracy_curve",), validation_curves),
    "dimension": Drawable(("rank", "sampling_bound", "depth"), dimension_by_depth),
    "spectrum": Drawable(("eigenvalues", "depth"), log_spectrum),
    "distance": Drawable(("distance_km", "accuracy", "feasible"), accuracy_against_distance),
    "fidelity": Drawable(("pair_fidelity", "accuracy", "accuracy_at"), accuracy_against_fidelity),
    "rate": Drawable(("labels_per_second", "accuracy_mean", "pareto"), accuracy_against_rate),
    "size": Drawable(("n", "protocol", "qubits", "cbits"), cost_against_size),
    "error": Drawable(("protocol", "qubits", "cbits", "error"), error_against_cost),
    "faulty": Drawable(("arm", "faulty", "accuracy"), accuracy_by_faulty),
    "rounds": Drawable(("arm", "rounds", "accuracies"), accuracy_by_round),
    "gradients": Drawable(("arm", "gradient_error", "noise_floor"), gradient_errors),
    "utilisation": Drawable(("policy", "utilisation_useful"), utilisation_bars),
}
"""All figures by name, in the order in which they are drawn."""


def plot(
    results: Annotated[
        Path,
        typer.Argument(help="Folder of results, or a file of rows: JSON (--json), CSV, Parquet."),
    ],
    figure: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Only this figure; may be given again: {', '.join(FIGURES)}. Default: all that "
            "the rows have columns for."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="Only rows with this value, as in depth=5; may be given again.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for figures (PNG, SVG, CSV).")] = Path(
        "ebit-figures"
    ),
) -> None:
    """Draw figures of results again, each as PNG, SVG and CSV; nothing is trained."""
    check_installed()
    for name in figure or ():
        if name not in FIGURES:
            raise EbitError(
                f"Argument `figure` must be one of {', '.join(FIGURES)}, but is {name!r}."
            )
    check_writable(out / "figure.png")
    drawn: list[Path] = []
    tables = _tables(results)
    for title, rows in tables.items():
        kept = filtered(rows, where or ()) if where else rows
        if "validation_accuracy" in kept.columns:
            kept = completed(kept)
            check_one_page(kept, results)
        for name in figure or FIGURES:
            if _fits(FIGURES[name], kept):
                stem = name if name not in {path.stem for path in drawn} else f"{name}-{title}"
                drawn += _drawn(FIGURES[name], kept, out / stem)
    if not drawn:
        known = sorted({column for rows in tables.values() for column in rows.columns})
        raise EbitError(
            f"Nothing in {str(results)!r} can be drawn: it needs the columns of a figure, such as "
            f"resource and validation_accuracy, but has {', '.join(known[:6]) or 'none'}."
        )
    for path in drawn:
        if path.suffix == ".png":
            output.print(f"Figure: {path}")


def _fits(figure: Drawable, rows: pl.DataFrame) -> bool:
    """Whether the rows have the columns, with a value in each."""
    return all(name in rows.columns and rows[name].null_count() < rows.height
               for name in figure.needs)  # fmt: skip


def _drawn(figure: Drawable, rows: pl.DataFrame, stem: Path) -> list[Path]:
    try:
        with paper_style():
            made, ax = new_figure()
            figure.draw(rows, ax)
            return save_figure(made, stem)
    except (EbitError, pl.exceptions.PolarsError) as error:
        messages.print(f"Note: no figure {stem.name}: {error}")
        return []


def _tables(results: Path) -> dict[str, pl.DataFrame]:
    """Rows by where they come from."""
    if not results.is_dir():
        return {results.stem: _read(results)}
    store = Store(results)
    found = {kind.folder: store.rows(kind) for kind in KINDS}
    page = read_kept(results)
    if page is not None and page.verb == "compare":
        found[TRAINING.folder] = page.tables["rows"]
    elif page is not None and page.verb == "plan":
        found = {name: rows for name, rows in page.tables.items() if "before" not in name}
        at = pl.lit(1).alias("accuracy_at")
        found = {n: r.with_columns(at) if n == "fidelity" else r for n, r in found.items()}
    tables = {name: rows for name, rows in found.items() if rows.height}
    if not tables:
        raise EbitError(
            f"Folder {str(results)!r} has no results: name the --out of a verb, or a file of rows."
        )
    return tables


def _read(path: Path) -> pl.DataFrame:
    """The rows of a file that a verb wrote with --json, or of a table."""
    kind = path.suffix.lower()
    if kind not in (".json", ".csv", ".parquet"):
        raise EbitError(
            f"Argument `results` must be a folder, or a file .json, .csv or .parquet, but is "
            f"{str(path)!r}."
        )
    content = read_bytes(path, kind[1:].upper() if kind != ".parquet" else "Parquet", MOST_BYTES)
    try:
        if kind == ".csv":
            return pl.read_csv(content, infer_schema_length=None)
        if kind == ".parquet":
            return pl.read_parquet(content)
        found = json.loads(content)
        rows = found["rows"] if isinstance(found, dict) else found
        return pl.DataFrame(rows, infer_schema_length=None)
    except (ValueError, TypeError, KeyError, RecursionError, pl.exceptions.PolarsError):
        raise EbitError(
            f"File {str(path)!r} holds no rows: take one that a verb wrote with --json, or a table."
        ) from None
