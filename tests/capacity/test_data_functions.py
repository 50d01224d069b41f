"""The number of functions of the data, against the rank of the functions themselves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.capacity import data_functions
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.resources import parse_resource

MANY = 250


def rank_of_functions(model: DistributedQCNN) -> int:
    """Rank of P(00 | x) over many random parameters and inputs."""
    rng = np.random.default_rng(0)
    with jax.enable_x64(True):
        x = jnp.asarray(rng.uniform(-2 * np.pi, 2 * np.pi, (MANY, model.features)))

        def function(key: jax.Array) -> jax.Array:
            return model.probabilities(model.init(key, jnp.float64), x)[:, 0, 0]

        keys = jax.random.split(jax.random.key(1), MANY)
        table = np.asarray(jax.jit(jax.vmap(function))(keys))
    values = np.linalg.svd(table, compute_uv=False)
    return int(np.sum(values > 1e-9 * values[0]))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("mixing", [0, 2])
@pytest.mark.parametrize("resource", ["none", "bell:1", "bell:2"])
def test_against_the_rank(resource: str, mixing: int) -> None:
    model = DistributedQCNN(qubits=2, depth=6, mixing=mixing, resource=parse_resource(resource))
    assert data_functions(model) == rank_of_functions(model) < MANY


def test_four_pairs_of_four_qubits() -> None:
    model = DistributedQCNN(qubits=4, depth=10, resource=parse_resource("bell:4"))
    assert data_functions(model) == rank_of_functions(model) == 209


@pytest.mark.parametrize(
    ("resource", "qubits"),
    [("classical", 4), ("quantum", 4), ("bell:1,concurrence=0.5", 4), ("bell:1", 8)],
)
def test_what_is_not_counted(resource: str, qubits: int) -> None:
    model = DistributedQCNN(qubits=qubits, resource=parse_resource(resource))
    with pytest.raises(EbitError) as caught:
        data_functions(model)
    assert len(str(caught.value).splitlines()) == 1
