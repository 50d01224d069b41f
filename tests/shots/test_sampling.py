from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from ebit import DistributedDNN, EbitError
from ebit.shots import (
    MAX_SHOTS,
    check_measured,
    check_seed,
    check_shots,
    estimate_expectation,
    sample_outcomes,
)
from random_circuits import circuit_model, random_data, random_parameters

KEY = jax.random.key(3)
PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])
ROWS = 200


@pytest.fixture(scope="module")
def tables() -> Any:
    """P(a, b | x) of random circuits on random inputs: 4000 cells."""
    rng = np.random.default_rng(0)
    found = []
    for resource in ("none", "bell:1", "classical", "quantum"):
        model = circuit_model(resource, 2, depth=2)
        probabilities = jax.jit(model.probabilities)
        for _ in range(5):
            parameters, x = random_parameters(model, rng), random_data(model, rng, ROWS)
            found.append(np.asarray(probabilities(parameters, x), np.float64))
    return np.concatenate(found)


def deviations(tables: Any, weights: Any, shots: int) -> tuple[Any, Any]:
    """Error of every estimate, in exact and in estimated standard errors."""
    counts = sample_outcomes(KEY, tables, shots)
    estimate, error = estimate_expectation(counts, weights)
    exact = np.sum(weights * tables, axis=(1, 2))
    variance = np.sum(weights**2 * tables, axis=(1, 2)) - exact**2
    difference = np.asarray(estimate) - exact
    return difference / np.sqrt(variance / shots), difference / np.asarray(error)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("shots", [1, 30, 1000, 100_000])
@pytest.mark.parametrize("weights", [PARITY, np.array([[1.3, -0.4], [0.2, 0.8]])])
def test_estimates_agree_with_the_exact_read_out(tables: Any, weights: Any, shots: int) -> None:
    exact, estimated = deviations(tables, weights, shots)
    assert np.mean(np.abs(exact) <= 4) >= 0.999
    assert np.mean(exact) == pytest.approx(0, abs=4 / np.sqrt(len(exact)))
    assert np.std(exact) == pytest.approx(1, abs=0.06)
    if shots >= 30:
        assert np.mean(np.abs(estimated) <= 4) >= 0.999


def test_counts_have_the_variances_and_covariances_of_a_multinomial() -> None:
    p, shots, rows = np.array([[0.5, 0.3], [0.15, 0.05]]), 20, 20_000
    counts = np.asarray(sample_outcomes(KEY, np.tile(p, (rows, 1, 1)), shots)).reshape(rows, 4)
    flat = p.reshape(4)
    expected = shots * (np.diag(flat) - np.outer(flat, flat))
    assert_allclose(np.cov(counts.T), expected, atol=0.15)
    assert_allclose(counts.mean(axis=0), shots * flat, atol=0.07)


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float32, (3, 2, 2), elements=st.floats(0, 1, width=32)),
    st.integers(1, MAX_SHOTS),
)
def test_every_shot_has_an_outcome_that_is_possible(weight: Any, shots: int) -> None:
    weight[:, 0, 1] += 0.5
    tables = weight / weight.sum(axis=(1, 2), keepdims=True)
    counts = np.asarray(sample_outcomes(KEY, tables, shots))
    assert_array_equal(counts.sum(axis=(1, 2)), shots)
    assert_array_equal(counts, np.round(counts))
    assert np.all(counts >= 0)
    assert np.all(counts[tables == 0] == 0)


def test_rounding_errors_below_zero_are_nothing() -> None:
    tables = jnp.array([[[1.0 + 1e-7, -1e-7], [0.0, 0.0]]])
    assert_array_equal(sample_outcomes(KEY, tables, 50), [[[50, 0], [0, 0]]])


def test_the_key_decides(tables: Any) -> None:
    one, same = (sample_outcomes(KEY, tables, 10) for _ in range(2))
    assert_array_equal(one, same)
    assert np.any(one != sample_outcomes(jax.random.key(4), tables, 10))


def test_one_bit_and_agreeing_shots() -> None:
    estimate, error = estimate_expectation(np.array([[5.0, 0.0]]), np.array([1.0, -1.0]))
    assert float(estimate[0]) == 1
    q = 6 / 7
    assert float(error[0]) == pytest.approx(np.sqrt(4 * q * (1 - q) / 5))


@pytest.mark.parametrize("shots", [0, -1, MAX_SHOTS + 1, 1.5, "100", None, True, np.nan])
def test_bad_numbers_of_shots(shots: Any) -> None:
    message = f"Argument `shots` must be a whole number from 1 to 1000000, but is {shots!r}."
    with pytest.raises(EbitError) as caught:
        check_shots(shots)
    assert str(caught.value) == message
    with pytest.raises(EbitError, match="`shots`"):
        sample_outcomes(KEY, np.full((1, 2, 2), 0.25), shots)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, "x", True])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(EbitError, match="Argument `seed` must be a whole number from 0 to"):
        check_seed(seed)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(EbitError, match=r"`probabilities` .* shape \(4,\)"):
        sample_outcomes(KEY, np.full(4, 0.25), 10)
    with pytest.raises(EbitError, match=r"`counts` .* \(batch, 2, 2\), but has shape \(3, 2\)"):
        estimate_expectation(np.ones((3, 2)), PARITY)


def test_a_model_without_a_measurement() -> None:
    with pytest.raises(EbitError, match="`shots` needs a circuit that is measured, but 'dnn'"):
        check_measured(DistributedDNN())
