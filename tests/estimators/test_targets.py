"""Many classes, numbers, weights, restarts, partial fits and files of the estimators."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError

import ebit
from ebit.errors import EbitError
from ebit.estimators.classifier import DQMLClassifier
from ebit.estimators.regressor import DQMLRegressor
from ebit.results import predict

RNG = np.random.default_rng(0)
LABELS = np.arange(60) % 3
X = np.array([[0, 0, 0], [2, 0, 2], [0, 2, 2.0]])[LABELS] + 0.2 * RNG.normal(size=(60, 3))
NAMES = np.array(["a", "b", "c"])[LABELS]
NUMBERS = 500 + 100 * X[:, 0] - 50 * X[:, 2]
FAST: dict[str, Any] = {"steps": 80, "learning_rate": 0.1, "random_state": 0}


@pytest.fixture(scope="module")
def classifier() -> DQMLClassifier:
    return DQMLClassifier("bell:1", depth=2, **FAST).fit(X, NAMES)


@pytest.fixture(scope="module")
def regressor() -> DQMLRegressor:
    return DQMLRegressor("bell:1", depth=2, **FAST).fit(X, NUMBERS)


def test_three_classes(classifier: DQMLClassifier) -> None:
    assert classifier.classes_.tolist() == ["a", "b", "c"]
    assert classifier.score(X, NAMES) > 0.9
    decision, table = classifier.decision_function(X), classifier.predict_proba(X)
    assert decision.shape == table.shape == (60, 3)
    exponents = np.exp(decision - decision.max(axis=1, keepdims=True))
    np.testing.assert_allclose(table, exponents / exponents.sum(axis=1, keepdims=True))
    assert classifier.predict(X).tolist() == NAMES_OF[decision.argmax(axis=1)].tolist()
    assert len(classifier.loss_curve_) == 80
    assert classifier.loss_curve_[-1] < classifier.loss_curve_[0]


NAMES_OF = np.array(["a", "b", "c"])


def test_numbers_in_their_units(regressor: DQMLRegressor) -> None:
    assert regressor.score(X, NUMBERS) > 0.8
    assert abs(regressor.predict(X).mean() - NUMBERS.mean()) < 20
    assert ebit.DQMLRegressor is DQMLRegressor


def test_files_are_read_by_predict_and_load(
    classifier: DQMLClassifier, regressor: DQMLRegressor, tmp_path: Path
) -> None:
    table = tmp_path / "new.csv"
    for number, (estimator, y) in enumerate(((classifier, NAMES), (regressor, NUMBERS))):
        pl.DataFrame({f"x{k}": X[:, k] for k in range(3)} | {"label": y}).write_csv(table)
        path = tmp_path / f"{number}.safetensors"
        estimator.save(path)
        copy = type(estimator).load(path)
        np.testing.assert_array_equal(copy.predict(X), estimator.predict(X))
        found = predict(ebit.load_model(path), table)["prediction"].to_list()
        if number == 0:
            assert found == estimator.predict(X).tolist()
        else:
            np.testing.assert_allclose(found, estimator.predict(X), atol=0.1)
    with pytest.raises(EbitError, match="is a model of numbers, but DQMLClassifier is for labels"):
        DQMLClassifier.load(path)


@pytest.mark.parametrize("kind", [DQMLClassifier, DQMLRegressor])
def test_nothing_to_save_before_fit(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        kind().save(tmp_path / "a.safetensors")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [DQMLClassifier, DQMLRegressor])
def test_whole_weights_are_repeated_rows(kind: Any) -> None:
    weights = np.arange(60) % 4
    y = NAMES if kind is DQMLClassifier else NUMBERS
    settings = {**FAST, "precision": "double", "steps": 20}
    weighted = kind("dnn", **settings).fit(X, y, sample_weight=weights)
    repeated = kind("dnn", **settings).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    name = "decision_function" if kind is DQMLClassifier else "predict"
    np.testing.assert_allclose(getattr(weighted, name)(X), getattr(repeated, name)(X), rtol=1e-6)


@pytest.mark.slow
def test_class_weights_are_weights_of_rows() -> None:
    settings = {**FAST, "precision": "double", "steps": 20}
    by_class = DQMLClassifier("dnn", class_weight={"a": 3, "b": 1, "c": 1}, **settings)
    by_row = DQMLClassifier("dnn", **settings)
    rows = np.where(NAMES == "a", 3.0, 1.0)
    np.testing.assert_allclose(
        by_class.fit(X, NAMES).decision_function(X),
        by_row.fit(X, NAMES, sample_weight=rows).decision_function(X),
        rtol=1e-6,
    )


def test_partial_fit_and_warm_start_go_on() -> None:
    first = DQMLClassifier("dnn", **FAST).fit(X, NAMES)
    before = first.loss_
    assert first.partial_fit(X, NAMES).loss_ < before
    warm = DQMLClassifier("dnn", warm_start=True, **FAST).fit(X, NAMES)
    assert warm.fit(X, NAMES).loss_ < before
    with pytest.raises(EbitError, match="`classes` is missing"):
        DQMLClassifier("dnn").partial_fit(X, NAMES)
    with pytest.raises(EbitError, match="the label d, which is none of"):
        first.partial_fit(X[:2], ["a", "d"])


@pytest.mark.slow
def test_the_best_restart_is_kept() -> None:
    losses = [
        DQMLRegressor("dnn", restarts=restarts, **FAST).fit(X, NUMBERS).loss_ for restarts in (1, 4)
    ]
    assert losses[1] <= losses[0]
    kept = DQMLRegressor("dnn", restarts=3, validation_fraction=0.3, **FAST).fit(X, NUMBERS)
    assert kept.validation_score_ <= 1


@pytest.mark.parametrize(
    ("estimator", "y", "message"),
    [
        (DQMLRegressor("dnn"), np.ones(60), "has the one target value 1 in its training part"),
        (DQMLClassifier("dnn", loss="product"), NAMES, "'product', which is not for classes"),
        (DQMLRegressor("dnn", loss="shots"), NUMBERS, "'shots', which is not for numbers"),
        (DQMLClassifier("dnn", restarts=0), NAMES, "`restarts` must be a whole number from 1"),
        (DQMLClassifier("dnn", precision="half"), NAMES, "`precision` must be one of single"),
        (DQMLClassifier("dnn", validation_fraction=1.0), NAMES, "must be less than 1"),
        (
            DQMLClassifier("dnn", validation_fraction=0.5),
            np.array(["a"] * 59 + ["b"]),
            "has 1 row of one class",
        ),
    ],
)
def test_bad_input(estimator: Any, y: Any, message: str) -> None:
    with pytest.raises(EbitError, match=message):
        estimator.fit(X, y)


@pytest.mark.slow
def test_more_qpus() -> None:
    found = DQMLClassifier("bell:1", qpus=3, depth=1, **(FAST | {"steps": 2})).fit(X, NAMES)
    assert found.model_.features == 6
    assert found.predict(X).shape == (60,)
