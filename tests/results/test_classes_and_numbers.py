"""Many classes and numbers from the data to the prediction of a trained model."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import ebit
from ebit.cli.predictions import predictions_of
from ebit.data import load
from ebit.errors import EbitError
from ebit.results import (
    Store,
    confusion_matrix,
    explained_share,
    load_model,
    make_task,
    predict,
    train,
)

SETTINGS: dict[str, Any] = {
    "resource": "bell:1",
    "depth": 4,
    "steps": 60,
    "runs": 2,
    "learning_rate": 0.1,
}


def table(y: Any, folder: Path, x: NDArray[np.float64]) -> Path:
    path = folder / "d.csv"
    pl.DataFrame({f"x{k}": x[:, k] for k in range(4)} | {"y": y}).write_csv(path)
    return path


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Four blobs in four classes, trained."""
    folder = tmp_path_factory.mktemp("classes")
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 4
    centres = np.array([[0, 0, 0, 0], [2, 0, 2, 0], [0, 2, 0, 2], [2, 2, 2, 2.0]])
    x = centres[labels] + 0.2 * rng.normal(size=(80, 4))
    path = table([f"c{label}" for label in labels], folder, x)
    data = load(path)
    task = make_task(data, **SETTINGS)
    rows = train(data, task, folder)
    return data, task, rows, load_model(Store(folder).model_path(task.hash)), path


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A smooth function of the features in large units, trained."""
    folder = tmp_path_factory.mktemp("numbers")
    x = np.random.default_rng(1).uniform(0, 3, size=(80, 4))
    path = table(500 + 100 * np.cos(x[:, 0]) * np.cos(x[:, 2]), folder, x)
    data = load(path, target="numbers")
    task = make_task(data, **SETTINGS)
    rows = train(data, task, folder)
    return data, task, rows, load_model(Store(folder).model_path(task.hash)), path


def test_rows_of_classes_have_accuracies(classes: Any) -> None:
    data, task, rows, _, _ = classes
    assert (data.scores, task.model.scores, task.training.loss) == (4, 4, "cross-entropy")
    assert rows["validation_accuracy"].min() > 0.8
    assert rows["validation_r2"].null_count() == rows["validation_r2_curve"].null_count() == 2
    by_shots = rows.select(pl.col("^validation_accuracy_[0-9]+_shots?$")).row(0)
    assert by_shots[0] + 0.1 < by_shots[1] < by_shots[2] - 0.05


def test_rows_of_numbers_have_the_explained_share(numbers: Any) -> None:
    data, task, rows, _, _ = numbers
    assert (data.class_names, task.training.target, task.training.loss) == ((), "numbers", "mse")
    assert rows["validation_accuracy"].null_count() == 2
    assert rows["validation_accuracy_10_shots"].null_count() == 2
    np.testing.assert_allclose(rows["train_r2"], 1 - rows["train_loss"], atol=1e-5)
    assert rows["validation_r2"].max() > 0.3


@pytest.mark.slow
def test_predicted_classes_are_those_of_the_largest_score(classes: Any) -> None:
    data, _, rows, stored, path = classes
    found = predict(stored, path)
    table = found.select(pl.col("^probability_.*$")).to_numpy()
    np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-5)
    names = np.array(data.class_names)
    assert found["prediction"].to_list() == names[table.argmax(axis=1)].tolist()
    counted = confusion_matrix(found["label"].to_list(), found["prediction"].to_list())
    right = counted.filter(pl.col("true") == pl.col("predicted"))["rows"].sum()
    assert right == found["correct"].sum()
    best = stored.best_run
    scores = stored.scores(data.x_validation, best)
    accuracy = np.mean(ebit.models.labels_of(scores) == data.y_validation)
    assert accuracy == pytest.approx(rows["validation_accuracy"][best])
    assert predict(stored, path, shots=1000)["correct"].to_numpy().mean() > 0.8


@pytest.mark.slow
def test_predicted_numbers_are_in_the_units_of_the_file(numbers: Any) -> None:
    _, _, rows, stored, path = numbers
    found = predict(stored, path)
    truth = pl.read_csv(path)["y"]
    np.testing.assert_allclose(found["label"], truth, rtol=1e-9)
    np.testing.assert_allclose(found["error"], found["prediction"] - truth, atol=1e-6)
    share = explained_share(found["label"], found["prediction"])
    parts = rows.select("train_r2", "validation_r2").row(stored.best_run)
    assert share is not None
    assert min(parts) - 0.1 < share < max(parts) + 0.1
    measured = predict(stored, path, shots=10_000)
    distance = np.abs(measured["prediction"] - found["prediction"]) / measured["standard_error"]
    assert distance.max() < 5


def test_shots_of_two_classes_are_not_touched_by_several_scores() -> None:
    """Two scores w and -w say the same as one score w, drawn or counted."""
    rng = np.random.default_rng(0)
    table, weights = rng.dirichlet(np.ones(4), 200), rng.normal(size=4)
    labels = rng.integers(2, size=200)
    from ebit.shots import accuracy_at_shots

    for shots in (1, 3, 20):
        one = accuracy_at_shots(table, weights, 2 * labels - 1, shots)
        two = accuracy_at_shots(table, np.stack([-weights, weights]), labels, shots)
        assert two == pytest.approx(one, abs=0.01)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "product"}, "'product', which is not for classes: use cross-entropy"),
        ({"scores": 2}, "`scores` must be 4 for data"),
        ({"target": "numbers"}, "`target` is 'numbers', but the targets of data"),
        ({"readout": "parity"}, "Read-out 'parity' does not support 4 scores"),
    ],
)
def test_what_does_not_fit_the_classes(
    classes: Any, settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    data = classes[0]
    with pytest.raises(EbitError, match=message):
        train(data, make_task(data, **(SETTINGS | settings)), tmp_path)


@pytest.mark.parametrize(
    ("y", "scores", "message"),
    [
        ([0, 1, 2, 3], 3, "must hold labels from 0 to 2, but has 3"),
        ([0, 1, 2, 0.5], 3, "must hold labels from 0 to 2, but has 0.5"),
        ([0, 1, 1, 0], 1, r"must hold labels \+1 and -1, but has 0"),
    ],
)
def test_labels_that_are_none(y: list[float], scores: int, message: str) -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=1, scores=scores)
    with pytest.raises(EbitError, match=message):
        ebit.fit(model, (np.zeros((4, 4)), y), steps=1)


def test_costs_of_edges() -> None:
    model: Any = ebit.model_from_string(
        "bell:1;A-B=bell:2;B-C=none", qpus=4, qubits=3, depth=1, topology="line"
    )
    found = {edge: own.amounts["ebits"] for edge, own in model.consumption_of_edges.items()}
    assert found == {"A-B": 2, "C-D": 1}
    assert sum(found.values()) == model.consumption.ebits
    for resource, qubits in (("classical", 2), ("quantum", 2), ("ghz:4", 2)):
        own: Any = ebit.model_from_string(
            resource, qpus=4, qubits=qubits, depth=1, topology="ring", pooling="halves",
            readout="weights",
        )  # fmt: skip
        total: dict[str, int] = {}
        for amounts in own.consumption_of_edges.values():
            for unit, amount in amounts.amounts.items():
                total[unit] = total.get(unit, 0) + amount
        assert total == {**own.consumption.amounts, "rounds": 0}


def test_a_report_shows_what_the_best_run_says(classes: Any, numbers: Any) -> None:
    for data, task, rows, stored, path in (classes, numbers):
        (found,) = predictions_of(data, [task], Store(path.parent), ["none", task.model.resource])
        assert found.run == stored.best_run
        if data.is_numeric:
            share = explained_share(found.true, found.predicted)
            assert share == pytest.approx(rows["validation_r2"][found.run], abs=1e-5)
        else:
            right = np.mean(np.array(found.true) == np.array(found.predicted))
            assert right == pytest.approx(rows["validation_accuracy"][found.run])
            assert found.classes == data.class_names
        assert predictions_of(data, [task], Store(path.parent), ["dnn"]) == []
