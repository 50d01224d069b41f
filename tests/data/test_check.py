from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from data_helpers import error_of

from ebit.data import Dataset, check_features
from ebit.models.checks import MAX_QUBITS


def with_features(number: int) -> Dataset:
    x = np.zeros((2, number))
    names = tuple("abcdefghijklmnopqrst"[:number])
    return Dataset(x, np.array([-1, 1]), x, np.array([-1, 1]), "f.csv", ("0", "1"), names)


@pytest.mark.parametrize(("features", "qpus", "qubits"), [(8, 2, 4), (4, 2, 2), (12, 3, 4)])
def test_fits(features: int, qpus: int, qubits: int) -> None:
    check_features(with_features(features), qpus, qubits)


@pytest.mark.parametrize(
    ("features", "qpus", "qubits", "expected"),
    [
        (6, 2, 4, "take 8: use --qubits 3, or add 2 features."),
        (7, 2, 4, 'use --qubits 3 with 6 of them (--features "a,b,c|d,e,f"), or add 1 feature.'),
        (4, 2, 4, "has 4 features, but 2 QPUs of 4 qubits take 8: use --qubits 2, or add 4"),
        (3, 2, 4, "has 3 features, but 2 QPUs of 4 qubits take 8: add 5 features."),
        (7, 1, 8, "take 8: use --qubits 7, or add 1 feature."),
        (5, 2, 2, 'take 4: choose 4 of them (--features "a,b|c,d").'),
        (8, 2, 2, 'choose 4 of them (--features "a,b|c,d"), or use --qubits 4.'),
        (1, 1, 2, "has 1 feature, but 1 QPU of 2 qubits take 2: add 1 feature."),
    ],
)
def test_says_what_would_fit(features: int, qpus: int, qubits: int, expected: str) -> None:
    message = error_of(lambda: check_features(with_features(features), qpus, qubits))
    assert message.startswith("Data `f.csv` has ")
    assert expected in message


def test_proposes_no_more_qubits_than_a_qpu_has() -> None:
    """The data layer does not know the models, so the number is written twice."""
    names = tuple(f"f{k}" for k in range(2 * MAX_QUBITS + 2))

    def message(features: int) -> str:
        data = with_features(4)
        x = np.zeros((2, features))
        data = replace(data, x_train=x, x_validation=x, feature_names=names[:features])
        return error_of(lambda: check_features(data, 2, 2))

    assert f"use --qubits {MAX_QUBITS}." in message(2 * MAX_QUBITS)
    assert "use --qubits" not in message(2 * MAX_QUBITS + 2)


@pytest.mark.parametrize("wrong", [{"qpus": 0}, {"qubits": 0}, {"qubits": 2.0}])
def test_bad_numbers(wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"qpus": 2, "qubits": 2} | wrong
    message = error_of(lambda: check_features(with_features(4), **arguments))
    assert f"`{next(iter(wrong))}` must be a whole number" in message
