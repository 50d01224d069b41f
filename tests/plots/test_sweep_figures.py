"""Accuracy against distance, fidelity and labels per second."""

import numpy as np
import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import (
    accuracy_against_distance,
    accuracy_against_fidelity,
    accuracy_against_rate,
    new_figure,
    resource_styles,
    save_figure,
)


def sweep(column="distance_km", feasible=(True, True, False)):
    return pl.DataFrame(
        [
            {
                "resource": resource,
                column: place,
                "run": run,
                "accuracy": 0.7 + 0.1 * number + 0.02 * run,
                "feasible": allowed,
            }
            for number, resource in enumerate(("bell:1", "none"))
            for place, allowed in zip((0.1, 1.0, 10.0), feasible, strict=True)
            for run in range(2)
        ]
    )


def test_means_and_errors_over_runs():
    _, ax = new_figure()
    data = accuracy_against_distance(sweep(), ax)
    assert data["resource"].to_list() == ["none"] * 3 + ["bell:1"] * 3
    assert data["mean"].to_list() == pytest.approx([0.81] * 3 + [0.71] * 3)
    assert data["std"].to_list() == pytest.approx([0.02 / np.sqrt(2)] * 6)
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["none", "bell:1"]


def test_what_is_not_feasible_is_hollow_and_has_no_full_line():
    _, ax = new_figure()
    accuracy_against_distance(sweep(), ax)
    faces = [container.lines[0].get_markerfacecolor() for container in ax.containers]
    assert faces.count("#ffffff") == 2
    full = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 3]
    assert [np.isnan(line.get_ydata()).tolist() for line in full] == [[False, False, True]] * 2


def test_resources_that_are_never_feasible_are_named_once():
    _, ax = new_figure()
    accuracy_against_distance(sweep(feasible=(False, False, False)), ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["none", "bell:1"]


def test_crossings_are_marked_in_the_colour_of_the_resource():
    _, ax = new_figure()
    accuracy_against_distance(sweep(), ax, {"bell:1": 3.0})
    marks = [line for line in ax.lines if list(line.get_xdata()) == [3.0, 3.0]]
    assert [mark.get_color() for mark in marks] == [resource_styles(["bell:1"])["bell:1"].color]


def test_fidelity_is_linear_and_needs_no_feasibility(tmp_path):
    figure, ax = new_figure()
    data = accuracy_against_fidelity(sweep("pair_fidelity").drop("feasible"), ax)
    assert ax.get_xscale() == "linear"
    assert data["feasible"].all()
    assert save_figure(figure, tmp_path / "fidelity")[2].read_text().startswith("resource,")


def options():
    return pl.DataFrame(
        {
            "resource": ["none", "bell:1", "quantum"],
            "accuracy_mean": [0.8, 0.9, 0.95],
            "accuracy_std": [0.01, 0.01, 0.01],
            "labels_per_second": [100.0, 1.0, 0.1],
            "feasible": [True, True, False],
            "pareto": [True, True, False],
        }
    )


def test_the_front_is_joined():
    _, ax = new_figure()
    assert accuracy_against_rate(options(), ax).height == 3
    assert list(ax.lines[0].get_xdata()) == [1.0, 100.0]
    faint = [line for line in ax.lines if line.get_alpha() == 0.25]
    assert [list(line.get_xdata()) for line in faint] == [[0.1]]


def test_rates_without_limit_are_left_out():
    _, ax = new_figure()
    rows = options().with_columns(labels_per_second=pl.Series([np.inf, 1.0, 0.0]))
    assert accuracy_against_rate(rows, ax)["resource"].to_list() == ["bell:1"]


@pytest.mark.parametrize(
    ("draw", "rows"),
    [
        (accuracy_against_distance, sweep().drop("distance_km")),
        (accuracy_against_fidelity, sweep("pair_fidelity").drop("accuracy")),
        (accuracy_against_rate, options().drop("pareto")),
        (accuracy_against_rate, options().clear()),
    ],
)
def test_bad_rows(draw, rows):
    _, ax = new_figure()
    with pytest.raises(EbitError, match="Argument `rows` must"):
        draw(rows, ax)
