from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ebit import EbitError, accuracy_with_shots, load_model
from ebit.data import Dataset
from ebit.results import (
    Store,
    accuracy_by_shots,
    expected_accuracies,
    make_task,
    shots_needed,
    summarize,
    train,
)


def measured(finished: Any, **settings: Any) -> Any:
    data = finished.dataset
    return accuracy_with_shots(
        load_model(finished.model_path),
        data.x_train,
        data.y_train,
        **{"shots": (1, 10, 10_000), "repeats": 4, **settings},
    )


@pytest.mark.slow
def test_one_row_per_run_and_number_of_shots(finished: Any) -> None:
    table = measured(finished)
    assert table["run"].to_list() == [0, 0, 0, 1, 1, 1]
    assert table["shots"].to_list() == [1, 10, 10_000] * 2
    assert table["ebits_per_label"].to_list() == [1, 10, 10_000] * 2
    assert set(table["bits_per_label"]) == set(table["nonlocal_gates_per_label"]) == {0}
    assert set(table["task"]) == {finished.task.hash}
    assert set(table["resource"]) == {"bell:1"}
    exact = table["exact_accuracy"].to_numpy()
    assert exact[::3] == pytest.approx(finished.rows["train_accuracy"].to_numpy())
    assert np.all(np.abs(table["accuracy"].to_numpy() - exact)[2::3] < 0.05)
    assert np.all(table["accuracy_std"].to_numpy()[:2] > 0)


def test_the_seed_decides(finished: Any) -> None:
    assert measured(finished).equals(measured(finished))
    assert not measured(finished).equals(measured(finished, seed=1))


def test_rows_tell_the_accuracy_at_the_shots_of_the_loss(game: Dataset, tmp_path: Path) -> None:
    same: dict[str, Any] = {"depth": 1, "steps": 3, "runs": 2, "resource": "bell:1"}
    task = make_task(game, loss="shots", shots_per_label=7, **same)
    rows = train(game, task, tmp_path)
    stored = load_model(Store(tmp_path).model_path(task.hash))
    again = expected_accuracies(stored, game.x_validation, game.y_validation, shots=(7,))
    at_seven = rows["validation_accuracy_7_shots"].to_list()
    assert at_seven == pytest.approx(again["accuracy"].to_list(), abs=1e-6)
    other = train(game, make_task(game, loss="mse", **same), tmp_path)
    assert "validation_accuracy_7_shots" not in other.columns
    means = summarize(Store(tmp_path).rows())["validation_accuracy_7_shots_mean"].to_list()
    assert sorted(means, key=lambda mean: mean is None) == [pytest.approx(np.mean(at_seven)), None]


@pytest.mark.slow
def test_one_repeat_has_no_deviation(finished: Any) -> None:
    assert set(measured(finished, repeats=1)["accuracy_std"]) == {0.0}


@pytest.mark.parametrize(
    ("change", "name"), [({"shots": (0,)}, "shots"), ({"repeats": 0}, "repeats"),
                         ({"seed": -1}, "seed"), ({"shots": ()}, "shots")],
)  # fmt: skip
def test_bad_input(finished: Any, change: dict[str, Any], name: str) -> None:
    with pytest.raises(EbitError, match=f"Argument `{name}`"):
        measured(finished, **change)


@pytest.mark.slow
def test_a_model_without_a_measurement(game: Dataset, tmp_path: Any) -> None:
    task = make_task(game, resource="dnn", steps=1, runs=1)
    train(game, task, tmp_path)
    stored = load_model(Store(tmp_path).model_path(task.hash))
    with pytest.raises(EbitError, match="'dnn' has none"):
        accuracy_with_shots(stored, game.x_train, game.y_train, shots=(1,))


def test_rows_and_stored_models_give_the_same_expected_accuracies(finished: Any) -> None:
    data = finished.dataset
    from_rows = accuracy_by_shots(finished.rows)
    assert from_rows["shots"].to_list() == [1, 1, 10, 10, 100, 100, 1000, 1000]
    stored = load_model(finished.model_path)
    found = expected_accuracies(
        stored, data.x_validation, data.y_validation, shots=(1, 10, 100, 1000)
    )
    assert found.columns == from_rows.columns
    assert found.sort("shots", "run")["accuracy"].to_numpy() == pytest.approx(
        from_rows["accuracy"].to_numpy(), abs=1e-5
    )
    drawn = measured(finished, repeats=200)
    expected = expected_accuracies(stored, data.x_train, data.y_train, shots=(1, 10, 10_000))
    error = drawn["accuracy_std"].to_numpy() / np.sqrt(200)
    difference = drawn["accuracy"].to_numpy() - expected["accuracy"].to_numpy()
    assert np.all(np.abs(difference) <= 4 * error + 1e-4)


def test_shots_that_most_of_the_accuracy_needs() -> None:
    table = pl.DataFrame(
        {
            "resource": ["a"] * 4 + ["b"] * 2,
            "shots": [1, 1, 100, 100, 1, 100],
            "accuracy": [0.5, 0.7, 0.7, 0.9, 0.5, 0.6],
            "exact_accuracy": [0.8] * 4 + [0.9] * 2,
        }
    )
    needed = shots_needed(table, 0.875)
    assert needed["a"] == pytest.approx(10)
    assert needed["b"] is None
    assert shots_needed(table, 0.5)["a"] == 1
