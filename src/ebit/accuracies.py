"""Accuracies of result rows as they are compared: at how many shots, and which belong together."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from ebit.errors import EbitError
from ebit.statistics import Measure, paired, unpaired


def accuracy_column(shots: int) -> str:
    """Name of the column of the validation accuracy of labels read off so many shots.

    Example:
        >>> accuracy_column(1), accuracy_column(10)
        ('validation_accuracy_1_shot', 'validation_accuracy_10_shots')
    """
    return f"validation_accuracy_{shots}_shot{'' if shots == 1 else 's'}"


def shots_of_columns(columns: Iterable[str]) -> list[int]:
    """The numbers of shots whose `accuracy_column` is among some columns, in their order.

    Example:
        >>> shots_of_columns(["task", "validation_accuracy_1_shot", "validation_accuracy_50_shots"])
        [1, 50]
    """
    found = [re.fullmatch(r"validation_accuracy_(\d+)_shots?", name) for name in columns]
    return [int(match[1]) for match in found if match]


def shots_words(shots: int | None) -> str:
    """A number of shots as the end of a phrase; nothing for infinitely many.

    Example:
        >>> shots_words(1), shots_words(1000), shots_words(None)
        (' at 1 shot', ' at 1,000 shots', '')
    """
    return "" if shots is None else f" at {shots:,} shot{'' if shots == 1 else 's'}"


def has_numbers(rows: pl.DataFrame) -> bool:
    """Whether targets are numbers: rows have R^2 in place of accuracies.

    Example:
        >>> has_numbers(pl.DataFrame({"validation_accuracy": [None], "validation_r2": [0.5]}))
        True
    """
    if "validation_r2" not in rows.columns:
        return False
    return rows["validation_accuracy"].null_count() == rows.height > 0


def judged(rows: pl.DataFrame, shots: int | None) -> pl.DataFrame:
    """Rows whose `validation_accuracy` is that of labels read off so many shots.

    Args:
        rows: Result rows.
        shots: Shots per label; None for infinitely many, which changes nothing.

    Returns:
        The rows; where the accuracy at these shots is empty, since nothing is measured, that of
        infinitely many shots stays. Where targets are numbers, R^2 takes the place of accuracy.

    Raises:
        EbitError: If the rows have no column for this number of shots.

    Example:
        >>> rows = pl.DataFrame({"resource": ["dnn", "none"], "validation_accuracy": [0.9, 0.8],
        ...                      "validation_accuracy_10_shots": [None, 0.7]})
        >>> judged(rows, 10)["validation_accuracy"].to_list()
        [0.9, 0.7]
    """
    if "validation_r2" in rows.columns:
        quality = pl.coalesce("validation_accuracy", "validation_r2")
        rows = rows.with_columns(validation_accuracy=quality)
    if shots is None:
        return rows
    column = accuracy_column(shots)
    if column not in rows.columns:
        raise EbitError(
            f"Argument `rows` must have the column `{column}` for `shots` = {shots}, but has not: "
            "add it, or leave `shots` out."
        )
    return rows.with_columns(validation_accuracy=pl.coalesce(column, "validation_accuracy"))


@dataclass(frozen=True)
class Samples:
    """Validation accuracies of some resources.

    Attributes:
        values: Of every resource, one per run, or the mean over the runs of every split.
        measure: How two resources are compared.
        are_paired: Whether the values of two resources belong together, one by one.
        words: What differences are taken of.
    """

    values: Mapping[str, list[float]]
    measure: Measure
    are_paired: bool
    words: str


def samples_of(rows: pl.DataFrame) -> Samples:
    """The accuracies of every resource, paired by split of the data or, if there is one, by run.

    Args:
        rows: Result rows on one data set with `resource` and `validation_accuracy`; of `split`,
            `seed`, `run`, `train_rows` and `validation_rows` what is known.

    Returns:
        The samples; not paired if resources differ in their splits or runs.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"] * 2, "run": [0, 0, 1, 1],
        ...                      "validation_accuracy": [0.5, 0.75, 0.5, 1.0]})
        >>> found = samples_of(rows)
        >>> found.words, found.measure(found.values["bell:1"], found.values["none"]).value
        ('paired by run (2 runs)', 0.375)
    """
    step, overlap = _resolution(rows)
    splits = rows["split"].n_unique() if "split" in rows.columns else 1
    keys = ["split"] if splits > 1 else [key for key in ("seed", "run") if key in rows.columns]
    parts = {
        str(name): own.sort(keys) if keys else own
        for (name,), own in rows.group_by("resource", maintain_order=True)
    }
    if splits > 1:
        mean = pl.col("validation_accuracy").mean()
        parts = {
            name: own.group_by("split", maintain_order=True).agg(mean)
            for name, own in parts.items()
        }
    values = {name: own["validation_accuracy"].to_list() for name, own in parts.items()}
    of_what = f"{splits} splits" if splits > 1 else _runs(values)
    if len({tuple(own.select(keys).rows()) for own in parts.values()}) > 1:
        means = "splits" if splits > 1 else "runs"
        return Samples(values, unpaired, False, f"of means over the {means} ({of_what})")
    measure = partial(paired, step=step, overlap=overlap if splits > 1 else 0.0)
    place = "split" if splits > 1 else "run"
    return Samples(values, measure, True, f"paired by {place} ({of_what})")


def _resolution(rows: pl.DataFrame) -> tuple[float, float]:
    """The smallest difference of two accuracies, and validation rows over training rows."""
    if not {"train_rows", "validation_rows"} <= set(rows.columns):
        return 0.0, 0.0
    known = rows.select("train_rows", "validation_rows").drop_nulls()
    if known.is_empty() or 0 in known.row(0):
        return 0.0, 0.0
    train, validation = known.row(0)
    return 1 / validation, validation / train


def _runs(values: Mapping[str, Sequence[float]]) -> str:
    counts = sorted({len(own) for own in values.values()})
    return f"{' or '.join(map(str, counts))} run{'' if counts == [1] else 's'}"
