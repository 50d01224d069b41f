import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import loss_curves, new_figure, validation_curves


@pytest.mark.parametrize("draw", [loss_curves, validation_curves])
def test_a_line_a_band_and_a_label_for_each_resource(rows, draw):
    _, ax = new_figure()
    draw(rows, ax)
    assert len(ax.lines) == len(ax.collections) == 8
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[:3] == ["single", "dnn", "none"]
    assert labels[-1] == "quantum"


def test_mean_and_standard_deviation_per_step(rows):
    _, ax = new_figure()
    data = loss_curves(rows, ax).filter(pl.col("resource") == "none")
    assert data["step"].to_list() == [1, 10, 20]
    assert data["mean"].to_list() == pytest.approx([1.0, 0.6, 0.02])
    assert data["std"].to_list() == pytest.approx([0.0, 0.1, 0.0])
    assert data["runs"].to_list() == [3, 3, 3]


def test_axis_is_logarithmic_only_where_it_fits(rows):
    _, ax = new_figure()
    loss_curves(rows, ax)
    assert ax.get_yscale() == "log"
    negative = pl.col("train_loss_curve").list.eval(pl.element() - 0.5)
    _, ax = new_figure()
    loss_curves(rows.with_columns(negative), ax)
    assert ax.get_yscale() == "linear"


def test_loss_label_names_the_loss_if_there_is_one(rows):
    _, ax = new_figure()
    loss_curves(rows, ax)
    assert ax.get_ylabel() == "Training loss (mean squared error)"
    _, ax = new_figure()
    loss_curves(rows.drop("loss"), ax)
    assert ax.get_ylabel() == "Training loss"


def test_long_curves_keep_their_ends_and_all_data():
    steps = list(range(1, 2001))
    rows = pl.DataFrame(
        {"resource": ["none"], "curve_steps": [steps], "train_loss_curve": [[1.0] * 2000]}
    )
    _, ax = new_figure()
    data = loss_curves(rows, ax)
    assert data.height == 2000
    drawn = ax.lines[0].get_xdata()
    assert len(drawn) == 300
    assert drawn[0] == 1
    assert drawn[-1] == 2000


def test_runs_without_values_are_left_out():
    rows = pl.DataFrame(
        {
            "resource": ["none", "none", "bell:1", "bell:2"],
            "curve_steps": [[1, 2], [1, 2], [], None],
            "validation_accuracy_curve": [[0.5, 0.6], [0.7, float("nan")], [], None],
        }
    )
    _, ax = new_figure()
    data = validation_curves(rows, ax)
    assert data.rows() == [
        ("none", 1, pytest.approx(0.6), pytest.approx(0.02**0.5), 2),
        ("none", 2, 0.6, 0.0, 1),
    ]


@pytest.mark.parametrize(
    ("steps", "values", "words"),
    [
        ([[1, 2]], [[0.5]], "one length"),
        ([[]], [[]], "all are empty"),
        ([None], [None], "all are empty"),
        ([1], [0.5], "lists"),
    ],
)
def test_bad_curves_give_one_line(steps, values, words):
    rows = pl.DataFrame(
        {"resource": ["none"], "curve_steps": steps, "train_loss_curve": values}, strict=False
    )
    _, ax = new_figure()
    with pytest.raises(EbitError, match=words) as error:
        loss_curves(rows, ax)
    assert "\n" not in str(error.value)
