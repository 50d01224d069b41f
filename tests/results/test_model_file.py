import pickle
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from ebit import EbitError, load_model
from ebit.learning.arrays import load_arrays, save_arrays
from ebit.results import save_model

IN_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_a_model_comes_back(finished: Any) -> None:
    stored = load_model(finished.model_path)
    assert stored.task == finished.task
    assert stored.runs == 2
    assert list(stored.validation_accuracy) == finished.rows["validation_accuracy"].to_list()
    assert stored.best_run == int(np.argmax(stored.validation_accuracy))
    assert stored.preparation["scaling"] == finished.dataset.scaling.to_dict()
    assert stored.preparation["class_names"] == ["no", "yes"]
    leaves = jax.tree.leaves(stored.parameters)
    assert all(leaf.shape[0] == 2 for leaf in leaves)


def test_predictions_have_the_accuracy_of_the_training(finished: Any) -> None:
    stored = load_model(finished.model_path)
    data = finished.dataset
    for name, x, y in (
        ("validation_accuracy", data.x_validation, data.y_validation),
        ("train_accuracy", data.x_train, data.y_train),
    ):
        for run in range(2):
            sign = np.where(stored.expectation(x, run) >= 0, 1, -1)
            assert np.mean(sign == y) == finished.rows[name][run]


def test_the_product_loss_predicts_with_the_fixed_readout(finished: Any, tmp_path: Path) -> None:
    """Weights in the file that the loss does not use must not change a prediction."""
    stored = load_model(finished.model_path)
    product = finished.task.model_copy(
        update={"training": finished.task.training.model_copy(update={"loss": "product"})}
    )
    path = tmp_path / "product.safetensors"
    signs = []
    for readout in (stored.parameters["readout"], -stored.parameters["readout"]):
        parameters = {**stored.parameters, "readout": readout}
        save_model(path, product, parameters, np.array([0.5, 0.5]), stored.preparation)
        signs.append(load_model(path).expectation(finished.dataset.x_train, 0))
    assert_array_equal(signs[0], signs[1])
    flipped = {**stored.parameters, "readout": -stored.parameters["readout"]}
    save_model(path, finished.task, flipped, np.array([0.5, 0.5]), stored.preparation)
    assert_array_equal(
        load_model(path).expectation(finished.dataset.x_train, 0),
        -stored.expectation(finished.dataset.x_train, 0),
    )


def test_the_best_run_is_that_of_the_shots_of_the_loss(finished: Any, tmp_path: Path) -> None:
    """A run that is best with infinitely many shots may be worse with the shots there are."""
    stored, path = load_model(finished.model_path), tmp_path / "shots.safetensors"
    exact, at_shots = np.array([0.9, 0.8]), np.array([0.6, 0.7])
    save_model(
        path, stored.task, stored.parameters, exact, stored.preparation, accuracy_of_loss=at_shots
    )
    found = load_model(path)
    assert found.accuracy_of_loss == (0.6, 0.7)
    assert found.best_run == 1
    assert stored.accuracy_of_loss == ()
    for wrong in ([0.6], [0.6, 1.2]):
        save_model(
            path,
            stored.task,
            stored.parameters,
            exact,
            stored.preparation,
            accuracy_of_loss=np.array(wrong),
        )
        with pytest.raises(EbitError, match="must have an accuracy from 0 to 1 for each"):
            load_model(path)


@pytest.mark.parametrize("run", [-1, 2])
def test_a_run_that_is_not_there(finished: Any, run: int) -> None:
    with pytest.raises(EbitError, match=f"`run` must be from 0 to 1 .* is {run}"):
        load_model(finished.model_path).expectation(finished.dataset.x_train, run)


@IN_FOLDER
@given(data=st.data())
def test_damage_is_an_error_of_one_line(finished: Any, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(finished.model_path.read_bytes())
    length = len(content)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, length - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content[: data.draw(st.integers(0, length) | st.just(length))])
    try:
        stored = load_model(path)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error
    else:
        jax.tree.map(
            assert_array_equal, stored.parameters, load_model(finished.model_path).parameters
        )


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("the file was unpickled",)


def test_a_pickle_is_not_a_model(tmp_path: Path) -> None:
    path = tmp_path / "bomb.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(EbitError, match="not a whole safetensors file"):
        load_model(path)


def altered(finished: Any, path: Path, **changes: str) -> Path:
    """The model file with other metadata and a digest that fits them."""
    _, metadata = load_arrays(finished.model_path)
    save_arrays(path, load_model(finished.model_path).parameters, {**metadata, **changes})
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "other"}, "not an ebit model"),
        ({"version": "99"}, "version '99'.*reads version '1': use the ebit that wrote it"),
        ({"task": "{}"}, "wrong metadata"),
        ({"task": "not json"}, "wrong metadata"),
        ({"task": "[" * 100_000}, "wrong metadata"),
        ({"preparation": "[" * 100_000}, "wrong metadata"),
        ({"preparation": "7"}, "wrong metadata"),
        ({"validation_accuracy": "7"}, "wrong metadata"),
        ({"validation_accuracy": "[]"}, "an accuracy from 0 to 1 for each of its 2 runs"),
        ({"validation_accuracy": "[0.5]"}, "an accuracy from 0 to 1 for each of its 2 runs"),
    ],
)
def test_metadata_that_do_not_fit(
    finished: Any, tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    path = altered(finished, tmp_path / "altered.safetensors", **changes)
    with pytest.raises(EbitError, match=message) as caught:
        load_model(path)
    assert "altered.safetensors" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_parameters_that_are_not_finite(finished: Any, tmp_path: Path) -> None:
    stored = load_model(finished.model_path)
    parameters = {**stored.parameters, "readout": stored.parameters["readout"] * np.nan}
    path = tmp_path / "nan.safetensors"
    save_model(path, stored.task, parameters, np.array([0.5, 0.5]), stored.preparation)
    with pytest.raises(EbitError, match="NaN or infinite"):
        load_model(path)
