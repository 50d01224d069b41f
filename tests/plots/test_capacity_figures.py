import numpy as np
import polars as pl
import pytest

from ebit.errors import EbitError
from ebit.plots import dimension_by_depth, log_spectrum, new_figure


@pytest.fixture
def capacities():
    return pl.DataFrame(
        {
            "resource": ["none", "none", "bell:1", "bell:1"],
            "depth": [30, 5, 5, 30],
            "rank": [200, 64, 64, 256],
            "sampling_bound": [200, 200, 300, 300],
            "num_parameters": [384, 84, 84, 384],
            "eigenvalues": [[1.0, np.e**-2, 0.0]] * 4,
        }
    )


def test_ranks_and_only_the_bounds_that_matter(capacities):
    _, ax = new_figure()
    data = dimension_by_depth(capacities, ax)
    labels = [line.get_label() for line in ax.lines]
    assert labels == ["none", "none, sampling bound", "bell:1", "parameters"]
    assert ax.lines[0].get_linewidth() > ax.lines[2].get_linewidth(), "seen below the same ranks"
    assert ax.lines[0].get_xydata().tolist() == [[5, 64], [30, 200]]
    assert ax.lines[3].get_xydata().tolist() == [[5, 84], [30, 384]]
    assert data.height == 4


def test_the_spectrum_of_each_resource(capacities):
    _, ax = new_figure()
    data = log_spectrum(capacities.filter(pl.col("depth") == 5), ax)
    assert sorted(data["log_eigenvalue"].round(12)) == [-2, -2, 0, 0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["none", "bell:1"]


def test_spectra_of_several_depths_are_apart(capacities):
    _, ax = new_figure()
    log_spectrum(capacities, ax)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "none, depth 5"
    shallow, deep = (ax.patches[place] for place in (0, 1))
    assert shallow.get_alpha() < deep.get_alpha()
    assert len(labels) == 4


def test_bad_rows(capacities):
    _, ax = new_figure()
    with pytest.raises(EbitError, match="`rank`"):
        dimension_by_depth(capacities.drop("rank"), ax)
    with pytest.raises(EbitError, match="`eigenvalues`"):
        log_spectrum(capacities.drop("eigenvalues"), ax)
    zeros = capacities.with_columns(eigenvalues=pl.lit([0.0]))
    with pytest.raises(EbitError, match="positive eigenvalue"):
        log_spectrum(zeros, ax)
