"""Figures of studies: measured beside published, CHSH, gains, spectra."""

import numpy as np
import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import (
    gain_against_baseline,
    gain_distribution,
    means_beside_published,
    new_figure,
    new_panels,
    resource_styles,
    save_figure,
    success_probabilities,
)
from ebit.studies.figures import draw_item
from ebit.studies.run import ItemResult
from ebit.studies.study import read_study


def points(x, published=0.7):
    count = len(x)
    return pl.DataFrame(
        {
            "series": ["none"] * count + ["bell:1"] * count,
            "x": [*x, *x],
            "measured": np.linspace(0.7, 0.9, 2 * count),
            "measured_std": 0.01,
            "published": published,
            "published_std": None,
        },
        schema_overrides={"published": pl.Float64, "published_std": pl.Float64},
    )


def test_numbers_are_joined_and_published_ones_are_hollow():
    _, ax = new_figure()
    assert means_beside_published(points([5, 10, 15]), ax).height == 6
    styles = resource_styles(["none", "bell:1"])
    joined = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata())]
    assert [line.get_color() for line in joined] == [style.color for style in styles.values()]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    assert [list(line.get_xdata()) for line in hollow[:2]] == [[5, 10, 15]] * 2
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["none", "bell:1", "published"]


def test_categories_stand_side_by_side():
    _, ax = new_figure()
    means_beside_published(points(["A", "B"], published=None), ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["A", "B"]
    means = [container.lines[0].get_xdata()[0] for container in ax.containers]
    assert len(set(np.round(means, 6))) == 4
    assert "published" not in [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_page_names_what_a_figure_names(tmp_path):
    """Data sets, where colours are data sets, although the rows have resources, too."""
    study = read_study("kim2026")
    (item,) = study.select(figures=["concurrence"])
    table = points([0.0, 1.0]).rename({"x": "concurrence", "series": "resource"})
    table = table.with_columns(
        pl.Series("set", ["A", "A", "chsh", "chsh"]), verdict=pl.lit("agrees"), reason=pl.lit("")
    )
    drawn = draw_item(study, ItemResult(item, table, table, (), (), ()), tmp_path)
    assert [one.label for one in drawn.series] == ["A", "chsh"]
    assert drawn.has_legend


def test_a_legend_below_panels_goes_to_the_page(tmp_path):
    """Of one panel it was wider than the figure, and cut off."""
    study = read_study("hwang2025")
    (item,) = study.select(tables=["1"])
    table = points([3, 9]).rename({"x": "depth", "series": "resource"})
    table = table.with_columns(set=pl.lit("A"), verdict=pl.lit("agrees"), reason=pl.lit(""))
    drawn = draw_item(study, ItemResult(item, table, table, (), (), ()), tmp_path)
    assert [one.label for one in drawn.series] == ["none", "bell:1"]
    assert "published" not in drawn.panels[0].svg
    assert "published" in next(p for p in drawn.paths if p.suffix == ".svg").read_text("utf-8")


def test_numbers_of_layers_are_whole():
    _, ax = new_figure()
    means_beside_published(points([3]), ax)
    low, high = ax.get_xlim()
    assert [place for place in ax.get_xticks() if low < place < high] == [3]


def test_many_means_are_a_line_without_markers():
    _, ax = new_figure()
    means_beside_published(points(list(range(30))), ax)
    assert len(ax.containers) == 2  # the published ones


def test_success_probabilities_and_bounds():
    _, ax = new_figure()
    rows = pl.DataFrame({"resource": ["bell:1"], "run": [0], "success_probability": [0.853]})
    published = pl.DataFrame({"resource": ["none"], "run": [1], "success_probability": [0.741]})
    data = success_probabilities(rows, ax, published=published)
    assert data["source"].to_list() == ["measured", "published"]
    bounds = [line.get_ydata()[0] for line in ax.lines[-2:]]
    assert bounds == pytest.approx([0.5 + 0.5**1.5, 0.75])


def test_gains():
    gains = pl.DataFrame({"baseline": [0.7, 0.8, 0.9], "gain": [0.2, 0.1, 0.0]})
    _, axes = new_panels(2)
    gain_distribution(gains, axes[0])
    gain_against_baseline(gains, axes[1])
    assert sum(patch.get_height() for patch in axes[0].patches) == 3
    assert list(axes[1].lines[0].get_ydata()) == [0.2, 0.1, 0.0]


def test_panels(tmp_path):
    figure, axes = new_panels(5)
    assert len({ax.get_position().y0.round(3) for ax in axes}) == 2
    assert axes[0].get_shared_y_axes().joined(axes[0], axes[4])
    for ax in axes:
        gain_distribution(pl.DataFrame({"gain": [0.1, 0.2]}), ax)
    *_, table = save_figure(figure, tmp_path / "five")
    assert pl.read_csv(table)["panel"].unique().sort().to_list() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("draw", [means_beside_published, success_probabilities, gain_distribution])
def test_a_missing_column_is_named(draw):
    _, ax = new_figure()
    with pytest.raises(EbitError, match="must have the column"):
        draw(pl.DataFrame({"other": [1]}), ax)
