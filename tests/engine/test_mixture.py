r"""A mixture is the sum of its values: P = \sum_m w_m P_m."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from circuit_strategies import table_of
from ebit import DistributedQCNN, Noise
from ebit.models.readout import READOUTS
from random_circuits import circuit_model, random_data, random_parameters

NOISE = Noise(two_qubit_error=0.02, flip_one=0.05)


def distributed(resource: str, **settings: Any) -> DistributedQCNN:
    model = circuit_model(resource, 2, 2, 1)
    assert isinstance(model, DistributedQCNN)
    return replace(model, **settings)


def of_value(parameters: dict[str, Any], value: int) -> dict[str, Any]:
    """Parameters of the circuit of one value."""
    leaves = {name: leaf for name, leaf in parameters.items() if name not in ("mixture", "readout")}
    own: dict[str, Any] = jax.tree.map(lambda leaf: leaf[value], leaves)
    return {**own, "readout": parameters["readout"]}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [None, NOISE])
@pytest.mark.parametrize(
    ("mixture", "alone"),
    [("mixture:3", "none"), ("mixture:2+bell:1,fidelity=0.9", "bell:1,fidelity=0.9")],
)
def test_sum_of_the_values(mixture: str, alone: str, noise: Noise | None) -> None:
    model, single = distributed(mixture, noise=noise), distributed(alone, noise=noise)
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    weights = np.exp(parameters["mixture"]) / np.exp(parameters["mixture"]).sum()
    tables = [table_of(single, of_value(parameters, m), x) for m in range(len(weights))]
    expected = np.tensordot(weights, tables, axes=1)
    assert_allclose(table_of(model, parameters, x), expected, atol=1e-12)


def test_one_value_is_no_shared_randomness() -> None:
    model, none = distributed("mixture:1"), distributed("none")
    assert model.num_parameters == none.num_parameters
    parameters = model.init(jax.random.key(3))
    same = none.init(jax.random.key(3))
    jax.tree.map(np.testing.assert_array_equal, parameters, same)
    x = random_data(model, np.random.default_rng(0))
    assert_allclose(table_of(model, parameters, x), table_of(none, same, x), atol=1e-12)


@pytest.mark.parametrize("resource", ["mixture:4", "mixture:3+bell:2"])
@pytest.mark.parametrize("readout", READOUTS)
def test_all_parameters_are_counted(resource: str, readout: str) -> None:
    model = distributed(resource, readout=readout)
    parameters = model.init(jax.random.key(0))
    assert model.num_parameters == sum(leaf.size for leaf in jax.tree.leaves(parameters))
    assert parameters["mixture"].tolist() == [0.0] * model.resource.values
    assert len(np.unique(parameters["convolution"][0])) == parameters["convolution"][0].size
