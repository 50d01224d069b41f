"""The effective dimension is the rank of the Jacobian of `model.probabilities`, for any model."""

from typing import Any

import jax
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import ebit
from ebit.capacity import effective_dimension, fisher_information
from ebit.capacity.points import Layout, random_points
from ebit.models import DistributedQCNN
from ebit.physics import Noise

LOCAL = Noise(two_qubit_error=0.05, gate_damping=0.1, flip_one=0.03)
PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])


def model_of(resource: str, depth: int, noise: Noise | None, **settings: Any) -> DistributedQCNN:
    shared = ebit.parse_resource(resource)
    return DistributedQCNN(qubits=2, depth=depth, resource=shared, noise=noise, **settings)


def numerical_rank(model: Any, x: Any, seed: int, outcomes: str) -> int:
    """Rank of the Jacobian of all outcomes of all inputs at a random point."""
    layout = Layout.of(model)
    with jax.enable_x64(True):
        point = layout.cut(random_points(layout, 1, seed)[0])
        row, back = ravel_pytree(
            {
                name: jax.numpy.asarray(v)
                if name in ("mixing", "schmidt", "mixture")
                else tuple(map(jax.numpy.asarray, v))
                for name, v in point.items()
            }
        )

        made = model.init(jax.random.key(0), np.float64)
        readout = {name: made[name] for name in made.keys() - point.keys()}

        def outcome_probabilities(row: jax.Array) -> jax.Array:
            table = model.probabilities({**readout, **back(row)}, x)
            return (table * PARITY).sum((1, 2)) if outcomes == "parity" else table

        jacobian = np.asarray(jax.jit(jax.jacrev(outcome_probabilities))(row))
    values = np.linalg.svd(jacobian.reshape(-1, len(row)), compute_uv=False)
    return int(np.sum(values > 1e-9 * values[0]))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("resource", "noise", "rank"),
    [
        ("quantum,fidelity=0.9", None, 22),
        ("classical", LOCAL, 20),
        ("bell:1", LOCAL, 20),
        pytest.param("none", LOCAL, None, marks=pytest.mark.slow),
        pytest.param("bell:2", LOCAL, None, marks=pytest.mark.slow),
        pytest.param("quantum", LOCAL, None, marks=pytest.mark.slow),
        pytest.param("classical+bell:1,fidelity=0.9", LOCAL, None, marks=pytest.mark.slow),
        pytest.param("classical+bell:1", None, None, marks=pytest.mark.slow),
        pytest.param("quantum", None, None, marks=pytest.mark.slow),
        ("designed:1", None, None),
        pytest.param("designed:2", None, None, marks=pytest.mark.slow),
        pytest.param("shared:1", LOCAL, None, marks=pytest.mark.slow),
        ("mixture:2", None, None),
        pytest.param("mixture:2+bell:1", LOCAL, None, marks=pytest.mark.slow),
        pytest.param("bell:1,fidelity=0.9", None, None, marks=pytest.mark.slow),
    ],
)
def test_rank_of_the_jacobian(resource: str, noise: Noise | None, rank: int | None) -> None:
    model = model_of(resource, 4, noise)
    x = np.random.default_rng(0).normal(size=(40, 4), scale=2)
    found = effective_dimension(model, inputs=40, points=1, data=x)
    assert found.rank == numerical_rank(model, x, 0, "joint")
    assert found.rank == rank or rank is None
    assert found.rank <= min(found.sampling_bound, found.num_parameters)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [None, LOCAL])
def test_rank_of_one_qpu(noise: Noise | None) -> None:
    """One bit; the phases of two embeddings are the identity on different states."""
    model = ebit.SingleQCNN(qubits=2, depth=2, noise=noise)
    x = np.random.default_rng(0).normal(size=(20, 4), scale=2)
    found = effective_dimension(model, inputs=20, points=1, data=x)
    assert found.rank == numerical_rank(model, x, 0, "joint")
    assert found.rank <= min(found.sampling_bound, found.num_parameters)
    assert effective_dimension(model, inputs=20, points=1).rank == found.rank


def test_haar_inputs_with_noise_that_hardly_does_anything() -> None:
    """The generic way and the local form give the same information."""
    clean = model_of("bell:1", 1, None)
    noisy = model_of("bell:1", 1, Noise(flip_one=1e-13))
    parameters = clean.init(jax.random.key(0))
    assert noisy.engine.local_form is None
    found, expected = (fisher_information(model, parameters) for model in (noisy, clean))
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_norm_of_schmidt_coefficients_means_nothing() -> None:
    """Their own direction is in the kernel of the Fisher information."""
    model = model_of("designed:1", 1, None)
    parameters = model.init(jax.random.key(0)) | {"schmidt": np.array([1.5, -0.4])}
    information = fisher_information(model, parameters, inputs=5)
    assert information.shape == (14, 14)
    np.testing.assert_allclose(information[:, -2:] @ parameters["schmidt"], 0, atol=1e-12)
    assert information[-1, -1] > 1e-3
