import json
import math
from typing import Any

import numpy as np
import pytest
from data_helpers import error_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ebit.data import Scaling

finite = st.floats(allow_nan=False, allow_infinity=False)
matrices = arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=finite)


@given(matrices)
def test_angles_lie_in_zero_to_pi_and_reach_both_ends(x: np.ndarray[Any, Any]) -> None:
    angles = Scaling.fit("angles", x).apply(x)
    assert np.all((angles >= 0) & (angles <= math.pi))
    wide = x.max(axis=0) / 2 - x.min(axis=0) / 2 > 0
    assert np.all(angles.min(axis=0) == 0)
    assert np.all(angles.max(axis=0)[wide] == math.pi)
    assert np.all(angles.max(axis=0)[~wide] == 0)


@given(matrices)
def test_dict_round_trip_through_json(x: np.ndarray[Any, Any]) -> None:
    scaling = Scaling.fit("angles", x)
    assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))) == scaling


def test_new_values_are_clipped_and_constants_become_zero() -> None:
    scaling = Scaling.fit("angles", np.array([[0.0, 5.0], [4.0, 5.0]]))
    result = scaling.apply(np.array([[1.0, 5.0], [-9.0, 4.0], [9.0, 6.0]]))
    expected = [[math.pi / 4, 0], [0, 0], [math.pi, 0]]
    assert np.abs(result - np.array(expected)).max() < 1e-15


def test_none_changes_nothing() -> None:
    x = np.array([[-7.0, 1e9]])
    assert np.array_equal(Scaling.fit("none", x).apply(x), x)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": "log", "minimum": [], "maximum": []}, "Scale 'log' is unknown"),
        ({"kind": ["none"], "minimum": [], "maximum": []}, "is unknown"),
        ({"kind": "none"}, "must have the keys kind, minimum and maximum"),
        ({"kind": "none", "minimum": [0.0], "maximum": [1.0]}, "has bounds for 1 features"),
        ({"kind": "angles", "minimum": [], "maximum": []}, "has bounds for 0 features"),
        ({"kind": "angles", "minimum": [0.0], "maximum": []}, "as many minima as maxima"),
        ({"kind": "angles", "minimum": [2.0], "maximum": [1.0]}, "minimum first"),
        ({"kind": "angles", "minimum": [0.0], "maximum": [math.inf]}, "`maximum` must be a number"),
        ({"kind": "angles", "minimum": ["x"], "maximum": [1.0]}, "lists of numbers"),
        ({"kind": "angles", "minimum": 3, "maximum": 4}, "lists of numbers"),
    ],
)
def test_bad_dict(values: dict[str, Any], expected: str) -> None:
    assert expected in error_of(lambda: Scaling.from_dict(values))


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 3)])
def test_wrong_number_of_features(shape: tuple[int, ...]) -> None:
    scaling = Scaling("angles", (0.0, 0.0), (1.0, 1.0))
    assert "shape (rows, 2)" in error_of(lambda: scaling.apply(np.zeros(shape)))
