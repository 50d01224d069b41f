"""What a model says beside what is true: the confusion matrix of classes, a figure of numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.plots import new_figure, paper_style, predicted_against_true
from ebit.report.picture import Picture, resource_series, save_picture
from ebit.report.render import data_address


@dataclass(frozen=True)
class Predictions:
    """Predictions of one run of a resource on the validation rows.

    Attributes:
        resource: The resource.
        run: Which run.
        true: True class or number of every row.
        predicted: What the model says.
        classes: Names of the classes; none where targets are numbers.
    """

    resource: str
    run: int
    true: Sequence[str] | Sequence[float]
    predicted: Sequence[str] | Sequence[float]
    classes: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raise unless there is one prediction for every row."""
        checks.instance(str, "the name of a resource")("resource", self.resource)
        checks.whole()("run", self.run)
        true, predicted = (
            checks.several(_target)(name, getattr(self, name)) for name in ("true", "predicted")
        )
        checks.several(checks.instance(str, "names of classes"), least=0)("classes", self.classes)
        if len(true) != len(predicted):
            raise EbitError(
                f"Argument `predicted` must be of the {len(true)} rows of `true`, but is of "
                f"{len(predicted)}."
            )


def _target(name: str, value: object) -> object:
    if not isinstance(value, str) and not checks.is_real(value):
        raise checks.wrong(name, "classes as text, or numbers", value)
    return value


@dataclass(frozen=True)
class _ClassLine:
    """One true class: counts and shares of what its rows were taken for."""

    name: str
    place: int
    cells: Sequence[tuple[int, float]]
    right: str


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix as the page shows it."""

    name: str
    title: str
    caption: str
    classes: Sequence[str]
    lines: Sequence[_ClassLine]
    csv_address: str


def confusion(found: Predictions, number: int) -> Confusion:
    """How often rows of each class were taken for each class.

    Args:
        found: Predictions of classes.
        number: Number of the matrix on the page.

    Returns:
        The matrix.

    Example:
        >>> matrix = confusion(Predictions("none", 0, ["a", "b"], ["a", "a"], ["a", "b"]), 1)
        >>> [line.cells for line in matrix.lines]
        [[(1, 1.0), (0, 0.0)], [(1, 1.0), (0, 0.0)]]
    """
    counts: dict[tuple[str, str], int] = {}
    for pair in zip(map(str, found.true), map(str, found.predicted), strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    lines = []
    for place, name in enumerate(found.classes):
        own = [counts.get((name, guess), 0) for guess in found.classes]
        total = max(1, sum(own))
        right = f"{100 * own[place] / total:.0f} %" if sum(own) else "—"
        lines.append(_ClassLine(name, place, [(n, n / total) for n in own], right))
    data = pl.DataFrame(
        [
            {"true": name, "predicted": guess, "rows": counts.get((name, guess), 0)}
            for name in found.classes
            for guess in found.classes
        ]
    )
    return Confusion(
        f"confusion-{number}",
        f"Confusion matrix of {found.resource}",
        f"The {len(found.true)} validation rows by their true class (lines) and by what the best "
        f"run of {found.resource} (run {found.run}) takes them for; labels are those of the exact "
        "probabilities. Per cent are of a line.",
        found.classes,
        lines,
        data_address(data.write_csv().encode(), ".csv"),
    )


def predicted_picture(found: Predictions, number: int, folder: Path) -> Picture:
    """A figure of predicted against true numbers.

    Args:
        found: Predictions of numbers.
        number: Number of the figure on the page.
        folder: Where the PNG, SVG and CSV files go.

    Returns:
        The figure.

    Raises:
        EbitError: If the folder cannot be written.
    """
    data = pl.DataFrame({"true": found.true, "predicted": found.predicted})
    with paper_style():
        figure, ax = new_figure(3.4)
        predicted_against_true(data, found.resource, ax)
    caption = (
        f"Predicted against true numbers of the {data.height} validation rows, from the best run "
        f"of {found.resource} (run {found.run}). On the dashed line both are equal."
    )
    series = resource_series([found.resource])
    return save_picture(figure, f"predicted-{number}", caption, caption, folder, series)


def parts_of(
    found: Sequence[Predictions], folder: Path
) -> Mapping[str, Sequence[Confusion] | Sequence[Picture]]:
    """Matrices of classes and figures of numbers.

    Args:
        found: All predictions.
        folder: Where the files of figures go.

    Returns:
        `confusions` and `predicted`.
    """
    return {
        "confusions": [confusion(one, n) for n, one in enumerate(found, 1) if one.classes],
        "predicted": [
            predicted_picture(one, n, folder) for n, one in enumerate(found, 1) if not one.classes
        ],
    }
