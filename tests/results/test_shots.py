from typing import Any

import numpy as np
import pytest

from ebit import EbitError, accuracy_with_shots, load_model
from ebit.data import Dataset
from ebit.results import Store, make_task, train


def measured(finished: Any, **settings: Any) -> Any:
    data = finished.dataset
    return accuracy_with_shots(
        load_model(finished.model_path),
        data.x_train,
        data.y_train,
        **{"shots": (1, 10, 10_000), "repeats": 4, **settings},
    )


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


def test_one_repeat_has_no_deviation(finished: Any) -> None:
    assert set(measured(finished, repeats=1)["accuracy_std"]) == {0.0}


@pytest.mark.parametrize(
    ("change", "name"), [({"shots": (0,)}, "shots"), ({"repeats": 0}, "repeats"),
                         ({"seed": -1}, "seed"), ({"shots": ()}, "shots")],
)  # fmt: skip
def test_bad_input(finished: Any, change: dict[str, Any], name: str) -> None:
    with pytest.raises(EbitError, match=f"Argument `{name}`"):
        measured(finished, **change)


def test_a_model_without_a_measurement(game: Dataset, tmp_path: Any) -> None:
    task = make_task(game, resource="dnn", steps=1, runs=1)
    train(game, task, tmp_path)
    stored = load_model(Store(tmp_path).model_path(task.hash))
    with pytest.raises(EbitError, match="'dnn' has none"):
        accuracy_with_shots(stored, game.x_train, game.y_train, shots=(1,))
