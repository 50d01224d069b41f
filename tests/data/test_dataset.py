from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from data_helpers import error_of

from ebit.data import Dataset

VALID: dict[str, Any] = {
    "x_train": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]],
    "y_train": [-1, 1, 1],
    "x_validation": [[0.7, 0.8]],
    "y_validation": [-1],
    "name": "tiny",
    "class_names": ("no", "yes"),
    "feature_names": ("a", "b"),
}


def build(**changes: Any) -> Dataset:
    return Dataset(**(VALID | changes))


def test_arrays_are_float64_read_only_copies() -> None:
    x = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.int32)
    data = build(x_train=x)
    x[0, 0] = 99
    assert data.x_train.dtype == data.y_train.dtype == np.float64
    assert data.x_train[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.x_train[0, 0] = 7
    with pytest.raises(FrozenInstanceError):
        data.name = "other"  # type: ignore[misc]


def test_features_counts_columns() -> None:
    assert build().features == 2


def test_fingerprint_ignores_the_name_and_is_stable() -> None:
    assert build().fingerprint == build(name="renamed").fingerprint
    assert len(build().fingerprint) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"x_train": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.61]]},
        {"y_train": [1, -1, 1]},
        {"x_validation": [[0.7, 0.81]]},
        {"y_validation": [1]},
        {"class_names": ("yes", "no")},
        {"feature_names": ("b", "a")},
    ],
)
def test_fingerprint_sees_every_content(changes: dict[str, Any]) -> None:
    assert build(**changes).fingerprint != build().fingerprint


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"x_train": [0.1, 0.2]}, "`x_train` must have shape (rows, features)"),
        ({"x_train": [[0.1], [0.2, 0.3]]}, "`x_train` must be an array"),
        ({"x_train": [["a", "b"]]}, "`x_train` must hold real numbers"),
        ({"x_train": [[1j, 2], [3, 4], [5, 6]]}, "`x_train` must hold real numbers"),
        ({"x_train": [[0.1], [0.3], [0.5]]}, "2 feature names, but has shape (3, 1)"),
        ({"x_train": [[0.1, 0.2]]}, "same number of rows, at least 1, but have 1 and 3"),
        ({"x_train": [[0.1, 0.2]], "y_train": [1]}, "at least 2 rows, but has 1"),
        ({"x_train": [[0, 1], [2, np.nan], [4, 5]]}, "is nan in row 1 (counted from 0) of feature"),
        ({"x_validation": [[np.inf, 1]]}, "`x_validation` must be finite, but is inf in row 0"),
        ({"x_validation": np.zeros((0, 2)), "y_validation": np.zeros(0)}, "have 0 and 0"),
        ({"y_train": [0, 1, 1]}, "`y_train` must hold only -1 and 1, but holds 0"),
        ({"y_train": [1, np.nan, -1]}, "must hold only -1 and 1, but holds nan"),
        ({"y_validation": [2]}, "`y_validation` must hold only -1 and 1, but holds 2"),
        ({"y_train": [1, 1, 1]}, "must hold both -1 and 1, but holds only 1"),
        ({"y_train": [[1], [1], [-1]]}, "`y_train` must have shape (rows,)"),
        ({"class_names": ("a", "a")}, "`class_names` must be two or more different names"),
        ({"class_names": ("a",)}, "`class_names` must be two or more different names"),
        ({"class_names": ("a", "b", "c")}, "whole numbers from 0 to 2, but holds -1"),
        ({"class_names": (), "y_train": [2, 2, 2]}, "numbers that differ, but all are 2"),
        ({"class_names": (), "y_validation": [np.inf]}, "finite numbers, but holds inf"),
        (
            {"class_names": tuple("abc"), "y_train": [0, 0, 2], "y_validation": [0]},
            "rows of every class, but has none of `b`",
        ),
        ({"feature_names": ("a", "a")}, "`feature_names` must hold every name once"),
        ({"feature_names": ()}, "at least 1 feature"),
    ],
)
def test_bad_input(changes: dict[str, Any], expected: str) -> None:
    assert expected in error_of(lambda: build(**changes))
