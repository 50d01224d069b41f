"""The number whose sign is the label, against its formula."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.models import DistributedDNN, DistributedQCNN, model_from_string
from ebit.resources import BellPairs
from random_circuits import circuit_model, random_data, random_parameters

PARITY = np.array([[1, -1], [-1, 1]])


def double(function: Any, *arguments: Any, **options: Any) -> Any:
    with jax.enable_x64(True):
        return np.asarray(function(*arguments, **options))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "quantum"])
@pytest.mark.parametrize("trained", [True, False])
def test_weights(resource: str, trained: bool) -> None:
    model, rng = circuit_model(resource, 2), np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    table = double(model.probabilities, parameters, x)
    weights = parameters["readout"] if trained else PARITY
    with jax.enable_x64(True):
        encoded = model.encode(x)
        found = np.asarray(model.expectation(parameters, encoded, trained_readout=trained))
    expected = np.einsum("ab,xab->x", weights, table)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("trained", [True, False])
def test_parity(trained: bool) -> None:
    model = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1), readout="parity")
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    table = double(model.probabilities, parameters, x)
    scale = parameters["readout"] if trained else 1
    with jax.enable_x64(True):
        encoded = model.encode(x)
        found = np.asarray(model.expectation(parameters, encoded, trained_readout=trained))
    expected = scale * np.einsum("ab,xab->x", PARITY, table)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("trained", [True, False])
def test_fixed_parity_has_nothing_to_train(trained: bool) -> None:
    model = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1), readout="fixed-parity")
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    assert "readout" not in parameters
    table = double(model.probabilities, parameters, x)
    with jax.enable_x64(True):
        read_out = model.read_out(parameters, model.encode(x), trained_readout=trained)
    expected = np.einsum("ab,xab->x", PARITY, table)
    np.testing.assert_allclose(read_out.scores[:, 0], expected, rtol=0, atol=1e-12)
    assert read_out.probabilities is not None
    assert read_out.probabilities.shape == (len(x), 2)
    assert read_out.weights is not None
    assert read_out.weights.tolist() == [[1.0, -1.0]]


@pytest.mark.slow
def test_gradient_of_the_weights_is_the_table() -> None:
    model, rng = circuit_model("bell:1", 2), np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)

    def total(parameters: Any) -> Any:
        return model.expectation(parameters, model.encode(x)).sum()

    with jax.enable_x64(True):
        gradient = np.asarray(jax.grad(total)(parameters)["readout"])
    table = double(model.probabilities, parameters, x)
    np.testing.assert_allclose(gradient, table.sum(axis=0), rtol=0, atol=1e-12)


def test_single_is_the_difference_of_the_probabilities() -> None:
    model, rng = circuit_model("single", 4), np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    table = double(model.probabilities, parameters, x)
    with jax.enable_x64(True):
        found = np.asarray(model.expectation(parameters, model.encode(x)))
    np.testing.assert_allclose(found, table[:, 0] - table[:, 1], rtol=0, atol=1e-12)


def test_network_formula() -> None:
    model, rng = DistributedDNN(qubits=3), np.random.default_rng(0)
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    parameters = jax.tree.map(lambda leaf: rng.normal(size=leaf.shape), shapes)
    x: Any = rng.normal(size=(5, 6))
    outputs = []
    for q, state in enumerate((x[:, :3], x[:, 3:])):
        for weights, biases in zip(parameters["weights"], parameters["biases"], strict=True):
            state = np.tanh(state @ weights[q] + biases[q])
        outputs.append(state[:, 0])
    a, b = outputs
    c = parameters["final"]
    with jax.enable_x64(True):
        found = np.asarray(model.expectation(parameters, model.encode(x)))
    expected = c[0] + c[1] * a + c[2] * b + c[3] * a * b
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("resource", ["none", "bell:2", "classical", "quantum", "single", "dnn"])
def test_encoded_rows_can_be_chosen(resource: str) -> None:
    """A minibatch is rows of what `encode` returned once for the whole data set."""
    model = model_from_string(resource, qubits=2, depth=1)
    parameters = model.init(jax.random.key(0))
    x: Any = np.random.default_rng(0).uniform(0, np.pi, (6, 4)).astype(np.float32)
    rows = np.array([4, 1, 1])
    encoded = model.encode(x)
    assert all(len(part) == 6 for part in encoded)
    chosen = model.expectation(parameters, tuple(part[rows] for part in encoded))
    everything = model.expectation(parameters, encoded)
    np.testing.assert_allclose(chosen, everything[rows], rtol=0, atol=1e-6)


@pytest.mark.parametrize("resource", ["bell:1", "single"])
def test_whole_numbers_and_lists_are_data(resource: str) -> None:
    model = circuit_model(resource, 2)
    parameters = model.init(jax.random.key(0))
    reals = model.probabilities(parameters, jnp.array([[0.0, 1.0, 2.0, 3.0]]))
    whole: Any
    for whole in ([[0, 1, 2, 3]], np.array([[0, 1, 2, 3]])):
        np.testing.assert_array_equal(model.probabilities(parameters, whole), reals)
