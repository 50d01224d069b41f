"""Every function that draws on an ax makes a figure of its own without one."""

import inspect

import polars as pl
import pytest

import ebit.plots
from ebit.plots import accuracy_by_resource, first_three_coordinates, new_figure

NOT_DRAWING = {
    *("ResourceStyle", "check_installed", "crossing", "leading_resources", "new_figure"),
    *("new_panels", "paper_style", "resource_styles", "save_figure", "sort_resources"),
}
ROWS = pl.DataFrame({"resource": ["none", "bell:1"], "validation_accuracy": [0.75, 0.9]})


@pytest.mark.parametrize("name", sorted(set(ebit.plots.__all__) - NOT_DRAWING))
def test_no_function_needs_an_ax(name: str) -> None:
    assert inspect.signature(getattr(ebit.plots, name)).parameters["ax"].default is None


def test_without_an_ax_it_is_the_figure_and_a_notebook_shows_it() -> None:
    figure = accuracy_by_resource(ROWS)
    assert figure.axes[0].get_xlabel().startswith("Validation accuracy")
    assert figure._repr_svg_().lstrip().startswith("<?xml")
    data = accuracy_by_resource(ROWS, new_figure()[1])
    assert data["mean"].to_list() == [0.75, 0.9]


def test_points_in_space_get_axes_in_space() -> None:
    figure = first_three_coordinates([[0, 0, 1], [1, 0, 0]], [0, 1], ["a", "b"])
    assert figure.axes[0].name == "3d"
