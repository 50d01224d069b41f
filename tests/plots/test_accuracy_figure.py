import polars as pl
import pytest
from matplotlib.colors import to_hex

from ebit.errors import EbitError
from ebit.plots import accuracy_by_resource, new_figure, resource_styles

ORDER = ["single", "dnn", "none", "bell:1", "bell:2", "classical", "classical+bell:1", "quantum"]


def test_one_bar_and_one_label_a_resource_in_the_fixed_order(rows):
    _, ax = new_figure()
    accuracy_by_resource(rows, ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ORDER
    assert len(ax.containers) == len(ORDER)
    bottom, top = ax.get_ylim()
    assert bottom > top, "the first resource must be at the top"


def test_every_run_is_a_dot_at_its_accuracy(rows):
    _, ax = new_figure()
    accuracy_by_resource(rows, ax)
    for resource, dots in zip(ORDER, ax.collections[::2], strict=True):
        expected = rows.filter(pl.col("resource") == resource)["validation_accuracy"]
        assert dots.get_offsets()[:, 0].tolist() == pytest.approx(expected.to_list())
        assert to_hex(dots.get_facecolor()[0]) == resource_styles(ORDER)[resource].color


def test_error_bars_span_one_sample_standard_deviation(rows):
    _, ax = new_figure()
    data = accuracy_by_resource(rows, ax)
    assert data["std"].to_list() == pytest.approx([0.01] * len(ORDER))
    (segment,) = ax.containers[2].lines[2][0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx([0.70, 0.72])


def test_dashed_line_marks_none_and_is_absent_without_it(rows):
    _, ax = new_figure()
    accuracy_by_resource(rows, ax)
    assert [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"] == (
        pytest.approx([0.71])
    )
    _, ax = new_figure()
    accuracy_by_resource(rows.filter(pl.col("resource") == "quantum"), ax)
    assert not [line for line in ax.lines if line.get_linestyle() == "--"]


def test_single_run_shows_no_deviation():
    _, ax = new_figure()
    rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.75]})
    data = accuracy_by_resource(rows, ax)
    assert data.row(0) == ("none", 0.75, 0.0, 1)
    assert [text.get_text() for text in ax.texts] == ["0.750"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"resource": ["none"]}, "`validation_accuracy`"),
        ({"validation_accuracy": [0.5]}, "`resource`"),
        ({"resource": ["none"], "validation_accuracy": [float("nan")]}, "none has nan"),
        ({"resource": ["none"], "validation_accuracy": [None]}, "numbers"),
        ({"resource": ["a", "b"], "validation_accuracy": [0.5, None]}, "b has None"),
        ({"resource": ["none"], "validation_accuracy": ["0.5"]}, "numbers"),
        ({"resource": [None, "none"], "validation_accuracy": [0.5, 0.5]}, "null"),
    ],
)
def test_bad_rows_give_one_line(columns, words):
    _, ax = new_figure()
    with pytest.raises(EbitError, match=words) as error:
        accuracy_by_resource(pl.DataFrame(columns), ax)
    assert "\n" not in str(error.value)


def test_no_rows(rows):
    _, ax = new_figure()
    with pytest.raises(EbitError, match="empty"):
        accuracy_by_resource(rows.clear(), ax)


def test_an_edge_of_its_own_is_a_line_of_the_label(rows):
    _, ax = new_figure()
    name = "none;A-B=bell:1;B-C=bell:2"
    accuracy_by_resource(rows.with_columns(pl.col("resource").replace("bell:1", name)), ax)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert "none\nA-B=bell:1\nB-C=bell:2" in labels
