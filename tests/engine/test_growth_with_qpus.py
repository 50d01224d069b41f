"""What a step of many QPUs makes grows with their number, and not faster."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import ClosedJaxpr, Jaxpr

import ebit
from ebit.engine import local_tensors
from random_circuits import random_data, random_parameters

BATCH = 64


def numbers_made(program: Any) -> int:
    """Numbers in all arrays that a program makes, those of its inner programs too."""
    total = 0
    for equation in program.eqns:
        inner = [
            value.jaxpr if isinstance(value, ClosedJaxpr) else value
            for value in jax.tree.leaves(
                list(equation.params.values()),
                is_leaf=lambda value: isinstance(value, (ClosedJaxpr, Jaxpr)),
            )
            if isinstance(value, (ClosedJaxpr, Jaxpr))
        ]
        if inner:
            total += equation.params.get("length", 1) * sum(map(numbers_made, inner))
        else:
            total += sum(math.prod(value.aval.shape) for value in equation.outvars)
    return total


def numbers_of_a_slope(qpus: int, topology: str) -> int:
    """Those of the slope of a sum of scores."""
    model = ebit.DistributedQCNN(
        qpus=qpus, qubits=3 if topology == "tree" else 2, depth=1, topology=topology,
        resource=ebit.BellPairs(1), readout="fixed-parity",
    )  # fmt: skip
    parameters = model.init(jax.random.key(0))
    encoded = jax.eval_shape(model.encode, jnp.ones((BATCH, model.features)))

    def total(parameters: Any, encoded: Any) -> jax.Array:
        return jnp.sum(model.read_out(parameters, encoded).scores)

    return numbers_made(jax.make_jaxpr(jax.grad(total))(parameters, encoded).jaxpr)


@pytest.mark.parametrize("topology", ["line", "ring", "tree"])
def test_numbers_made_grow_like_the_qpus(topology: str) -> None:
    """What is beyond twice the numbers of half as many QPUs stays; K log K would double it."""
    few, more, many = (numbers_of_a_slope(qpus, topology) for qpus in (32, 64, 128))
    assert abs(many - 2 * more) < 1.3 * abs(more - 2 * few)


@pytest.mark.parametrize("resource", ["bell:1", "ghz:5"])
def test_qpus_in_blocks(resource: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of two of five QPUs: scores and slopes are those of all at once."""
    model = ebit.model_from_string(
        resource, qpus=5, qubits=3, depth=1, topology="ring", readout="parity"
    )
    assert isinstance(model, ebit.DistributedQCNN)
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 4)

    def run() -> Any:
        def total(parameters: Any) -> Any:
            return jnp.sum(model.read_out(parameters, model.encode(x)).scores ** 2)

        return jax.jit(jax.value_and_grad(total))(parameters)

    with jax.enable_x64(True):
        expected = run()
        states, rows = (2, 4) if resource == "ghz:5" else (4, 4)
        monkeypatch.setattr(local_tensors, "_BLOCK", 2 * states * 2 * rows * 4)
        found = run()
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), found, expected)
