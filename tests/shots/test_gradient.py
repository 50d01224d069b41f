from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebit import BellPairs, DistributedDNN, DistributedQCNN, EbitError
from ebit.models import make_loss
from ebit.shots import parameter_shift_gradient
from random_circuits import Circuit, circuit_model, random_data, random_parameters

CASES = [
    ("bell:1", 2, 2, 1), ("classical+bell:1", 2, 1, 0), ("quantum", 2, 1, 1), ("none", 4, 1, 0),
    ("classical", 3, 1, 1), ("single", 4, 1, 1),
    ("mixture:2+bell:1", 2, 1, 0), ("designed:1", 2, 1, 1), ("designed:2", 2, 1, 0),
]  # fmt: skip
LABELS = np.array([1.0, -1.0, 1.0])


def autodiff(model: Circuit, parameters: Any, x: Any, loss: str, trained: bool) -> Any:
    """Loss and gradient of the exact expectation."""

    def value(parameters: Any) -> jax.Array:
        read_out = model.read_out(parameters, model.encode(x), trained_readout=trained)
        return make_loss(loss)(jnp.asarray(LABELS[: len(x)]), read_out)

    return jax.jit(jax.value_and_grad(value))(parameters)


def compare_with_autodiff(model: Circuit, loss: str, trained: bool) -> None:
    rng = np.random.default_rng(1)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    with jax.enable_x64(True):
        value, gradient = parameter_shift_gradient(
            model, parameters, x, LABELS, loss=loss, trained_readout=trained
        )
        expected, reference = autodiff(model, parameters, x, loss, trained)
        assert float(value) == pytest.approx(float(expected), abs=1e-12)
        jax.tree.map(lambda g, r: assert_allclose(g, r, atol=1e-10), gradient, reference)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), CASES)
def test_exact_shifts_give_the_gradient_of_autodiff(
    resource: str, qubits: int, depth: int, mixing: int
) -> None:
    compare_with_autodiff(circuit_model(resource, qubits, depth, mixing), "mse", trained=True)


def test_exact_shifts_of_the_product_loss() -> None:
    compare_with_autodiff(circuit_model("bell:1", 2), "product", trained=False)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("readout", ["parity", "fixed-parity"])
def test_exact_shifts_of_the_parity_readout(readout: str) -> None:
    compare_with_autodiff(DistributedQCNN(qubits=2, depth=1, readout=readout), "mse", trained=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("resource", "qubits"),
    [(r, n) for n in (2, 3, 4) for r in ("none", "bell:2", "classical", "single")]
    + [("bell:4", 5), ("quantum", 3)],
)
@pytest.mark.parametrize(("loss", "trained"), [("mse", True), ("product", False)])
def test_exact_shifts_of_many_models(resource: str, qubits: int, loss: str, trained: bool) -> None:
    compare_with_autodiff(circuit_model(resource, qubits, 2, 1), loss, trained)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("resource", "qubits", "loss", "repeats"),
    [
        ("bell:1", 2, "mse", 4000),
        ("bell:1", 2, "product", 2000),
        ("single", 4, "mse", 2000),
        ("mixture:2", 2, "mse", 2000),
    ],
)
def test_gradients_from_shots_are_unbiased(
    resource: str, qubits: int, loss: str, repeats: int
) -> None:
    """The mean over many repeats is within 4 standard errors, for the loss and every parameter."""
    model, trained = circuit_model(resource, qubits), loss == "mse"
    rng = np.random.default_rng(0)
    parameters = jax.tree.map(np.float32, random_parameters(model, rng))
    x = np.float32(random_data(model, rng, 2))

    def estimate(key: jax.Array) -> Any:
        return parameter_shift_gradient(
            model, parameters, x, LABELS[:2], loss=loss, trained_readout=trained, shots=3, key=key
        )

    keys = jax.random.split(jax.random.key(11), repeats)
    estimates = jax.jit(jax.vmap(estimate))(keys)
    exact = autodiff(model, parameters, x, loss, trained)
    for found, expected in zip(jax.tree.leaves(estimates), jax.tree.leaves(exact), strict=True):
        mean, std = np.mean(found, axis=0), np.std(found, axis=0)
        assert np.all(np.abs(mean - expected) <= 4 * std / np.sqrt(repeats) + 1e-5)


MODEL = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shots": 0}, "`shots` must be a whole number from 1 to 1000000, but is 0"),
        ({"key": None}, "`key` is missing"),
        ({"loss": "hinge"}, "`loss` must be one of mse, product, but is 'hinge'"),
        ({"labels": np.ones(4)}, r"`labels` must have shape \(3,\).* has shape \(4,\)"),
        ({"x": np.ones((3, 5))}, r"`x` must have shape \(batch, 4\)"),
        ({"model": DistributedDNN()}, "`shots` needs a circuit that is measured"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "model": MODEL, "parameters": MODEL.init(jax.random.key(0)), "x": np.ones((3, 4)),
        "labels": LABELS, "shots": 10, "key": jax.random.key(0),
    }  # fmt: skip
    with pytest.raises(EbitError, match=message) as caught:
        parameter_shift_gradient(**{**arguments, **change})
    assert "\n" not in str(caught.value)
