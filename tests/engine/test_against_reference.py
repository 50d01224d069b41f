"""Joint probabilities and their gradients agree with the dense reference, in double precision."""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

import dense_reference as dense
from random_circuits import circuit_model, random_data, random_parameters

DEPTHS = (1, 3, 20)
MIXINGS = (0, 3)
LARGE = (
    "none",
    "bell:2",
    "bell:2,concurrence=0.6",
    "classical",
    "classical+bell:1",
    "quantum",
    "single",
)
# What every push checks; the rest of the matrix is marked slow.
FAST = {(2, 1), (4, 3)}
LARGE_FAST = {(5, "bell:2", 0), (5, "bell:2", 1), (5, "single", 1), (8, "single", 1)}


def resources(qubits: int) -> list[str]:
    """Every resource, with no, some and all qubits paired."""
    return [
        "none",
        *(f"bell:{pairs}" for pairs in range(qubits + 1)),
        "bell:1,concurrence=0.6",
        f"bell:{qubits},concurrence=0.3",
        "classical",
        "classical+bell:1",
        "classical+bell:1,concurrence=0.6",
        f"classical+bell:{qubits}",
        "quantum",
        "single",
    ]


def matrix() -> Iterator[Any]:
    """All cases of 2 to 4 qubits, and for 5 and 8 qubits every way to compute them."""
    for qubits in (2, 3, 4):
        for resource in resources(qubits):
            for depth in DEPTHS:
                for mixing in MIXINGS:
                    marks = [] if (qubits, depth) in FAST else [pytest.mark.slow]
                    yield pytest.param(resource, qubits, depth, mixing, marks=marks)
    for qubits in (5, 8):
        for resource in LARGE:
            for mixing in (0, 1):
                marks = [] if (qubits, resource, mixing) in LARGE_FAST else [pytest.mark.slow]
                yield pytest.param(resource, qubits, 1, mixing, marks=marks)
        yield pytest.param(f"bell:{qubits}", qubits, 1, 0, marks=pytest.mark.slow)


@pytest.mark.sampled(7)
@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), list(matrix()))
def test_probabilities_and_gradient(resource: str, qubits: int, depth: int, mixing: int) -> None:
    check(resource, qubits, depth, mixing, "halves")


def one_round() -> Iterator[Any]:
    """All cases of 2 to 4 qubits with one or two layers, and 5 qubits with one."""
    for qubits, depth in ((2, 2), (3, 1), (4, 1), (5, 1)):
        for resource in LARGE if qubits == 5 else resources(qubits):
            for mixing in (0, 1):
                fast = (qubits, mixing) in {(2, 0), (3, 1)} or (qubits == 5 and not mixing)
                marks = [] if fast else [pytest.mark.slow]
                yield pytest.param(resource, qubits, depth, mixing, marks=marks)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), list(one_round()))
def test_all_but_one(resource: str, qubits: int, depth: int, mixing: int) -> None:
    check(resource, qubits, depth, mixing, "all-but-one")


def check(resource: str, qubits: int, depth: int, mixing: int, pooling: str) -> None:
    """Compare probabilities and the gradient of their sum with random weights."""
    model = circuit_model(resource, qubits, depth, mixing, pooling)
    rng = np.random.default_rng([qubits, depth, mixing])
    parameters = random_parameters(model, rng)
    x = random_data(model, rng, batch=2 if qubits >= 5 else 3)
    cotangent = rng.normal(size=(len(x), 2) if resource == "single" else (len(x), 2, 2))

    @jax.jit
    def both(parameters: Any, x: Any, cotangent: Any) -> Any:
        table, pull_back = jax.vjp(lambda p: model.probabilities(p, x), parameters)
        return table, pull_back(cotangent)[0]

    with jax.enable_x64(True):
        table, gradient = jax.tree.map(np.asarray, both(parameters, x, cotangent))
    assert table.dtype == np.float64

    expected = dense.probabilities(parameters, x, qubits=qubits, resource=resource, layout=pooling)
    np.testing.assert_allclose(table, expected, rtol=0, atol=1e-10)

    slopes = dense.gradient(
        parameters, x, cotangent, qubits=qubits, resource=resource, layout=pooling
    )
    for name, expected_leaf in slopes.items():
        leaves = zip(jax.tree.leaves(gradient[name]), jax.tree.leaves(expected_leaf), strict=True)
        for found, wanted in leaves:
            assert found.dtype == np.float64
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-8, err_msg=name)
