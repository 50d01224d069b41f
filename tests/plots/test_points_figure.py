import numpy as np
import pytest

from ebit.errors import EbitError
from ebit.plots import first_three_coordinates, new_figure

X = np.arange(24.0).reshape(3, 8)


def test_names_go_to_labels_from_the_smallest():
    _, ax = new_figure(projection="3d")
    data = first_three_coordinates(X, [1, -1, 1], ["minus", "plus"], ax)
    assert data["class"].to_list() == ["plus", "minus", "plus"]
    assert data["x3"].to_list() == X[:, 2].tolist()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["minus", "plus"]
    assert ax.get_zlabel() == "x₃ (rad)"


def test_many_points_become_pixels():
    for count, pixels in ((1000, False), (1001, True)):
        _, ax = new_figure(projection="3d")
        first_three_coordinates(np.zeros((count, 3)), np.zeros(count), ["all"], ax)
        assert bool(ax.collections[0].get_rasterized()) is pixels


def test_dollar_signs_are_no_formula():
    figure, ax = new_figure(projection="3d")
    first_three_coordinates(X, [0, 1, 1], ["$50 and $", "$\\oops"], ax)
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("x", "y", "names", "words"),
    [
        (X[:, :2], [1, -1, 1], ["a", "b"], r"`x` must have shape .* \(3, 2\)"),
        (X[0], [1], ["a"], "`x`"),
        (X, [1, -1], ["a", "b"], r"`y` must have shape \(3,\)"),
        (X, [1, -1, 1], ["a"], "`class_names`"),
        (X * np.nan, [1, -1, 1], ["a", "b"], "finite"),
    ],
)
def test_bad_points_give_one_line(x, y, names, words):
    _, ax = new_figure(projection="3d")
    with pytest.raises(EbitError, match=words) as error:
        first_three_coordinates(x, y, names, ax)
    assert "\n" not in str(error.value)


def test_flat_axes_are_refused():
    _, ax = new_figure()
    with pytest.raises(EbitError, match='projection="3d"'):
        first_three_coordinates(X, [1, -1, 1], ["a", "b"], ax)
