"""`ebit compare --shots-per-label`: training and accuracies for the shots that one can afford."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import polars as pl

from ebit.cli.console import messages, output, print_table
from ebit.cli.options import Given
from ebit.cli.shots import parse_shots
from ebit.data import Dataset
from ebit.errors import EbitError
from ebit.learning import SHOTS
from ebit.learning.settings import SHOTS_PER_LABEL
from ebit.models import DEFAULT_LOSSES, CircuitModel, ModelSettings
from ebit.plots import (
    accuracy_against_shots,
    leading_resources,
    new_figure,
    paper_style,
    save_figure,
)
from ebit.plots.rows import statistics
from ebit.results import (
    Store,
    Task,
    accuracy_by_shots,
    accuracy_column,
    expected_accuracies,
    load_model,
    shots_needed,
)

SHARE = 0.9
"""Share of the accuracy of infinitely many shots whose price in shots is told."""


def parse_label_shots(text: str | None) -> list[int | None]:
    """Numbers of shots between commas as they stand, None for `inf`; 1000 if there is no text.

    Raises:
        EbitError: If one is no number of shots.
    """
    if text is None:
        return [SHOTS_PER_LABEL]
    parts = [part.strip() for part in text.split(",")]
    return [None if part == "inf" else parse_shots(part)[0] for part in parts]


def finite(shots: Sequence[int | None]) -> list[int]:
    """Those numbers of shots that are no `inf`."""
    return [number for number in shots if number is not None]


def with_loss(given: Given, shots: Sequence[int | None], dataset: Dataset) -> Given:
    """The settings with the loss: by default that of labels read off the first number of shots.

    More than two classes, and numbers, have losses of their own.

    Raises:
        EbitError: If the loss `shots` is asked for with infinitely many shots.
    """
    default = "mse" if shots[0] is None else "shots"
    if dataset.is_numeric or dataset.scores > 1:
        default = DEFAULT_LOSSES["numbers" if dataset.is_numeric else "classes"]
    loss = given.values.get("loss", default)
    if loss != "shots":
        return Given({**given.values, "loss": loss})
    if shots[0] is None:
        raise EbitError(
            "Argument `shots_per_label` must begin with a finite number for the loss 'shots', but "
            "begins with inf: use --loss mse."
        )
    return Given({**given.values, "loss": loss, "shots_per_label": shots[0]})


def loss_for(model: ModelSettings, given: Given) -> dict[str, Any]:
    """Settings of the loss for one resource: without written out outcomes `shots` is `mse`."""
    built = model.build()
    is_measured = isinstance(built, CircuitModel) and built.tells_outcomes
    if given.values["loss"] != "shots" or is_measured:
        return {}
    return {"loss": "mse", "shots_per_label": None}


def note_losses(tasks: Sequence[Task], given: Given) -> None:
    """Say which trainings have another loss than the one that is given, and why."""
    for task in tasks:
        if task.training.loss != given.values["loss"]:
            messages.print(
                f"{task.model.resource}: no outcomes are written out in it, so it is trained with "
                f"{task.training.loss}."
            )


def with_more_shots(
    rows: pl.DataFrame, data: Mapping[str, Dataset], store: Store, shots: Sequence[int]
) -> pl.DataFrame:
    """Accuracy against shots from the rows; further numbers of shots from the trained models.

    Args:
        rows: Rows of trainings.
        data: The data set of every task, by its hash.
        store: Where the models are kept.
        shots: Numbers of shots that are wanted.
    """
    table = accuracy_by_shots(rows)
    further = sorted(set(shots) - set(table["shots"]))
    if not further or table.is_empty():
        return table
    more = [
        expected_accuracies(
            load_model(store.model_path(task)),
            data[task].x_validation,
            data[task].y_validation,
            shots=further,
        )
        for task in table["task"].unique(maintain_order=True)
    ]
    return pl.concat([table, *more])


def with_accuracy_at(rows: pl.DataFrame, table: pl.DataFrame, shots: int | None) -> pl.DataFrame:
    """Rows with the accuracy at a number of shots of the table, as a column like that at 1000."""
    if shots is None or shots in SHOTS:
        return rows
    chosen = table.filter(pl.col("shots") == shots).select(
        "task", "run", pl.col("accuracy").alias(accuracy_column(shots))
    )
    others = rows.drop(accuracy_column(shots), strict=False)  # only trainings for so many have it
    return others.join(chosen, on=["task", "run"], how="left", maintain_order="left")


def with_columns_of(summary: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """A summary with the mean accuracy at every number of shots of a table."""
    for shots in table["shots"].unique():
        name = f"{accuracy_column(shots)}_mean"
        if name not in summary.columns:
            chosen = table.filter(pl.col("shots") == shots)
            means = chosen.group_by("resource").agg(pl.col("accuracy").mean().alias(name))
            summary = summary.join(means, on="resource", how="left", maintain_order="left")
    return summary


def show_by_shots(table: pl.DataFrame, store: Store, *, draw: bool) -> None:
    """Print the accuracy against shots and what most of it costs, and draw it if asked."""
    if table.is_empty():
        return
    numbers = table["shots"].unique().sort().to_list()
    needed = shots_needed(table, SHARE)
    means = table.group_by("resource", maintain_order=True).agg(
        *[pl.col("accuracy").filter(pl.col("shots") == n).mean().alias(str(n)) for n in numbers],
        pl.col("exact_accuracy").mean(),
    )
    price = f"for {SHARE:.0%}"
    output.print("Accuracy against shots per label")
    print_table(
        [("resource", False), *((title, True) for title in (*map(str, numbers), "inf", price))],
        [
            (resource, *(f"{value:.3f}" for value in values), _about(needed[resource], numbers[-1]))
            for resource, *values in means.iter_rows()
        ],
    )
    leaders = leading_resources(statistics(table, "accuracy", by="shots"))
    lead = "; ".join(f"{name} from {shots:.0f}" for shots, name in leaders)
    output.print(f"{price}: shots from which the accuracy is {SHARE:.0%} of that of inf")
    output.print(fill(f"Highest mean by shots: {lead}", 79))
    if draw:
        with paper_style():
            figure, ax = new_figure()
            accuracy_against_shots(table, ax)
            paths = save_figure(figure, store.folder / "figures" / "accuracy_at_shots")
        output.print(f"Accuracy against shots: {paths[0]}")


def _about(shots: float | None, largest: int) -> str:
    if shots is None:
        return f"> {largest}"
    return f"{shots:.0f}" if shots < 1000 else f"{shots:.2g}"
