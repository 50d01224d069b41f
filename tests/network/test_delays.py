"""Light, loss and attempts."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.network import attempt_period, expected_pair_time, light_delay, transmission
from network.conftest import error_of


def test_published_numbers() -> None:
    """The link of Neumann et al. 2022 loses 79 dB; light in vacuum needs 1 s for 299792.458 km."""
    assert transmission(248.0, 79 / 248) == pytest.approx(10**-7.9)
    assert light_delay(299_792.458, 1.0) == pytest.approx(1.0)
    assert light_delay(1.0) == pytest.approx(4.9e-6, rel=1e-3)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 2))
def test_lengths_add_up(first: float, second: float, loss: float) -> None:
    both = transmission(first, loss) * transmission(second, loss)
    assert transmission(first + second, loss) == pytest.approx(both)
    assert light_delay(first + second) == pytest.approx(light_delay(first) + light_delay(second))


def test_pair_times_are_those_of_random_attempts() -> None:
    rng = np.random.default_rng(0)
    attempts = rng.geometric(0.02, size=40_000)
    error = attempts.std() / math.sqrt(attempts.size) * 1e-3
    assert expected_pair_time(0.02, 1e-3) == pytest.approx(attempts.mean() * 1e-3, abs=4 * error)
    assert expected_pair_time(0.0, 1e-3) == math.inf


def test_attempts_wait_for_light_and_hardware() -> None:
    assert attempt_period(1e-3, 1e-6) == pytest.approx(1.001e-3)
    assert attempt_period(1e-3, 1e-6, qubits=10) == pytest.approx(1.001e-4)
    assert attempt_period(1e-6, 1e-3, qubits=10) == 1e-3


@pytest.mark.parametrize(
    ("call", "values", "message"),
    [
        (light_delay, (-1.0,), "`length` must be at least 0, but is -1.0."),
        (light_delay, (1.0, 0.5), "`refractive_index` must be at least 1, but is 0.5."),
        (light_delay, (math.nan,), "`length` must be at least 0, but is nan."),
        (transmission, (math.inf,), "`length` must be at least 0, but is inf."),
        (transmission, (1.0, -0.2), "`loss` must be at least 0, but is -0.2."),
        (attempt_period, (-1.0,), "`delay` must be at least 0, but is -1.0."),
        (attempt_period, (1.0, -1.0), "`attempt_time` must be at least 0, but is -1.0."),
        (expected_pair_time, (1.5, 1.0), "`probability` must be from 0 to 1, but is 1.5."),
        (expected_pair_time, (0.5, 0.0), "`period` must be a number more than 0, but is 0.0."),
    ],
)
def test_bad_input(call: Callable[..., Any], values: tuple[float, ...], message: str) -> None:
    assert message in error_of(call, *values)
