import math

import numpy as np
from data_helpers import error_of

from ebit.data import chsh, load


def test_all_sixteen_inputs_with_their_labels() -> None:
    data = chsh()
    s1, s2, t1, t2 = (data.x_train / (math.pi / 2)).T
    assert set(s1) == set(t1) == {0.0, 1.0}
    assert set(s2) == set(t2) == {-1.0, 1.0}
    assert len(np.unique(data.x_train, axis=0)) == 16
    both = (s1 == 1) & (t1 == 1)
    assert np.array_equal(data.y_train, np.where(both, -s2 * t2, s2 * t2))
    assert np.array_equal(data.x_train, data.x_validation)
    assert np.array_equal(data.y_train, data.y_validation)


def test_alternative_swaps_the_qubits_of_each_qpu() -> None:
    optimal, alternative = chsh("optimal"), chsh("alternative")
    assert np.array_equal(alternative.x_train, optimal.x_train[:, [1, 0, 3, 2]])
    assert np.array_equal(alternative.y_train, optimal.y_train)
    assert alternative.feature_names == ("s2", "s1", "t2", "t1")


def test_source_strings() -> None:
    assert load("chsh").fingerprint == load("chsh:optimal").fingerprint == chsh().fingerprint
    assert load("chsh:alternative").fingerprint == chsh("alternative").fingerprint


def test_unknown_embedding() -> None:
    assert "embedding 'best' is unknown" in error_of(lambda: load("chsh:best"))
