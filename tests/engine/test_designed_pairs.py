"""A trained state of the pairs: closed cases, and that training it helps."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebit
from ebit.data import load
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.physics import density_of, pauli_of_schmidt
from ebit.resources import DesignedPairs, parse_resource
from random_circuits import circuit_model, random_data, random_parameters


def table(resource: str, parameters: Any, x: Any, qubits: int, mixing: int) -> Any:
    model = circuit_model(resource, qubits, depth=2, mixing=mixing)
    with jax.enable_x64(True):
        return np.asarray(model.probabilities(parameters, x))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("mixing", [0, 1])
@pytest.mark.parametrize(
    ("coefficients", "same"),
    [
        ([1.0, 1.0], "bell:1"),
        ([-2.0, -2.0], "bell:1"),
        ([1.0, 0.0], "none"),
        ([np.cos(0.3), np.sin(0.3)], f"bell:1,concurrence={np.sin(0.6)}"),
        ([1.0, 1.0, 1.0, 1.0], "bell:2"),
        ([2.0, 0.0, 2.0, 0.0], None),
    ],
)
def test_known_states(coefficients: list[float], same: str | None, mixing: int) -> None:
    pairs = len(coefficients).bit_length() - 1
    model = circuit_model(f"designed:{pairs}", 3, depth=2, mixing=mixing)
    rng = np.random.default_rng(pairs)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    parameters["schmidt"] = np.array(coefficients)
    found = table(f"designed:{pairs}", parameters, x, 3, mixing)
    np.testing.assert_allclose(found.sum(axis=(1, 2)), 1, atol=1e-12)
    assert found.min() > -1e-12
    if same is not None:
        del parameters["schmidt"]
        expected = table(same, parameters, x, 3, mixing)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_two_pairs_in_one_state_are_no_product() -> None:
    """What noise acts on is the state itself."""
    coefficients = np.array([0.1, 0.5, -0.3, 0.8])
    coefficients /= np.linalg.norm(coefficients)
    found = density_of(pauli_of_schmidt(coefficients, 2), 2)
    vector = np.diag(coefficients)
    np.testing.assert_allclose(found, np.einsum("ab,cd->abcd", vector, vector), atol=1e-12)


def test_starts_as_bell_pairs() -> None:
    model = DistributedQCNN(resource=DesignedPairs(1), depth=1)
    assert model.init(jax.random.key(0))["schmidt"].tolist() == [1, 1]
    assert (
        model.num_parameters
        == DistributedQCNN(resource=ebit.BellPairs(1), depth=1).num_parameters + 2
    )


@pytest.mark.slow
def test_coefficients_are_trained() -> None:
    """From a product state with a trace of entanglement to more than the classical bound."""
    data = load("chsh")
    model = DistributedQCNN(qubits=2, depth=4, resource=DesignedPairs(1))
    start = model.init(jax.random.key(0)) | {"schmidt": jnp.asarray([1.0, 0.1])}
    encoded = model.encode(jnp.asarray(data.x_train))

    def loss(parameters: Any) -> jax.Array:
        return -jnp.mean(data.y_train * model.expectation(parameters, encoded))

    slope = jax.grad(loss)(start)["schmidt"]
    assert np.all(np.isfinite(slope))
    assert np.abs(slope).max() > 1e-4


def test_bad_input() -> None:
    with pytest.raises(EbitError, match="at most 4 qubits"):
        DistributedQCNN(qubits=5, resource=DesignedPairs(1))
    with pytest.raises(EbitError, match="takes none"):
        parse_resource("designed:1,concurrence=0.5")
