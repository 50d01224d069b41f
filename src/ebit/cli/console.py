"""What the verbs print: tables, notes and JSON."""

import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from ebit.data import Dataset
from ebit.errors import EbitError, visible
from ebit.resources import further_units
from ebit.results import Store, Task, accuracy_column, check_memory, estimate
from ebit.results.train import fitting_note
from ebit.writing import check_writable, followed, write_atomically


class Terminal(Console):
    """A console that shows control characters of files as replacement characters."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; text may have several lines."""
        super().print(*(_shown(o) if isinstance(o, str) else o for o in objects), **options)


def _shown(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))


output = Terminal(markup=False, emoji=False, highlight=False, soft_wrap=True)
messages = Terminal(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)


def write_json(path: Path | None, content: dict[str, Any]) -> None:
    """Write a JSON file, whole or not at all; no file if `path` is None."""
    if path is not None:
        text = json.dumps(content, indent=1, allow_nan=False) + "\n"
        write_atomically(path, text.encode())


def check_output(path: Path | None, *, data: str) -> None:
    """Raise before hours of work if a file cannot be written, or is the file with the data."""
    if path is None:
        return
    if Path(data).is_file() and followed(path) == followed(Path(data)):
        raise EbitError(f"Cannot write {str(path)!r}: it holds the data. Give another file.")
    check_writable(path)


def command_line() -> str:
    """The command that is running, ready to paste into a shell."""
    return shlex.join(["ebit", *sys.argv[1:]])


def announce(dataset: Dataset, tasks: Sequence[Task], store: Store) -> None:
    """Say what is finished, what large tasks will need, and when angles look like raw data.

    Raises:
        EbitError: If a task needs more memory than there is, or a stored result is damaged.
    """
    store.sweep()
    unfinished = [task for task in tasks if store.get(task.hash) is None]
    needs = [estimate(task) for task in unfinished]
    for task, need in zip(unfinished, needs, strict=True):
        check_memory(task, need)
    notes = [_far_angles(dataset), *(fitting_note(dataset, task.model) for task in unfinished)]
    for note in dict.fromkeys(notes):
        if note is not None and unfinished:
            messages.print(note)
    finished = len(tasks) - len(unfinished)
    if finished:
        messages.print(f"{finished} of {len(tasks)} trainings are in {store.folder} already.")
    for task, need in zip(unfinished, needs, strict=True):
        if need.is_large:
            messages.print(f"{task.model.resource}: this needs {need}.")


def _far_angles(dataset: Dataset) -> str | None:
    size = np.abs(dataset.x_train).max(axis=0)
    column = int(size.argmax())
    if dataset.scaling.kind != "none" or size[column] <= 2 * np.pi:
        return None
    return (
        f"Note: feature {dataset.feature_names[column]!r} reaches {size[column]:.4g}, far outside "
        "[-2 pi, 2 pi], and is taken as an angle in radians; --scale angles maps the features to "
        "[0, pi]."
    )


MOST_EDGES = 6
"""Edges that are named; of more only their number is said."""


def edges_in_words(edges: str | None) -> str:
    """What is used up on every edge, edges with the same amounts together.

    Example:
        >>> edges_in_words('{"A-B": {"ebits": 1}, "B-C": {"ebits": 1}, "A-C": {"bits": 2}}')
        '1 ebits on each of A-B, B-C; 2 bits on A-C'
    """
    groups: dict[str, list[str]] = {}
    for edge, amounts in json.loads(edges or "{}").items():
        words = " and ".join(f"{amount} {unit}" for unit, amount in amounts.items())
        groups.setdefault(words, []).append(edge)
    parts = []
    for words, names in groups.items():
        many = f"{len(names)} edges" if len(names) > MOST_EDGES else ", ".join(names)
        parts.append(f"{words} on {'each of ' if len(names) > 1 else ''}{many}")
    return "; ".join(parts)


def print_table(columns: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> None:
    """Print rows below headers, at the width they need: nothing is cut off or wrapped.

    Args:
        columns: Header, and whether its cells are numbers (flush right).
        rows: Cells.
    """
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for title, is_number in columns:
        table.add_column(visible(title), justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(visible, row))
    wide = Console(markup=False, emoji=False, highlight=False, width=1000)
    wide.print(table, width=wide.measure(table).maximum)


MOST_SHOWN_CLASSES = 20
"""Classes of a confusion matrix that fits a terminal."""


def quality_words(summary: pl.DataFrame) -> str:
    """What says how good trainings are: accuracies of labels, R^2 of numbers."""
    numbers = summary["target"].eq("numbers")
    return "R^2" if numbers.all() else "accuracy, R^2" if numbers.any() else "accuracy"


def quality_cells(row: Mapping[str, Any]) -> tuple[str, str]:
    """Mean and standard deviation of a line of a summary."""
    name = "validation_r2" if row["target"] == "numbers" else "validation_accuracy"
    spread = f"{row[f'{name}_std']:.3f}" if row["runs"] > 1 else "-"
    return f"{row[f'{name}_mean']:.3f}", spread


def print_confusion(confusion: pl.DataFrame, classes: Sequence[str]) -> None:
    """The confusion matrix: one line per class, and how many of its rows were taken for what."""
    found = {(true, guess): rows for true, guess, rows in confusion.iter_rows()}
    if len(classes) > MOST_SHOWN_CLASSES:
        output.print(f"Confusion matrix of {len(classes)} classes: write it with --json FILE.")
        return
    print_table(
        [("true \\ predicted", False), *((name, True) for name in classes)],
        [(true, *(str(found.get((true, guess), 0)) for guess in classes)) for true in classes],
    )


def print_summary(summary: pl.DataFrame, shots: Sequence[int] = ()) -> None:
    """One line per task: accuracy, parameters, cost per inference and time.

    It is 79 characters wide, and 9 more for each number of shots.

    The accuracies at some numbers of `shots` per label, if given, stand first.
    What is used up in further units and, on a network, the seconds of waiting are columns more.
    """
    words = quality_words(summary)
    known = {name for name in summary.columns if summary[name].is_not_null().any()}
    shots = [number for number in shots if f"{accuracy_column(number)}_mean" in known]
    units = [
        unit for unit in further_units(summary.columns) if summary[f"{unit}_per_inference"].sum()
    ]
    waits = summary["waiting_seconds_per_inference"].is_not_null().any()
    titles: tuple[str, ...] = (
        *(f"at {number}" for number in shots),
        words,
        "std",
        "params",
        "ebits",
        "bits",
        "gates",
        "rounds",
        *units,
        "seconds",
    )
    rows = [
        (
            row["resource"],
            *(_three_digits(row.get(f"{accuracy_column(number)}_mean")) for number in shots),
            *quality_cells(row),
            _cell(row["num_parameters"]),
            _cell(row["ebits_per_inference"]),
            _cell(row["bits_per_inference"]),
            _cell(row["nonlocal_gates_per_inference"]),
            _cell(row["rounds_per_inference"]),
            *(_cell(row[f"{unit}_per_inference"]) for unit in units),
            f"{row['seconds']:.1f}",
            *(
                [
                    "-"
                    if row["waiting_seconds_per_inference"] is None
                    else f"{row['waiting_seconds_per_inference']:.3g}"
                ]
                if waits
                else []
            ),
        )
        for row in summary.iter_rows(named=True)
    ]
    titles = (*titles, "waiting s") if waits else titles
    print_table([("resource", False), *((title, True) for title in titles)], rows)
    runs = summary["runs"].unique().sort().to_list()
    compiling = float(summary["compile_seconds"].sum())
    splits = int(summary["splits"].max())  # type: ignore[arg-type]
    where = "on the validation rows" if splits == 1 else f"in {splits} random splits of the file"
    output.print(
        f"{words}, std: mean and standard deviation over {' or '.join(map(str, runs))} "
        f"run{'' if runs == [1] else 's'}, {where}\n"
        f"{', '.join(['ebits, bits, gates (non-local), rounds', *units])}: "
        "used up by one inference\n"
        f"seconds: training, all runs together; compilation took {compiling:.1f} s more in all"
    )
    for row in summary.iter_rows(named=True):
        said = edges_in_words(row.get("edge_amounts"))
        if said:
            output.print(f"{row['resource']}, one inference: {said}")
    if shots:
        output.print(
            f"at {', '.join(map(str, shots))}: mean accuracy of labels read off so many shots\n"
            "accuracy: the same of infinitely many shots"
        )
    if waits:
        output.print("waiting s: for pairs and messages, in one inference")


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _three_digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
