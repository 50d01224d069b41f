"""Fisher information of K QPUs, of classes and of numbers, against dense derivatives."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import circuit_interpreter
import ebit
from ebit.capacity import effective_dimension, fisher_information
from ebit.errors import EbitError
from random_circuits import random_data, random_parameters

STENCIL = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
STEP = 0.02


def model_of(resource: str = "bell:1", **settings: Any) -> Any:
    size = {} if "sizes" in settings else {"qubits": 2}
    return ebit.model_from_string(resource, **{"qpus": 3, "depth": 1, **size, **settings})


def dense(model: Any, parameters: Any, x: Any, outcomes: str) -> Any:
    """The sum over inputs and outcomes, with derivatives by differences of the dense circuit."""
    with jax.enable_x64(True):
        row, back = ravel_pytree({k: jax.tree.map(jnp.asarray, v) for k, v in parameters.items()})
    bits = len(model.circuit.outcomes)

    def results(row: Any) -> Any:
        own = jax.tree.map(np.asarray, back(jnp.asarray(row)))
        readout = own.pop("readout", None)
        scale = own.pop("scale", 1.0)
        table = circuit_interpreter.probabilities(model.circuit, own, x, deferred=True)
        if outcomes == "joint":
            return table.reshape(len(x), -1)
        if outcomes == "parity":
            signs = np.prod(1 - 2 * np.indices(bits * (2,)), axis=0)
            mean = np.tensordot(table, signs, bits)
            return np.stack([1 + mean, 1 - mean], axis=1) / 2
        weights = np.reshape(readout, (-1, 2**bits))
        scores = scale * table.reshape(len(x), -1) @ weights.T
        if outcomes == "numbers":
            return scores
        if scores.shape[1] == 1:
            scores = np.concatenate([-scores, scores], axis=1)
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)

    with jax.enable_x64(True):
        slopes = []
        for one in np.eye(len(row)):
            moved = [
                c * (results(row + k * STEP * one) - results(row - k * STEP * one))
                for k, c in STENCIL.items()
            ]
            slopes.append(sum(moved) / STEP)
        values = 1.0 if outcomes == "numbers" else results(np.asarray(row))
    return np.einsum("ibo,jbo->ij", slopes, np.array(slopes) / values) / len(x)


CASES: list[Any] = [
    ("joint", "bell:1", {}),
    pytest.param("parity", "ghz:3", {"topology": "complete"}, marks=pytest.mark.slow),
    pytest.param("joint", "classical", {}, marks=pytest.mark.slow),
    ("classes", "bell:1", {"scores": 3}),
    pytest.param("classes", "bell:1", {"qpus": 2}, marks=pytest.mark.slow),
    ("numbers", "bell:1", {"sizes": "3,2"}),
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("outcomes", "resource", "settings"), CASES)
def test_the_information_of_the_dense_circuit(
    outcomes: str, resource: str, settings: dict[str, Any]
) -> None:
    settings = {"qpus": 2, **settings} if "sizes" in settings else settings
    model = model_of(resource, **settings)
    rng = np.random.default_rng(1)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 3)
    if outcomes in ("joint", "parity"):
        parameters = {k: v for k, v in parameters.items() if k not in ("readout", "scale")}
    found = fisher_information(model, parameters, inputs=3, data=x, outcomes=outcomes)
    np.testing.assert_allclose(found, dense(model, parameters, x, outcomes), rtol=0, atol=1e-8)


@pytest.mark.slow
def test_a_third_qpu_that_does_nothing_adds_its_own_information() -> None:
    """Two QPUs and random unitaries: the way of two QPUs and that of a graph agree."""
    pair = model_of(qpus=2)
    three = model_of("bell:1;B-C=none")
    rng = np.random.default_rng(2)
    parameters = random_parameters(three, rng)
    own = jax.tree.map(lambda leaf: leaf[:2], {**parameters, "readout": np.ones((2, 2))})
    whole = fisher_information(three, parameters, inputs=6, seed=1)
    assert whole.shape == (18, 18)
    assert np.linalg.matrix_rank(whole, tol=1e-9) > np.linalg.matrix_rank(
        fisher_information(pair, own, inputs=6, seed=1), tol=1e-9
    )


def test_random_unitaries_are_the_embedding_if_they_are_those_of_data() -> None:
    model = model_of("bell:1", topology="ring", mixing=1)
    rng = np.random.default_rng(3)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 2)
    parameters.pop("readout")
    from ebit.capacity.inputs import data_inputs

    local = [data_inputs(np.tile(x[:, 2 * k : 2 * k + 2], 2)).local[0] for k in range(3)]
    with jax.enable_x64(True):
        found = jax.jit(model.engine.probabilities_behind)(parameters, jnp.asarray(local))
        expected = jax.jit(model.probabilities)({**parameters, "readout": np.ones((2, 2, 2))}, x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.slow
def test_the_effective_dimension_of_three_qpus() -> None:
    """Without anything shared it is that of its QPUs, each of which has one outcome per input."""
    alone = effective_dimension(model_of("none"), inputs=20, points=2)
    assert (alone.sampling_bound, alone.num_parameters) == (60, 18)
    line = effective_dimension(model_of("bell:1"), inputs=20, points=2)
    assert line.sampling_bound == 120
    assert alone.rank <= line.rank <= 18


def test_the_row() -> None:
    settings = ebit.CapacitySettings(
        resource="bell:1", qpus=3, qubits=2, depth=1, inputs=5, points=1
    )
    row, _ = ebit.capacity_row(settings)
    assert (row.qpus, row.topology, row.sampling_bound) == (3, "line", 30)
    two = ebit.CapacitySettings(resource="none", qubits=2, depth=1, points=1)
    assert not {"qpus", "scores"} & set(two.content)


def test_bad_input() -> None:
    with pytest.raises(EbitError, match="`data` is missing: outcomes 'classes' take"):
        effective_dimension(model_of(scores=3), outcomes="classes")
    with pytest.raises(EbitError, match="at most 12 for joint outcomes, but is 13"):
        effective_dimension(model_of(qpus=13))
    with pytest.raises(EbitError, match=r"use data"):
        effective_dimension(model_of("classical"), inputs=2, points=1)
    with pytest.raises(EbitError, match="does not support the outcomes 'classes'"):
        effective_dimension(ebit.SingleQCNN(qubits=2, depth=1), outcomes="classes")
