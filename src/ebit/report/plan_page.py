"""The page of a plan: recommendation, options, figures, and how the numbers were obtained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ebit import checks
from ebit.plots import (
    accuracy_against_distance,
    accuracy_against_fidelity,
    accuracy_against_rate,
    new_figure,
    paper_style,
    sort_resources,
)
from ebit.report.picture import Picture, Series, resource_series, save_picture
from ebit.report.plan_table import options_table
from ebit.report.provenance import Made
from ebit.report.render import check_installed, color_rules, render
from ebit.writing import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class PlanPage:
    """What a page of a plan shows; texts are plain.

    Attributes:
        site: The network in words.
        recommendation: One sentence.
        options: One row per option.
        distance: Rows of the distance sweep.
        fidelity: Rows of the fidelity sweep.
        distance_marks: Kilometres at which resources stop to help.
        fidelity_marks: Fidelities below which pairs do not help.
        findings: Sentences on the crossings.
        method: Sentences on how the numbers were obtained.
        settings: What produced them, by name.
        command: The command line that makes them again.
        quick: Whether it is a quick look that must not be cited.
        distance_before: Rows of the distance sweep of circuits that were trained without noise,
            where `distance` has others.
        fidelity_before: The same for the fidelity sweep.
        tasks: Hashes of the trainings by resource.
        remarks: Sentences under the table of options.
    """

    site: str
    recommendation: str
    options: pl.DataFrame
    distance: pl.DataFrame
    fidelity: pl.DataFrame
    distance_marks: Mapping[str, float]
    fidelity_marks: Mapping[str, float]
    findings: Sequence[str]
    method: Sequence[str]
    command: str
    settings: Mapping[str, str] = field(default_factory=dict)
    quick: bool = False
    distance_before: pl.DataFrame | None = None
    fidelity_before: pl.DataFrame | None = None
    tasks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@checks.takes(page=checks.instance(PlanPage, "a PlanPage"), out=checks.path)
def write_plan(page: PlanPage, out: Path) -> list[Path]:
    """Write `plan.html` and `figures/` with a PNG, SVG and CSV file of every figure.

    Args:
        page: What to show.
        out: Folder, made where needed.

    Returns:
        The page, then the files of the figures.

    Raises:
        EbitError: Matplotlib is missing, or the folder cannot be written.
    """
    check_installed()
    series = resource_series(page.options["resource"])
    pictures = _pictures(page, Path(out) / "figures", series)
    advice, stop, beside = page.recommendation.partition(". ")
    html = render(
        "plan.html",
        title=f"What is each resource worth between {page.site}?",
        quick=page.quick,
        colors=color_rules(one.color for one in series),
        headline=advice + stop.strip(),
        reasons=[*([beside] if beside else []), *page.findings],
        table=options_table(page.options, page.remarks),
        series=series,
        pictures=pictures,
        made=Made(page.method, page.command, {"Settings": page.settings}, page.tasks),
    )
    path = Path(out) / "plan.html"
    write_atomically(path, html.encode())
    return [path, *(file for picture in pictures for file in picture.paths)]


def _pictures(page: PlanPage, folder: Path, series: Sequence[Series]) -> list[Picture]:
    def distance(ax: "Axes") -> pl.DataFrame:
        return accuracy_against_distance(
            page.distance, ax, page.distance_marks, before=page.distance_before
        )

    def fidelity(ax: "Axes") -> pl.DataFrame:
        return accuracy_against_fidelity(
            page.fidelity, ax, page.fidelity_marks, before=page.fidelity_before
        )

    def rate(ax: "Axes") -> pl.DataFrame:
        flat = [name for name, kind in page.options.schema.items() if not kind.is_nested()]
        return accuracy_against_rate(page.options.select(flat), ax)

    def thin(before: pl.DataFrame | None, rows: pl.DataFrame) -> str:
        is_other = before is not None and not before.equals(rows)
        return " Thin dashed lines: trained without noise." if is_other else ""

    spread = "Points are means over the runs, bars ±1 standard deviation."
    return [
        _picture(
            "distance",
            distance,
            f"Accuracy against the length of the link. {spread} Empty markers: not feasible."
            + (" Dotted verticals: where a resource stops to help." if page.distance_marks else "")
            + thin(page.distance_before, page.distance),
            _ends(page.distance, "distance_km", "km"),
            folder,
            series,
        ),
        _picture(
            "fidelity",
            fidelity,
            f"Accuracy against the fidelity of Werner pairs. {spread}"
            + (
                " Dotted verticals: below this fidelity the pairs do not help."
                if page.fidelity_marks
                else ""
            )
            + thin(page.fidelity_before, page.fidelity),
            _ends(page.fidelity, "pair_fidelity", "fidelity"),
            folder,
            series,
        ),
        _picture(
            "rate",
            rate,
            "Accuracy against labels per second for every option. Line: the Pareto front; faint: "
            "not feasible.",
            f"{page.options.filter('pareto').height} of {page.options.height} options are on the "
            "Pareto front.",
            folder,
            series,
        ),
    ]


def _picture(
    name: str,
    draw: Callable[["Axes"], pl.DataFrame],
    caption: str,
    alt: str,
    folder: Path,
    series: Sequence[Series],
) -> Picture:
    with paper_style():
        figure, ax = new_figure(3.4)
        draw(ax)
    return save_picture(figure, name, caption, alt, folder, series)


def _ends(rows: pl.DataFrame, column: str, unit: str) -> str:
    """The accuracies at both ends of a sweep in words."""
    low, high = rows.select(pl.col(column).min(), pl.col(column).max().alias("last")).row(0)
    parts = []
    for name in sort_resources(rows["resource"]):
        own = rows.filter(pl.col("resource") == name).sort(column)
        means = own.group_by(column, maintain_order=True).agg(pl.col("accuracy").mean())["accuracy"]
        parts.append(f"{name}: {means[0]:.3f} and {means[-1]:.3f}")
    return f"Accuracy at {low:g} and {high:g} {unit}. {'; '.join(parts)}."
