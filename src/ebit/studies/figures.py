"""The figures of a study, in the layout of the paper, drawn from the results of its items."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ebit.accuracies import accuracy_column, shots_of_columns
from ebit.plots import (
    accuracy_against_shots,
    accuracy_by_functions,
    gain_against_baseline,
    gain_distribution,
    log_spectrum,
    loss_curves,
    means_beside_published,
    new_figure,
    new_panels,
    paper_style,
    success_probabilities,
    validation_curves,
)
from ebit.plots.style import PANELS_A_LINE
from ebit.report.picture import Picture, save_picture
from ebit.studies import words
from ebit.studies.findings import gains, with_functions
from ebit.studies.published import published_runs
from ebit.studies.run import ItemResult
from ebit.studies.study import AT_SHOTS, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_AXIS_NAMES = {
    "depth": "Convolution layers per stage",
    "set": "Data set",
    "loss": "Loss",
    "batch_size": "Samples in a minibatch",
    "resource": "Resource",
    "concurrence": "Concurrence of the shared pair",
}
_MEASURE_NAMES = {
    "validation_accuracy": "Validation accuracy",
    "train_accuracy": "Accuracy",
    "success_probability": "Success probability",
    "rank": "Effective dimension",
}
_PANEL_NAMES = {"mixing": "{} mixing layers", "qubits": "{} qubits per QPU", "pooling": "{}"}
_SERIES = ("resource", "set")


def draw_item(study: Study, result: ItemResult, folder: Path) -> Picture:
    """Draw and save the figure of an item.

    Args:
        study: The study.
        result: What came of the item.
        folder: Where the PNG, SVG and CSV files go.

    Returns:
        The figure.

    Raises:
        EbitError: Matplotlib is missing, or the folder cannot be written.
    """
    item = result.item
    with paper_style():
        figure = _DRAW[item.drawing.kind](study, result)
    name = item.name if item.figure is None else f"figure-{item.figure}"
    alt = f"{item.title}: {words.outcome(result)}. {' '.join(result.findings)}".strip()
    return save_picture(figure, name, item.drawing.caption, alt, folder)


def _means(_: Study, result: ItemResult) -> "Figure":
    item, points = result.item, result.points
    x = item.drawing.x
    series = next((name for name in _SERIES if name in item.keys and name != x), "resource")
    points = points.with_columns(series=pl.col(series), x=pl.col(x))
    unit = " (%)" if item.percent else ""

    def draw(own: pl.DataFrame, ax: "Axes") -> None:
        means_beside_published(own, ax)
        ax.set_xlabel(_AXIS_NAMES[x])
        ax.set_ylabel(_MEASURE_NAMES[item.measure] + unit)

    return _panelled(points, item.drawing.panels, draw)


def _panelled(
    table: pl.DataFrame, panels: str | None, draw: Callable[[pl.DataFrame, "Axes"], object]
) -> "Figure":
    """One panel for every value of a column; a single one without a column."""
    if panels is None:
        figure, ax = new_figure()
        draw(table, ax)
        return figure
    values = table[panels].unique(maintain_order=True).to_list()
    figure, axes = new_panels(len(values))
    for number, (value, ax) in enumerate(zip(values, axes, strict=True)):
        draw(table.filter(pl.col(panels) == value), ax)
        ax.set_title(_PANEL_NAMES.get(panels, "{}").format(value), fontsize="medium")
        legend = ax.get_legend()
        if legend is not None:
            legend.remove()
        if number % PANELS_A_LINE:
            ax.set_ylabel("")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def _success(study: Study, result: ItemResult) -> "Figure":
    figure, ax = new_figure()
    published = published_runs(study, result.item)
    beside = published.rename({"published": "success_probability"}, strict=False)
    success_probabilities(result.rows, ax, published=None if beside.is_empty() else beside)
    return figure


def _shots(_: Study, result: ItemResult) -> "Figure":
    figure, ax = new_figure()
    frames = [
        result.rows.select(
            "resource",
            pl.lit(shots).alias("shots"),
            pl.col(accuracy_column(shots)).alias("accuracy"),
            pl.col(AT_SHOTS[-1]).alias("exact_accuracy"),
        ).drop_nulls("accuracy")
        for shots in shots_of_columns(result.rows.columns)
    ]
    accuracy_against_shots(pl.concat(frames), ax)
    return figure


def _curves(_: Study, result: ItemResult) -> "Figure":
    figure, ax = new_figure()
    parity = pl.concat_str(pl.col("resource"), pl.lit(",readout=parity"))
    is_parity = pl.col("readout") == "parity"
    name = pl.when(is_parity).then(parity).otherwise(pl.col("resource"))
    loss_curves(result.rows.with_columns(resource=name), ax)
    return figure


def _validation(_: Study, result: ItemResult) -> "Figure":
    return _panelled(result.rows, result.item.drawing.panels, validation_curves)


def _gain(_: Study, result: ItemResult) -> "Figure":
    figure, axes = new_panels(2, 3.0, share=False)
    table = gains(result.points)
    gain_distribution(table, axes[0])
    gain_against_baseline(table, axes[1])
    return figure


def _functions(_: Study, result: ItemResult) -> "Figure":
    return _panelled(with_functions(result.points), "set", accuracy_by_functions)


def _spectrum(_: Study, result: ItemResult) -> "Figure":
    kinds = result.rows["outcomes"].unique(maintain_order=True).to_list()
    figure, axes = new_panels(len(kinds))
    for kind, ax in zip(kinds, axes, strict=True):
        log_spectrum(result.rows.filter(pl.col("outcomes") == kind), ax)
        ax.set_title(f"{kind} outcomes", fontsize="medium")
        ax.legend(loc="upper left", fontsize="small")
    return figure


_DRAW: dict[str, Callable[[Study, ItemResult], "Figure"]] = {
    "means": _means,
    "rank": _means,
    "correlation": _means,
    "success": _success,
    "curves": _curves,
    "validation": _validation,
    "gain": _gain,
    "spectrum": _spectrum,
    "functions": _functions,
    "shots": _shots,
}
