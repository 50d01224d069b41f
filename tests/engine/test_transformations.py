"""The probabilities do not depend on how JAX computes them: precision, batch, jit, vmap."""

from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuit_strategies import (
    ANY,
    BATCH,
    ONE_ROUND,
    Case,
    Shape,
    any_case,
    cases,
    compiled,
    data_sets,
    model_of,
    parameter_sets,
    table_of,
)
from random_circuits import random_data, random_parameters

WAYS: list[Shape] = [
    ("none", 4),
    ("bell:1", 5),
    ("bell:1", 2),
    ("bell:2", 4),
    ("classical", 4),
    ("classical+bell:1", 2),
    ("quantum", 2),
    ("quantum", 3),
    ("single", 4),
    ("none", 4, ONE_ROUND),
    ("classical", 3, ONE_ROUND),
    ("quantum", 3, ONE_ROUND),
]
"""Every way in which an engine computes a batch."""


@pytest.mark.slow
@any_case
@given(st.data())
def test_single_precision_agrees(data: st.DataObject) -> None:
    """For angles of at most a turn and features of at most half a turn."""
    model = model_of(*data.draw(st.sampled_from(ANY)))
    parameters = data.draw(parameter_sets(model, 2 * np.pi))
    x = data.draw(data_sets(model, np.pi))
    single = jax.tree.map(lambda leaf: leaf.astype(np.float32), parameters)
    table = np.asarray(compiled(model)(single, x.astype(np.float32)))
    assert table.dtype == np.float32
    np.testing.assert_allclose(table, table_of(model, parameters, x), rtol=0, atol=1e-5)


@pytest.mark.slow
@any_case
@given(cases(ANY))
def test_batch_is_row_by_row(case: Case) -> None:
    model, parameters, x = case
    rows = [table_of(model, parameters, x[i : i + 1]) for i in range(BATCH)]
    np.testing.assert_allclose(np.concatenate(rows), table_of(*case), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "resource",
    [
        "bell:3",
        "classical",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("none", "bell:2", "quantum")),
    ],
)
def test_large_batch_is_row_by_row(resource: str) -> None:
    """An engine may choose another way for many samples, but not another result."""
    model, rng = model_of(resource, 4, mixing=0), np.random.default_rng(5)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1500)
    table = table_of(model, parameters, x)
    rows = [table_of(model, parameters, x[i : i + 1]) for i in (0, 749, 1499)]
    np.testing.assert_allclose(np.concatenate(rows), table[[0, 749, 1499]], rtol=0, atol=1e-12)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("shape", WAYS)
def test_compiled_equals_eager(shape: Shape) -> None:
    model, rng = model_of(*shape), np.random.default_rng(2)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    with jax.enable_x64(True):
        eager = np.asarray(model.probabilities(parameters, x))
    np.testing.assert_allclose(table_of(model, parameters, x), eager, rtol=0, atol=1e-12)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shape", WAYS)
def test_vectorised_parameters_equal_a_loop(shape: Shape) -> None:
    """Many runs in one program: vmap over the parameters, of values and of gradients."""
    model, rng = model_of(*shape), np.random.default_rng(3)
    runs = [random_parameters(model, rng) for _ in range(3)]
    x = random_data(model, rng)

    def loss(parameters: Any) -> Any:
        return model.probabilities(parameters, x)[:, 0].sum()

    with jax.enable_x64(True):
        step = jax.value_and_grad(loss)
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *runs)
        found = jax.tree.map(np.asarray, jax.jit(jax.vmap(step))(stacked))
        one = jax.jit(step)
        loop = [jax.tree.map(np.asarray, one(run)) for run in runs]
    wanted = jax.tree.map(lambda *leaves: np.stack(leaves), *loop)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
