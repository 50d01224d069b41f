"""The report of `ebit compare`, made now or from what was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ebit.accuracies import shots_words
from ebit.cli.console import messages, output, print_table
from ebit.cli.pages import Kept, keep
from ebit.cli.predictions import predictions_of
from ebit.cli.quick import smaller
from ebit.data import Dataset, DataSource, load
from ebit.errors import EbitError
from ebit.models import CircuitModel
from ebit.plots import check_installed
from ebit.plots.circuit import draw_figure
from ebit.report import Advice, render, write_report
from ebit.report.advice import R2
from ebit.report.headline import gap_to_none
from ebit.results import Store, Task
from ebit.results.train import fingerprint_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Comparison:
    """What the report of a comparison is made from.

    Attributes:
        rows: One per run.
        tasks: The trainings on the first data set.
        title: Heading of the page.
        command: The command line that made the rows.
        quick: Whether it is a first look.
        shots: Shots that a label is read off; None for infinitely many.
        data: The data set; None if it is no longer there.
        folder: Where the trained models lie.
        network: The network under whose noise was trained, and what is not verified in it.
    """

    rows: pl.DataFrame
    tasks: Sequence[Task]
    title: str
    command: str
    quick: bool = False
    shots: int | None = None
    data: Dataset | None = None
    folder: Path | None = None
    network: Mapping[str, str] = field(default_factory=dict)


def can_draw() -> bool:
    """Whether figures can be drawn and pages made, without which there is no report."""
    try:
        check_installed()
        render.check_installed()
    except EbitError:
        return False
    return True


def write_comparison(found: Comparison, out: Path) -> list[Path]:
    """Write the page and its figures.

    Raises:
        EbitError: If rows do not fit, Matplotlib is missing or the folder cannot be written.
    """
    data = found.data
    return write_report(
        found.rows,
        out,
        title=found.title,
        settings={**found.network, **({"command": found.command} if found.command else {})},
        quick=found.quick,
        shots=found.shots,
        points=None
        if data is None or data.is_numeric
        else (data.x_train, data.y_train, data.class_names),
        draw=partial(draw_circuit, found.tasks),
        predictions=None
        if data is None or found.folder is None
        else partial(predictions_of, data, found.tasks, Store(found.folder)),
    )


def draw_circuit(tasks: Sequence[Task], resource: str) -> "Figure | None":
    """The drawing of the circuit of a resource; what has no circuit has none."""
    own = [task for task in tasks if task.model.resource == resource]
    model = own[0].model.build() if own else None
    return draw_figure(model.circuit) if isinstance(model, CircuitModel) else None


def keep_comparison(found: Comparison, source: DataSource, seed: int, folder: Path) -> None:
    """Keep what the report was made from, but for the data: where they come from is kept.

    Args:
        found: The comparison.
        source: Where the data come from.
        seed: Which rows a first look takes.
        folder: Folder of the results.
    """
    values = {
        "title": found.title,
        "command": found.command,
        "quick": found.quick,
        "shots": found.shots,
        "seed": seed,
        "network": dict(found.network),
        "source": source.model_dump(mode="json", exclude_unset=True),
        "tasks": [task.model_dump(mode="json") for task in found.tasks],
    }
    keep(Kept("compare", values, {"rows": found.rows}), folder)


def write_kept_comparison(kept: Kept, out: Path) -> list[Path]:
    """Write the page of `ebit compare` again."""
    values = kept.values
    tasks = [Task(**task) for task in values["tasks"]]
    found = Comparison(
        rows=kept.tables["rows"],
        tasks=tasks,
        title=values["title"],
        command=values["command"],
        quick=values["quick"],
        shots=values["shots"],
        data=_data_of(values, tasks),
        folder=kept.folder,
        network=values.get("network", {}),
    )
    return write_comparison(found, out)


def _data_of(values: Mapping[str, Any], tasks: Sequence[Task]) -> Dataset | None:
    """The data of a comparison if they are still what they were, else None and a line."""
    try:
        data = load(DataSource(**values["source"]))
        data = smaller(data, values["seed"]) if values["quick"] else data
        if any(task.fingerprint != fingerprint_of(data) for task in tasks):
            raise EbitError("they are others now")
    except EbitError as error:
        messages.print(f"Note: the report does without the data: {error}")
        return None
    return data


def print_gains(advice: Advice) -> None:
    """One line per resource: its gain over `none` with the interval of the report.

    Args:
        advice: What the rows recommend.
    """
    gaps = [(one.resource, gap_to_none(advice, one)) for one in advice.summaries]
    lines = [
        (name, f"{gap.value:+.3f}", f"{gap.low:+.3f} to {gap.high:+.3f}")
        for name, gap in gaps
        if gap is not None and gap.low is not None and gap.high is not None
    ]
    if not lines:
        return
    output.print()
    print_table([("resource", False), ("gain over none", True), ("interval", True)], lines)
    of_what = "R^2" if advice.quality == R2 else f"accuracies{shots_words(advice.shots)}"
    output.print(
        f"gain: mean difference of {of_what}, {advice.values}\n"
        "interval: 95 %, widened for the number of comparisons (Holm): it leaves out 0 where two "
        "are told apart"
    )
    if advice.cut_intervals:
        output.print(advice.cut_intervals)
