from pathlib import Path
from typing import Any

import numpy as np
import optax
import pytest
from jax.flatten_util import ravel_pytree
from numpy.testing import assert_allclose, assert_array_equal

from ebit import BellPairs, Checkpoint, DistributedDNN, DistributedQCNN, EbitError, Fit, fit
from ebit.data import chsh
from ebit.errors import TrainingDivergedError
from ebit.learning import training

DATA = (chsh().x_train, chsh().y_train)
MODEL = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1))
SETTINGS: dict[str, Any] = {
    "steps": 6, "batch_size": 7, "runs": 2, "seed": 5, "validate_every": 4, "shots": 3
}  # fmt: skip


def train(model: Any = MODEL, **changes: Any) -> Fit:
    return fit(model, DATA, **{**SETTINGS, **changes})


@pytest.fixture(scope="module")
def base() -> Fit:
    return train()


def parameters_of(result: Fit) -> Any:
    return np.asarray(ravel_pytree(result.parameters)[0])


def test_the_seed_decides(base: Fit) -> None:
    assert_array_equal(parameters_of(train()), parameters_of(base))
    assert np.any(parameters_of(train(seed=6)) != parameters_of(base))
    assert np.any(parameters_of(train(shots=None)) != parameters_of(base))


def test_an_interrupted_training_goes_on_with_the_same_shots(
    base: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "CHUNK_SECONDS", 0.0)  # one step a chunk
    monkeypatch.setattr(training, "EVERY_SECONDS", 0.0)
    checkpoint = Checkpoint(tmp_path / "state.safetensors", "task")

    def interrupt(done: int, _: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(checkpoint=checkpoint, progress=interrupt)
    resumed = train(checkpoint=checkpoint)
    assert_array_equal(parameters_of(resumed), parameters_of(base))
    assert_array_equal(resumed.train_loss_curve, base.train_loss_curve)


@pytest.mark.slow
def test_many_shots_are_nearly_exact() -> None:
    options: dict[str, Any] = {"steps": 1, "optimizer": optax.sgd(0.1)}
    many, exact = train(shots=1_000_000, **options), train(shots=None, **options)
    assert_allclose(parameters_of(many), parameters_of(exact), atol=2e-3)
    assert_allclose(many.train_loss, exact.train_loss, atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 3])
def test_every_step_has_shots_of_its_own(every: int) -> None:
    """With equal rows and a step size of next to nothing only the shots can differ."""
    rows = (np.tile(DATA[0][:1], (8, 1)), np.ones(8))
    options: dict[str, Any] = {**SETTINGS, "steps": 3, "validate_every": every}
    result = fit(MODEL, rows, **options, optimizer=optax.sgd(1e-30))
    one = fit(MODEL, rows, **{**options, "steps": 1}, optimizer=optax.sgd(1e-30))
    assert np.all(result.train_loss_curve[:, -1] != one.train_loss_curve[:, 0])


@pytest.mark.slow
def test_the_chsh_game_is_learnt_from_ten_shots() -> None:
    """Every run comes close to the quantum bound (1 + 1/sqrt 2)/2."""
    model = DistributedQCNN(qubits=2, depth=4, resource=BellPairs(1))
    result = fit(model, DATA, steps=200, runs=3, loss="product", shots=10, seed=1)
    success = (1 - result.train_loss) / 2
    assert np.all(success > 0.83)
    assert np.all(success < (1 + np.sqrt(0.5)) / 2 + 1e-6)


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    with pytest.raises(TrainingDivergedError, match=r"not finite at step \d+ \(run 0, 1\)"):
        train(learning_rate=1e30)


@pytest.mark.parametrize("shots", [0, 2.5, 1_000_001, "many"])
def test_bad_shots(shots: Any) -> None:
    with pytest.raises(EbitError, match="`shots` must be a whole number from 1 to 1000000"):
        train(shots=shots)


def test_a_model_without_a_measurement() -> None:
    with pytest.raises(EbitError, match="'dnn' has none"):
        train(DistributedDNN(qubits=2))
