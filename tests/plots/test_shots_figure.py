import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import (
    accuracy_against_shots,
    leading_resources,
    new_figure,
    resource_styles,
)


@pytest.fixture
def rows():
    return pl.DataFrame(
        [
            {
                "resource": resource,
                "run": run,
                "shots": shots,
                "accuracy": 0.6 + 0.1 * number + 0.02 * run + 0.0001 * shots,
                "exact_accuracy": 0.9 + 0.01 * number,
            }
            for number, resource in enumerate(("bell:1", "none"))
            for run in range(3)
            for shots in (1000, 1, 10)
        ]
    )


def test_one_curve_a_resource_with_mean_and_deviation(rows):
    _, ax = new_figure()
    data = accuracy_against_shots(rows, ax)
    assert data["resource"].to_list() == ["none"] * 3 + ["bell:1"] * 3
    assert data["shots"].to_list() == [1, 10, 1000] * 2
    assert data["std"].to_list() == pytest.approx([0.02] * 6)
    assert ax.get_xscale() == "log"
    curves = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert [line.get_label() for line in curves] == ["none", "bell:1"]
    assert curves[1].get_ydata() == pytest.approx([0.6201, 0.621, 0.72])
    assert curves[1].get_color() == resource_styles(["bell:1"])["bell:1"].color
    bands = [band.get_paths()[0].vertices[:, 1] for band in ax.collections]
    assert max(bands[1]) == pytest.approx(0.74)


def test_the_exact_accuracy_is_a_line(rows):
    _, ax = new_figure()
    data = accuracy_against_shots(rows, ax)
    assert data["exact"].to_list() == pytest.approx([0.91] * 3 + [0.9] * 3)
    levels = [line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    assert levels == pytest.approx([0.91, 0.9])


@pytest.mark.parametrize("column", ["resource", "shots", "accuracy", "exact_accuracy"])
def test_a_missing_column(rows, column):
    _, ax = new_figure()
    with pytest.raises(EbitError, match=f"`{column}`") as error:
        accuracy_against_shots(rows.drop(column), ax)
    assert "\n" not in str(error.value)


def test_the_lead_changes_where_curves_cross(rows):
    crossing = pl.DataFrame(
        {
            "resource": ["none"] * 3 + ["bell:1"] * 3,
            "run": [0] * 6,
            "shots": [1, 10, 1000] * 2,
            "accuracy": [0.6, 0.7, 0.7, 0.5, 0.6, 0.9],
            "exact_accuracy": [0.7] * 3 + [0.95] * 3,
        }
    )
    _, ax = new_figure()
    leaders = leading_resources(accuracy_against_shots(crossing, ax))
    assert [name for _, name in leaders] == ["none", "bell:1"]
    assert leaders[0][0] == pytest.approx(1)
    assert leaders[1][0] == pytest.approx(10 ** (1 + 2 / 3), rel=0.01)
    circles = [line for line in ax.lines if line.get_fillstyle() == "none"]
    assert [line.get_xdata()[0] for line in circles] == pytest.approx([leaders[1][0]])
    assert [line.get_ydata()[0] for line in circles] == pytest.approx([0.7], abs=1e-3)


def test_rounding_of_single_precision_takes_no_lead():
    data = pl.DataFrame(
        {
            "resource": ["bell:1"] * 3 + ["classical"] * 3,
            "shots": [1, 10, 1000] * 2,
            "mean": [0.85, 0.99, 1.0 - 1e-7, 0.85 + 1e-7, 0.99 - 1e-7, 1.0],
        }
    )
    assert leading_resources(data) == [(pytest.approx(1), "bell:1")]
