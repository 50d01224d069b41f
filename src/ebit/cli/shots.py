"""`ebit compare --shots`: what is left of the accuracy with few measurements."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import polars as pl
import polars.selectors as cs

from ebit.cli.console import messages, output, print_table
from ebit.data import Dataset
from ebit.errors import EbitError
from ebit.models import CircuitModel
from ebit.plots import accuracy_against_shots, new_figure, paper_style, save_figure
from ebit.results import (
    Store,
    StoredModel,
    Task,
    accuracy_with_shots,
    can_be_cut,
    cut_rows,
    expected_accuracies,
    label_overhead,
    load_model,
    shots_text,
)
from ebit.shots import check_shots


def parse_shots(text: str | None) -> list[int]:
    """Numbers of shots between commas, ascending; none if there is no text.

    Raises:
        EbitError: If one is no number of shots.
    """
    if text is None:
        return []
    try:
        numbers = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise EbitError(
            f"Argument `shots` must be whole numbers separated by commas, as in 100,1000, but is "
            f"{text!r}."
        ) from None
    for number in numbers:
        check_shots(number)
    return numbers


def show_shots(
    dataset: Dataset,
    tasks: Sequence[Task],
    store: Store,
    shots: Sequence[int],
    seed: int,
    *,
    draw: bool = True,
) -> pl.DataFrame:
    """Print the accuracy on the validation rows against shots, and draw it.

    Args:
        dataset: The data that the tasks were made for.
        tasks: Finished tasks; those without a measurement are left out.
        store: Where they are kept.
        shots: Numbers of shots per label.
        seed: Seed of the measurements.
        draw: Whether there is a figure.

    Returns:
        One row per task, run and number of shots; then rows `cut`, see `ebit.results.cut_rows`.
    """
    measured = [task for task in tasks if isinstance(task.model.build(), CircuitModel)]
    if not measured:
        messages.print("No resource is measured: --shots has nothing to do.")
        return pl.DataFrame()
    x = dataset.x_validation
    stored = [load_model(store.model_path(task.hash)) for task in measured]
    tables = [
        accuracy_with_shots(one, x, dataset.y_validation, shots=shots, seed=seed) for one in stored
    ]
    rows = pl.concat(tables, how="diagonal").with_columns(cs.ends_with("_per_label").fill_null(0))
    overheads = {one.task.hash: label_overhead(one, x) for one in stored if can_be_cut(one.model)}
    cut = [
        cut_rows(table, overheads[one.task.hash])
        for one, table in zip(stored, tables, strict=True)
        if one.task.hash in overheads
    ]
    _print_rows(rows, cut)
    for one in stored:
        if one.task.hash in overheads:
            for number in shots:
                left = number * 10.0 ** -overheads[one.task.hash].log10_joint
                output.print(_at_equal_shots(one, dataset, number, left))
    if draw:
        with paper_style():
            figure, ax = new_figure()
            accuracy_against_shots(rows, ax)
        paths = save_figure(figure, store.folder / "figures" / "shots")
        output.print(f"Accuracy against shots: {paths[0]}")
    return pl.concat([rows, *cut], how="diagonal")


def _print_rows(rows: pl.DataFrame, cut: Sequence[pl.DataFrame]) -> None:
    ends = "_per_label"
    units = [name.removesuffix(ends) for name in rows.columns if name.endswith(ends)]
    means = rows.group_by("resource", "shots", maintain_order=True).agg(
        accuracy=pl.col("accuracy").mean(),
        std=pl.col("accuracy").std().fill_null(0.0),
        runs=pl.len(),
        **{name: pl.col(f"{name}_per_label").first() for name in units},
    )
    print_table(
        [("resource", False), *((name, True) for name in ("shots", "accuracy", "std", *units))],
        [
            (
                row["resource"],
                str(row["shots"]),
                f"{row['accuracy']:.3f}",
                f"{row['std']:.3f}" if row["runs"] > 1 else "-",
                *(str(row[name]) for name in units),
            )
            for row in means.iter_rows(named=True)
        ]
        + [line for table in cut for line in _cut_lines(table, len(units))],
    )
    output.print(f"shots: measurements per label; {', '.join(units)}: used up by one label")
    if cut:
        output.print("cut: quantum without a link, its gates across made up from more shots")


def _at_equal_shots(stored: StoredModel, dataset: Dataset, shots: int, left: float) -> str:
    """What cutting is worth with no more shots than everything else has.

    Args:
        stored: The model whose gates across are cut.
        dataset: The data that it was trained on.
        shots: Shots per label of everything else.
        left: Shots without cuts that so many with cuts are worth.
    """
    name = stored.model.resource_name
    if left < 1:
        return f"cut with {shots} shots is worth {left:.2g} shots of {name}, which give no label."
    whole = int(left)
    table = expected_accuracies(stored, dataset.x_validation, dataset.y_validation, shots=[whole])
    mean = fmean(table["accuracy"])
    return f"cut with {shots} shots is worth {whole} of {name}: an accuracy of {mean:.3f}."


def _cut_lines(table: pl.DataFrame, units: int) -> Iterator[tuple[str, ...]]:
    """Lines of a circuit whose gates across are cut: no pairs, no bits."""
    means = table.group_by("resource", "log10_shots_per_label", maintain_order=True).agg(
        accuracy=pl.col("accuracy").mean(),
        std=pl.col("accuracy").std().fill_null(0.0),
        runs=pl.len(),
    )
    for row in means.iter_rows(named=True):
        yield (
            row["resource"],
            shots_text(row["log10_shots_per_label"]),
            f"{row['accuracy']:.3f}",
            f"{row['std']:.3f}" if row["runs"] > 1 else "-",
            *["0"] * units,
        )
