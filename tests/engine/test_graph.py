"""QPUs on a graph: probabilities and slopes against the interpreter of circuits, which is dense."""

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import circuit_interpreter
import ebit
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from random_circuits import random_data, random_parameters

TOPOLOGIES = [
    ("line", 3, 2), ("ring", 4, 2), ("star", 3, 2), ("complete", 3, 2), ("tree", 4, 3),
    ("grid:2x2", 4, 2), ("edges:A-B,B-C,A>C", 3, 3),
]  # fmt: skip

STENCIL = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
STEP = 0.02


@cache
def model_of(qpus: int, qubits: int, topology: str, resource: str, **settings: Any) -> Any:
    found = ebit.model_from_string(
        resource, qpus=qpus, qubits=qubits, topology=topology, **{"depth": 1, **settings}
    )
    assert isinstance(found, DistributedQCNN)
    return found


def check(model: DistributedQCNN, batch: int = 2, seed: int = 0) -> None:
    """Probabilities to 1e-10, and the slope along a random direction to 1e-8."""
    rng = np.random.default_rng(seed)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch)
    parameters.pop("readout", None)
    way = jax.tree.map(lambda leaf: rng.normal(size=np.shape(leaf)) / 4, parameters)

    def at(step: float) -> Any:
        moved = jax.tree.map(lambda leaf, part: leaf + step * part, parameters, way)
        return circuit_interpreter.probabilities(model.circuit, moved, x, deferred=True)

    shape = (batch, *len(model.circuit.wiring.qpus) * (2,))
    side = rng.normal(size=shape)

    @jax.jit
    def run(parameters: Any, x: Any) -> Any:
        table, back = jax.vjp(lambda p: model.engine.probabilities(p, model.encode(x)), parameters)
        return table, back(jnp.asarray(side))[0]

    with jax.enable_x64(True):
        found, gradient = jax.tree.map(np.asarray, run(parameters, x))
    np.testing.assert_allclose(found, at(0.0), rtol=0, atol=1e-10)
    slope = jax.tree.reduce(
        float.__add__, jax.tree.map(lambda g, w: float(np.sum(g * w)), gradient, way)
    )
    expected = sum(c * (at(k * STEP) - at(-k * STEP)) for k, c in STENCIL.items()) / STEP
    assert slope == pytest.approx(np.sum(side * expected), abs=1e-8)


@pytest.mark.parametrize(("topology", "qpus", "qubits"), TOPOLOGIES)
def test_bell_pairs_on_every_edge(topology: str, qpus: int, qubits: int) -> None:
    check(model_of(qpus, qubits, topology, "bell:1"))


def test_probabilities_have_an_axis_per_qpu() -> None:
    model = ebit.DistributedQCNN(
        qpus=3, qubits=2, depth=1, topology="line", resource=ebit.BellPairs(1)
    )
    table = jax.jit(model.probabilities)(model.init(jax.random.key(0)), jnp.ones((5, 6)))
    assert table.shape == (5, 2, 2, 2)
    np.testing.assert_allclose(table.sum(axis=(1, 2, 3)), 1, atol=1e-5)


def test_halves_that_do_not_fit() -> None:
    with pytest.raises(EbitError, match="takes 3 qubits of QPU A, which has 2: share less"):
        model_of(4, 2, "star", "bell:1")


def test_deferred_measurements_of_the_reference_are_measurements() -> None:
    model = model_of(3, 2, "line", "bell:1")
    rng = np.random.default_rng(1)
    case = model.circuit, random_parameters(model, rng), random_data(model, rng, 2)
    one, other = (circuit_interpreter.probabilities(*case, deferred=d) for d in (False, True))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
