"""One gradient of one batch, against differences of the loss; and training with it."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit.learning import SHOTS, batch_gradient
from ebit.models import Model, make_loss, model_from_string
from ebit.shots import accuracy_at_shots
from random_circuits import circuit_model, random_data, random_parameters

LABELS = np.array([1.0, -1.0, 1.0])
LOSSES = [make_loss("mse"), *(make_loss("shots", shots_per_label=n) for n in (2, 50))]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("resource", ["bell:1", "single"])
def test_the_gradient_is_the_slope_of_the_loss(resource: str) -> None:
    model, rng = circuit_model(resource, 2, depth=1), np.random.default_rng(3)
    parameters, x = random_parameters(model, rng), random_data(model, rng)

    @jax.jit
    def losses(pooling: Any) -> Any:
        moved = {**parameters, "pooling": pooling}
        return [
            batch_gradient(model, loss, moved, model.encode(x), jnp.asarray(LABELS))
            for loss in LOSSES
        ]

    with jax.enable_x64(True):
        found = losses(parameters["pooling"])
        first, step = np.zeros_like(parameters["pooling"][0]), 1e-5
        first.flat[0] = step
        rest = parameters["pooling"][1:]
        ahead, behind = (
            losses((parameters["pooling"][0] + sign * first, *rest)) for sign in (1, -1)
        )
        for (_, gradient), (up, _), (down, _) in zip(found, ahead, behind, strict=True):
            slope = (float(up) - float(down)) / (2 * step)
            assert abs(slope) > 1e-6, "the angle does nothing"
            assert gradient["pooling"][0].ravel()[0] == pytest.approx(slope, rel=1e-5)


def train(model: Model, **settings: Any) -> ebit.Fit:
    data = ebit.data.load("chsh")
    return ebit.fit(model, (data.x_train, data.y_train), runs=2, dtype=jnp.complex128, **settings)


@pytest.mark.slow
def test_a_game_is_won_by_the_loss_of_its_shots() -> None:
    """One shot, the parity: the loss is one minus the success probability, at least 1 - .8536."""
    model = ebit.DistributedQCNN(qubits=2, depth=4, resource=ebit.BellPairs(1), readout="parity")
    result = train(model, steps=200, loss="shots", shots_per_label=1)
    assert result.train_loss.min() == pytest.approx(0.1464, abs=0.01)
    one_shot = result.validation_accuracy_at_shots[1]
    np.testing.assert_allclose(one_shot, 1 - result.train_loss, atol=1e-6)
    many = result.validation_accuracy_at_shots[1000]
    assert many[result.train_loss.argmin()] == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
def test_accuracy_at_shots_of_the_validation_rows() -> None:
    model = ebit.DistributedQCNN(qubits=2, depth=1, resource=ebit.BellPairs(1))
    result = train(model, steps=2)
    data = ebit.data.load("chsh")
    assert tuple(result.validation_accuracy_at_shots) == SHOTS == (1, 10, 100, 1000)
    with jax.enable_x64(True):
        for run in range(2):
            parameters = jax.tree.map(lambda leaf, run=run: leaf[run], result.parameters)
            table = model.probabilities(parameters, jnp.asarray(data.x_train))
            weights = model.readout_weights(parameters)
            for shots, found in result.validation_accuracy_at_shots.items():
                expected = accuracy_at_shots(table, weights, data.y_train, shots)
                assert found[run] == pytest.approx(expected, abs=1e-9)


def test_nothing_measured_has_no_shots() -> None:
    result = train(model_from_string("dnn", qubits=2), steps=1)
    assert all(np.isnan(each).all() for each in result.validation_accuracy_at_shots.values())
    with pytest.raises(ebit.EbitError, match="'dnn' has nothing that is measured"):
        train(model_from_string("dnn", qubits=2), steps=1, loss="shots", shots_per_label=3)
