"""The figures of the report: drawn, saved, and put into the page as inline SVG."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from numpy.typing import ArrayLike

from ebit.accuracies import judged, shots_words
from ebit.plots import (
    accuracy_against_cost,
    accuracy_by_resource,
    first_three_coordinates,
    loss_curves,
    new_figure,
    paper_style,
    resource_styles,
    save_figure,
    validation_curves,
)
from ebit.plots.cost import COSTS
from ebit.plots.resources import is_baseline
from ebit.plots.rows import has_curve, mean_text
from ebit.plots.style import GRID, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = tuple[ArrayLike, ArrayLike, Sequence[str]]
"""Inputs in radians (batch, features), labels (batch,), a name for every label."""


@dataclass(frozen=True)
class Picture:
    """A figure of the report: file stem, caption, text for those who cannot see it, files."""

    name: str
    caption: str
    alt: str
    svg: str
    paths: list[Path]


@dataclass(frozen=True)
class _Plan:
    name: str
    height: float
    draw: Callable[["Axes"], pl.DataFrame]
    describe: Callable[[pl.DataFrame], str]
    caption: str
    projection: str | None = None


def draw_pictures(
    rows: pl.DataFrame, points: Points | None, folder: Path, shots: int | None = None
) -> list[Picture]:
    """Draw and save all figures for which the rows have the columns.

    Args:
        rows: Result rows, one a run.
        points: Data set to show, or None.
        folder: Where the PNG, SVG and CSV files go.
        shots: Shots that a label is read off, for the accuracies after training.

    Returns:
        The figures in reading order.

    Raises:
        EbitError: Matplotlib is missing, a value does not fit, or the folder cannot be written.

    Example:
        >>> import tempfile, polars as pl
        >>> from pathlib import Path
        >>> from ebit.report.figures import draw_pictures
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     picture, = draw_pictures(rows, None, Path(folder))
        >>> picture.name, picture.alt
        ('accuracy', 'Validation accuracy by resource. none: 0.900.')
    """
    colors = page_colors(rows["resource"])
    pictures = []
    for plan in _plans(rows, points, shots):
        with paper_style():
            figure, ax = new_figure(plan.height, projection=plan.projection)
            data = plan.draw(ax)
        shown = {} if plan.name == "points" else colors
        pictures.append(
            save_picture(figure, plan.name, plan.caption, plan.describe(data), folder, shown)
        )
    return pictures


def page_colors(resources: Iterable[str]) -> dict[str, str]:
    """What the colours of resources are called in the style sheet of the page.

    Args:
        resources: All resources of the page.

    Returns:
        CSS colour by ``#rrggbb`` colour.

    Example:
        >>> from ebit.report.figures import page_colors
        >>> page_colors(["none"])
        {'#999999': 'var(--r0)'}
    """
    styles = resource_styles(resources).values()
    return {style.color: f"var(--r{number})" for number, style in enumerate(styles)}


def save_picture(
    figure: "Figure", name: str, caption: str, alt: str, folder: Path, colors: dict[str, str]
) -> Picture:
    """Save a figure and put it into the form that the page needs.

    Args:
        figure: A figure that functions of ``ebit.plots`` drew on.
        name: Stem of its files, and its id on the page.
        caption: What it shows.
        alt: The same for those who cannot see it.
        folder: Where the PNG, SVG and CSV files go.
        colors: CSS colour to put for each ``#rrggbb`` colour.

    Returns:
        The picture.

    Raises:
        EbitError: If the folder cannot be written.
    """
    paths = save_figure(figure, folder / name)
    svg = inline_svg(paths[1].read_text("utf-8"), name, colors)
    return Picture(name, caption, alt, svg, paths)


def inline_svg(svg: str, prefix: str, colors: dict[str, str]) -> str:
    """A Matplotlib SVG file as an element of an HTML page.

    The ids get a prefix, so that several figures fit on one page; the style rule for the whole
    document, the prolog and the fixed size go; ink, paper and grid take the page's colours.

    Args:
        svg: Content of the SVG file.
        prefix: What the ids start with.
        colors: CSS colour to put for each ``#rrggbb`` colour.

    Returns:
        The element ``<svg>...</svg>``, hidden from screen readers.

    Example:
        >>> from ebit.report.figures import inline_svg
        >>> inline_svg('<?xml?><svg width="9pt" height="9pt"><g id="a"/></svg>', "f", {})
        '<svg aria-hidden="true" focusable="false"><g id="f-a"/></svg>'
    """
    svg = svg[svg.index("<svg") :].strip()
    head, end, body = svg.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    head = head.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", body)
    ours = {INK: "currentColor", PAPER: "var(--surface)", GRID: "var(--grid)"} | colors
    for color, replacement in ours.items():
        body = body.replace(color, replacement)
    return head + end + body


def _plans(rows: pl.DataFrame, points: Points | None, shots: int | None) -> list[_Plan]:
    known, at = judged(rows, shots), shots_words(shots)
    plans = [_accuracy_plan(known, at)]
    if _has_costs(rows):
        plans.append(_cost_plan(known, at))
    if has_curve(rows, "train_loss_curve"):
        plans.append(_curve_plan("loss", "Training loss", partial(loss_curves, rows)))
    if has_curve(rows, "validation_accuracy_curve"):
        draw = partial(validation_curves, rows)
        many = "" if shots is None else " at infinitely many shots"
        plans.append(_curve_plan("validation", f"Validation accuracy{many}", draw))
    if points is not None:
        plans.append(_points_plan(points))
    return plans


def _accuracy_plan(rows: pl.DataFrame, at: str) -> _Plan:
    caption = (
        f"Validation accuracy{at} by resource. Large markers are means, bars ±1 standard "
        "deviation, dots single runs; the dashed line is the mean of none."
    )
    height = 0.9 + 0.28 * rows["resource"].n_unique()
    draw = partial(accuracy_by_resource, rows)
    return _Plan("accuracy", height, draw, _describe_accuracy, caption)


def _cost_plan(rows: pl.DataFrame, at: str) -> _Plan:
    caption = (
        f"Validation accuracy{at} (mean ±1 standard deviation) against the entanglement that one "
        "inference uses up. A non-local gate counts as one ebit and two bits; up and to the left "
        "is better."
    )
    return _Plan("cost", 3.4, partial(accuracy_against_cost, rows), _describe_cost, caption)


def _curve_plan(name: str, quantity: str, draw: Callable[["Axes"], pl.DataFrame]) -> _Plan:
    caption = (
        f"{quantity} during training. Lines are means over the runs, bands ±1 standard deviation."
    )
    return _Plan(name, 3.4, draw, partial(_describe_curves, quantity), caption)


def _points_plan(points: Points) -> _Plan:
    caption = (
        "The first three coordinates of the data, coloured by class. Classes that overlap here "
        "may be apart in the other coordinates."
    )
    draw = partial(first_three_coordinates, *points)
    return _Plan("points", 4.0, draw, _describe_points, caption, projection="3d")


def _has_costs(rows: pl.DataFrame) -> bool:
    """Whether there are QPUs that share a resource, and all their costs are known."""
    if not set(COSTS) <= set(rows.columns):
        return False
    shared = [name for name in rows["resource"].unique() if not is_baseline(name)]
    costs = rows.filter(pl.col("resource").is_in(shared)).select(COSTS)
    return costs.height > 0 and costs.drop_nulls().height == costs.height


def _describe_accuracy(data: pl.DataFrame) -> str:
    parts = [
        f"{resource}: {mean_text(mean, std, runs)}"
        for resource, mean, std, runs in data.iter_rows()
    ]
    return f"Validation accuracy by resource. {'; '.join(parts)}."


def _describe_cost(data: pl.DataFrame) -> str:
    chosen = data.select("resource", "mean", "total_ebits").drop_nulls()
    parts = [f"{name}: {mean:.3f} for {cost:g} ebits" for name, mean, cost in chosen.iter_rows()]
    return f"Validation accuracy against entanglement. {'; '.join(parts)}."


def _describe_curves(quantity: str, data: pl.DataFrame) -> str:
    last = data.group_by("resource", maintain_order=True).last()
    parts = [f"{name}: {mean:.3f}" for name, mean in last.select("resource", "mean").iter_rows()]
    return f"{quantity} against the training step; at the last step {'; '.join(parts)}."


def _describe_points(data: pl.DataFrame) -> str:
    parts = [f"{count} of class {name}" for name, count in data["class"].value_counts().iter_rows()]
    return f"{data.height} points in space: {', '.join(parts)}."
