"""Numbers, shapes, types and starting values of the parameters."""

from itertools import product
from typing import Any

import jax
import numpy as np
import pytest

from ebit.circuits import POOLINGS
from ebit.models import DistributedDNN, DistributedQCNN, Model, SingleQCNN, model_from_string
from ebit.models.readout import READOUTS

RESOURCES = ["none", "bell:1", "classical", "classical+bell:1", "quantum", "single", "dnn"]


def entries(parameters: Any) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(parameters))


@pytest.mark.parametrize(
    ("resource", "number"),
    [
        ("none", 264 + 4),
        ("bell:4", 264 + 4),
        ("classical", 264 + 4),
        ("quantum", 264 + 4),
        ("single", 132),
        ("dnn", 246),
    ],
)
def test_published_numbers(resource: str, number: int) -> None:
    """Four qubits per QPU and depth 20."""
    assert model_from_string(resource).num_parameters == number


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(
    ("qubits", "depth", "mixing"),
    [(2, 1, 0), (3, 2, 1), (4, 3, 2), (8, 2, 1), (10, 3, 0), (16, 1, 0)],
)
def test_number_counts_all_entries(resource: str, qubits: int, depth: int, mixing: int) -> None:
    for readout, pooling in product(READOUTS, POOLINGS):
        model = model_from_string(
            resource, qubits=qubits, depth=depth, mixing=mixing, readout=readout, pooling=pooling
        )
        shapes = jax.eval_shape(model.init, jax.random.key(0))
        assert model.num_parameters == entries(shapes)
        assert model.features == 2 * qubits
        assert model.resource_name == resource


def test_shapes_of_two_qpus() -> None:
    parameters = DistributedQCNN(qubits=4, depth=3, mixing=2).init(jax.random.key(0))
    shapes = jax.tree.map(np.shape, parameters)
    assert shapes == {
        "mixing": (2, 2, 4),
        "convolution": ((2, 3, 4), (2, 3, 2)),
        "pooling": ((2, 2, 2, 2), (2, 1, 2, 2)),
        "readout": (2, 2),
    }


def test_shapes_of_an_odd_number_of_qubits() -> None:
    parameters = DistributedQCNN(qubits=5, depth=3, mixing=2).init(jax.random.key(0))
    shapes = jax.tree.map(np.shape, parameters)
    assert shapes == {
        "mixing": (2, 2, 5),
        "convolution": ((2, 3, 5), (2, 3, 3), (2, 3, 2)),
        "pooling": ((2, 2, 2, 2), (2, 1, 2, 2), (2, 1, 2, 2)),
        "readout": (2, 2),
    }


@pytest.mark.parametrize(("qubits", "depth"), [(2, 1), (4, 20), (5, 3), (16, 2)])
def test_one_round_has_one_convolution(qubits: int, depth: int) -> None:
    model = DistributedQCNN(qubits=qubits, depth=depth, mixing=2, pooling="all-but-one")
    shapes = jax.tree.map(np.shape, model.init(jax.random.key(0)))
    assert shapes == {
        "mixing": (2, 2, qubits),
        "convolution": ((2, depth, qubits),),
        "pooling": ((2, qubits - 1, 2, 2),),
        "readout": (2, 2),
    }
    assert model.num_parameters == 2 * (2 * qubits + qubits * depth + 4 * (qubits - 1)) + 4
    single = SingleQCNN(qubits=qubits, depth=depth, pooling="all-but-one")
    assert single.num_parameters == qubits * depth + 4 * (qubits - 1)


def test_shapes_of_one_qpu() -> None:
    parameters = SingleQCNN(qubits=4, depth=3).init(jax.random.key(0))
    shapes = jax.tree.map(np.shape, parameters)
    assert shapes == {
        "mixing": (0, 4),
        "convolution": ((3, 4), (3, 2)),
        "pooling": ((2, 2, 2), (1, 2, 2)),
    }


@pytest.mark.parametrize("model", [DistributedQCNN(mixing=5), SingleQCNN(mixing=5)])
def test_angles_start_uniform_on_the_circle(model: Model) -> None:
    parameters = model.init(jax.random.key(1))
    angles = {name: leaf for name, leaf in parameters.items() if name != "readout"}
    values = np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(angles)])
    assert values.min() >= 0
    assert values.max() < 2 * np.pi
    assert len(np.unique(values)) == len(values)
    # One standard error of the mean of a uniform angle is 2 pi / sqrt(12 size).
    error = 2 * np.pi / np.sqrt(12 * len(values))
    assert abs(values.mean() - np.pi) < 4 * error
    assert values.max() - values.min() > 1.9 * np.pi


@pytest.mark.parametrize(
    ("readout", "start"), [("weights", [[1.0, -1.0], [-1.0, 1.0]]), ("parity", 1.0)]
)
def test_readout_starts_as_parity(readout: str, start: Any) -> None:
    parameters = DistributedQCNN(readout=readout).init(jax.random.key(0))
    np.testing.assert_array_equal(parameters["readout"], start)


def test_network_starts_with_unit_variance_and_the_product() -> None:
    parameters = DistributedDNN(qubits=64).init(jax.random.key(0))
    first = np.asarray(parameters["weights"][0])
    assert abs(first.std() * 8 - 1) < 0.1
    assert abs(first.mean()) < 0.02
    assert all(not np.any(bias) for bias in parameters["biases"])
    np.testing.assert_array_equal(parameters["final"], [0, 0, 0, 1])


@pytest.mark.parametrize("resource", ["bell:1", "single", "dnn"])
def test_the_key_decides(resource: str) -> None:
    model = model_from_string(resource, depth=2)
    one, same, other = (model.init(jax.random.key(seed)) for seed in (3, 3, 4))
    assert jax.tree.all(jax.tree.map(np.array_equal, one, same))
    assert not jax.tree.all(jax.tree.map(np.array_equal, one, other))


@pytest.mark.parametrize("resource", ["bell:1", "single", "dnn"])
def test_the_type_is_a_choice(resource: str) -> None:
    model = model_from_string(resource, depth=2)
    leaves = jax.tree.leaves(model.init(jax.random.key(0)))
    assert {leaf.dtype for leaf in leaves} == {np.dtype(np.float32)}
    with jax.enable_x64(True):
        leaves = jax.tree.leaves(model.init(jax.random.key(0), np.float64))
        assert {leaf.dtype for leaf in leaves} == {np.dtype(np.float64)}


def test_the_resource_does_not_change_the_start() -> None:
    """So resources can be compared run by run."""
    starts = [model_from_string(r).init(jax.random.key(7)) for r in ("none", "bell:2", "quantum")]
    for start in starts[1:]:
        assert jax.tree.all(jax.tree.map(np.array_equal, starts[0], start))
