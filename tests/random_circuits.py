"""Models, random parameters and random data that the tests of several layers share."""

from typing import Any

import jax
import numpy as np

from ebit.models import DistributedQCNN, SingleQCNN, model_from_string

Circuit = DistributedQCNN | SingleQCNN


def circuit_model(
    resource: str, qubits: int, depth: int = 1, mixing: int = 0, pooling: str = "halves"
) -> Circuit:
    """The quantum model behind a resource string."""
    model = model_from_string(resource, qubits=qubits, depth=depth, mixing=mixing, pooling=pooling)
    assert isinstance(model, DistributedQCNN | SingleQCNN)
    return model


def random_parameters(model: Circuit, rng: np.random.Generator) -> dict[str, Any]:
    """Float64 parameters of the right shapes, all uniform in [-2 pi, 2 pi)."""
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    parameters: dict[str, Any] = jax.tree.map(
        lambda leaf: rng.uniform(-2 * np.pi, 2 * np.pi, leaf.shape), shapes
    )
    return parameters


def random_data(model: Circuit, rng: np.random.Generator, batch: int = 3) -> Any:
    """Float64 angles (batch, features), beyond the usual [0, pi] as well."""
    return rng.normal(size=(batch, model.features), scale=2.0)
