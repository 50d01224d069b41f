"""The figures of a comparison: drawn, saved, and put into the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
    gain_by_resource,
    new_figure,
    new_panels,
    paper_style,
    save_figure,
)
from ebit.plots.cost import COSTS
from ebit.plots.curves import draw_accuracies, draw_losses, loss_label
from ebit.plots.resources import is_baseline
from ebit.plots.rows import curve_statistics, has_curve, mean_text
from ebit.plots.style import in_lines, label_outside
from ebit.report.advice import Advice
from ebit.report.headline import gap_to_none
from ebit.report.picture import (
    Picture,
    Series,
    draw_multiples,
    resource_series,
    save_picture,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = tuple[ArrayLike, ArrayLike, Sequence[str]]
"""Inputs in radians (batch, features), labels (batch,), a name for every label."""


@dataclass(frozen=True)
class _Plan:
    name: str
    height: float
    draw: Callable[["Axes"], pl.DataFrame]
    describe: Callable[[pl.DataFrame], str]
    caption: str
    projection: str | None = None


@dataclass(frozen=True)
class _Curves:
    """Curves of training, one small figure for each resource."""

    name: str
    column: str
    draw: Callable[[pl.DataFrame, "Axes"], pl.DataFrame]
    quantity: str
    caption: str


def draw_pictures(
    rows: pl.DataFrame, points: Points | None, folder: Path, advice: Advice
) -> list[Picture]:
    """Draw and save all figures for which the rows have the columns.

    Args:
        rows: Result rows, one a run.
        points: Data set to show, or None.
        folder: Where the PNG, SVG and CSV files go.
        advice: What the rows recommend.

    Returns:
        The figures in reading order.

    Raises:
        EbitError: Matplotlib is missing, a value does not fit, or the folder cannot be written.

    Example:
        >>> import tempfile, polars as pl
        >>> from pathlib import Path
        >>> from ebit.report.advice import advise
        >>> from ebit.report.figures import draw_pictures
        >>> rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.9]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     picture, = draw_pictures(rows, None, Path(folder), advise(rows))
        >>> picture.name, picture.panels[0].alt
        ('accuracy', 'Validation accuracy by resource. none: 0.900.')
    """
    series = resource_series(rows["resource"])
    pictures = [_draw(plan, folder, series) for plan in _plans(rows, advice)]
    pictures += [_draw_curves(rows, curves, folder, series) for curves in _curves(rows, advice)]
    if points is not None:
        pictures.append(_draw(_points_plan(points), folder, ()))
    return pictures


def _draw(plan: _Plan, folder: Path, series: Sequence[Series]) -> Picture:
    with paper_style():
        figure, ax = new_figure(plan.height, projection=plan.projection)
        data = plan.draw(ax)
    return save_picture(figure, plan.name, plan.caption, plan.describe(data), folder, series)


def _draw_curves(
    rows: pl.DataFrame, curves: _Curves, folder: Path, series: Sequence[Series]
) -> Picture:
    """One small figure for each resource, with `none` for comparison, on one scale."""
    known = curve_statistics(rows, curves.column)
    resources = known["resource"].unique(maintain_order=True).to_list()
    own = [known.filter(pl.col("resource").is_in([name, "none"])) for name in resources]
    with paper_style():
        figure, axes = new_panels(len(resources))
        small: dict[str, Figure] = {}
        copies, ends = [], []
        for name, part, ax in zip(resources, own, axes, strict=True):
            small[name], copy = new_figure()
            copies.append(copy)
            for one in (ax, copy):
                curves.draw(part, one)
                one.set_title(in_lines(name), fontsize="medium")
                if (legend := one.get_legend()) is not None:
                    legend.remove()
            ends.append(part.filter(pl.col("resource") == name)["mean"][-1])
        low = min(ax.get_ylim()[0] for ax in copies)
        high = max(ax.get_ylim()[1] for ax in copies)
        scale = "log" if all(ax.get_yscale() == "log" for ax in copies) else "linear"
        for ax in (*axes, *copies):
            ax.set_yscale(scale)
            ax.set_ylim(low, high)
        label_outside(axes)
    paths = save_figure(figure, folder / curves.name)
    panels = [
        replace(panel, alt=f"{curves.quantity} of {panel.alt}. At the last step: {end:.3f}.")
        for panel, end in zip(draw_multiples(small, curves.name, series), ends, strict=True)
    ]
    shown = [one for one in series if one.label in resources]
    return Picture(curves.name, curves.caption, panels, shown, paths, is_wide=True)


def _plans(rows: pl.DataFrame, advice: Advice) -> list[_Plan]:
    known, at = judged(rows, advice.shots), shots_words(advice.shots)
    plans = [_accuracy_plan(known, at, advice.title)]
    gaps = _gains(advice)
    if gaps.height:
        plans.append(_gain_plan(gaps, at, advice.quality))
    if _has_costs(rows):
        plans.append(_cost_plan(known, at, advice.title))
    return plans


def _curves(rows: pl.DataFrame, advice: Advice) -> list[_Curves]:
    spread = (
        "against the training step, one panel for each resource and none in all of them. Lines "
        "are means over the runs, bands ±1 standard deviation."
    )
    found = []
    if has_curve(rows, "train_loss_curve"):
        found.append(
            _Curves(
                "loss",
                "train_loss_curve",
                partial(draw_losses, label=loss_label(rows)),
                "Training loss",
                f"Training loss {spread}",
            )
        )
    many = "" if advice.shots is None else " at infinitely many shots"
    if has_curve(rows, "validation_accuracy_curve"):
        caption = f"{advice.title}{many} {spread}"
        found.append(
            _Curves(
                "validation", "validation_accuracy_curve", draw_accuracies, advice.title, caption
            )
        )
    return found


def _gains(advice: Advice) -> pl.DataFrame:
    """What every resource gains over `none`, with its interval."""
    rows = []
    for summary in advice.summaries:
        gap = gap_to_none(advice, summary)
        if gap is not None:
            own = {"resource": summary.resource, "gain": gap.value}
            rows.append(own | {"low": gap.low, "high": gap.high})
    kinds = {"resource": pl.String, "gain": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=kinds)


def _accuracy_plan(rows: pl.DataFrame, at: str, title: str) -> _Plan:
    caption = (
        f"{title}{at} by resource. Large markers are means, bars ±1 standard "
        "deviation, dots single runs; the dashed line is the mean of none."
    )
    height = 0.9 + 0.28 * rows["resource"].n_unique()
    draw = _named(partial(accuracy_by_resource, rows), "x", title)
    return _Plan("accuracy", height, draw, partial(_describe_accuracy, title), caption)


def _gain_plan(gaps: pl.DataFrame, at: str, quality: str) -> _Plan:
    caption = (
        f"What every resource gains over none in {quality}{at}. Bars are the intervals of the "
        "summary: where one leaves out 0, the resource is told apart from none."
    )
    height = 0.9 + 0.28 * gaps.height
    draw = partial(gain_by_resource, gaps)
    return _Plan("gain", height, draw, _describe_gain, caption)


def _cost_plan(rows: pl.DataFrame, at: str, title: str) -> _Plan:
    caption = (
        f"{title}{at} (mean ±1 standard deviation) against the entanglement that "
        "one inference uses up. A non-local gate counts as one ebit and two bits; up and to the "
        "left is better."
    )
    draw = _named(partial(accuracy_against_cost, rows), "y", title)
    return _Plan("cost", 3.2, draw, _describe_cost, caption)


def _points_plan(points: Points) -> _Plan:
    caption = (
        "The first three coordinates of the data, coloured by class. Classes that overlap here "
        "may be apart in the other coordinates."
    )
    draw = partial(first_three_coordinates, *points)
    return _Plan("points", 4.0, draw, _describe_points, caption, projection="3d")


def _named(
    draw: Callable[["Axes"], pl.DataFrame], axis: str, title: str
) -> Callable[["Axes"], pl.DataFrame]:
    """A figure whose axis is named after what is judged."""

    def named(ax: "Axes") -> pl.DataFrame:
        data = draw(ax)
        ax.set(**{f"{axis}label": title})
        return data

    return named


def _has_costs(rows: pl.DataFrame) -> bool:
    """Whether there are QPUs that share a resource, and all their costs are known."""
    if not set(COSTS) <= set(rows.columns):
        return False
    shared = [name for name in rows["resource"].unique() if not is_baseline(name)]
    costs = rows.filter(pl.col("resource").is_in(shared)).select(COSTS)
    return costs.height > 0 and costs.drop_nulls().height == costs.height


def _describe_accuracy(title: str, data: pl.DataFrame) -> str:
    parts = [
        f"{resource}: {mean_text(mean, std, runs)}"
        for resource, mean, std, runs in data.iter_rows()
    ]
    return f"{title} by resource. {'; '.join(parts)}."


def _describe_gain(data: pl.DataFrame) -> str:
    parts = [f"{name}: {gain:+.3f}" for name, gain in data.select("resource", "gain").iter_rows()]
    return f"Gain over none by resource. {'; '.join(parts)}."


def _describe_cost(data: pl.DataFrame) -> str:
    chosen = data.select("resource", "mean", "total_ebits").drop_nulls()
    parts = [f"{name}: {mean:.3f} for {cost:g} ebits" for name, mean, cost in chosen.iter_rows()]
    return f"Against entanglement. {'; '.join(parts)}."


def _describe_points(data: pl.DataFrame) -> str:
    parts = [f"{count} of class {name}" for name, count in data["class"].value_counts().iter_rows()]
    return f"{data.height} points in space: {', '.join(parts)}."
