from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from ebit import EbitError
from ebit.errors import UnsupportedError
from ebit.models import model_from_string
from ebit.shots import gradient_circuits, shift_rule
from ebit.shots.parameter_shift import shifts_of, turned_slopes, turned_states
from random_circuits import circuit_model, random_data, random_parameters


def derivative(function: Callable[[Any], Any], uses: int, place: float = 0.0) -> Any:
    """What the rule makes of a function of one angle."""
    terms = zip(*shift_rule(uses), strict=True)
    return sum(coefficient * function(place + shift) for shift, coefficient in terms)


@settings(deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda uses: arrays(np.float64, (2, uses + 1), elements=st.floats(-1, 1))
    ),
    st.floats(-10, 10),
)
def test_trigonometric_polynomials_up_to_the_degree(coefficients: Any, place: float) -> None:
    degree = np.arange(coefficients.shape[1])

    def polynomial(t: float) -> float:
        return float(coefficients[0] @ np.cos(degree * t) + coefficients[1] @ np.sin(degree * t))

    slopes = -coefficients[0] * np.sin(degree * place) + coefficients[1] * np.cos(degree * place)
    found = derivative(polynomial, len(degree) - 1, place)
    assert found == pytest.approx(float(degree @ slopes), abs=1e-11)


@pytest.mark.parametrize("uses", [1, 2, 3])
def test_one_degree_more_is_too_much(uses: int) -> None:
    assert abs(derivative(lambda t: np.sin((uses + 1) * t), uses) - (uses + 1)) > 0.1


CASES = [("bell:1", 2, 1), ("bell:1", 3, 2), ("single", 2, 1), ("single", 4, 2), ("quantum", 2, 2)]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("resource", "qubits", "uses"), CASES)
@pytest.mark.parametrize("block", ["convolution", "mixing"])
def test_layers_need_the_rule_for_as_many_bricks(
    resource: str, qubits: int, uses: int, block: str
) -> None:
    model = circuit_model(resource, qubits, depth=1, mixing=1)
    rng = np.random.default_rng(2)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 1)
    layer = parameters[block][0] if block == "convolution" else parameters[block]

    @jax.jit
    def probability(shift: Any) -> jax.Array:
        moved = jnp.asarray(layer).at[(0,) * layer.ndim].add(shift)
        new = (moved, *parameters[block][1:]) if block == "convolution" else moved
        return model.probabilities({**parameters, block: new}, x).ravel()

    with jax.enable_x64(True):
        exact = jax.jacrev(probability)(0.0)
        assert np.abs(exact).max() > 1e-3, "the angle does nothing"
        assert_allclose(derivative(probability, uses), exact, atol=1e-10)
        if uses == 2:
            assert np.abs(derivative(probability, 1) - exact).max() > 1e-3


@pytest.mark.parametrize(
    ("resource", "qubits", "depth", "mixing", "circuits"),
    [
        ("none", 2, 3, 0, 2 * (2 * 2 * 3 + 8)),
        ("bell:1", 2, 3, 2, 2 * (2 * 2 * 5 + 8)),
        ("classical", 4, 3, 1, 2 * (2 * 2 * 4 * 4 + 2 * 2 * 3 + 24)),
        ("quantum", 4, 3, 1, 2 * (2 * 2 * 4 * 4 + 2 * 2 * 2 * 3 + 24)),
        ("single", 4, 3, 0, 2 * (2 * 4 * 3 + 2 * 3 + 12)),
    ],
)
def test_two_circuits_for_every_use_of_an_angle(
    resource: str, qubits: int, depth: int, mixing: int, circuits: int
) -> None:
    shifts = shifts_of(circuit_model(resource, qubits, depth, mixing))
    assert len(shifts.angle) == len(shifts.shift) == len(shifts.coefficient) == circuits


@pytest.mark.parametrize("uses", [0, -1, 1.0, "2"])
def test_bad_numbers_of_uses(uses: Any) -> None:
    with pytest.raises(EbitError, match="Argument `uses` must be a whole number from 1"):
        shift_rule(uses)


def test_a_trained_state_takes_two_circuits_per_coefficient() -> None:
    """Its coefficients are no angles, so they come on top of the circuits of `bell:N`."""
    for pairs in (1, 2):
        designed = gradient_circuits(circuit_model(f"designed:{pairs}", 2))
        assert designed == gradient_circuits(circuit_model(f"bell:{pairs}", 2)) + 2 * 2**pairs


def test_a_product_state_has_slopes_towards_the_other_coefficients() -> None:
    """Also where one way has no length."""
    assert_allclose(turned_slopes(jnp.array([2.0, 0.0])), [0, 0.5], atol=1e-7)
    states = [turned["schmidt"] for turned in turned_states({"schmidt": jnp.array([2.0, 0.0])})]
    assert np.all(np.isfinite(states))


def test_a_trained_state_on_several_edges_is_refused() -> None:
    """Probabilities are no longer quadratic in its coefficients."""
    model = model_from_string("designed:1", qpus=3, qubits=2, depth=1)
    with pytest.raises(UnsupportedError, match="trained state that several edges share"):
        gradient_circuits(model)
