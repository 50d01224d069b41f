"""Secret key from Werner pairs: published thresholds, and density matrices."""

import numpy as np
import pytest
from scipy.optimize import brentq

from ebit.errors import EbitError
from ebit.physics import PairState
from ebit.physics.key_rates import (
    CHSH_LEAST,
    SIX_STATE_LEAST,
    bbm92_rate,
    binary_entropy,
    error_rate,
    six_state_rate,
)


@pytest.mark.parametrize("fidelity", [0.25, 0.7, 0.95, 1.0])
def test_error_rate_is_that_of_the_density_matrix(fidelity: float) -> None:
    diagonal = PairState.werner(fidelity).density_matrix.diagonal().real
    assert error_rate(fidelity) == pytest.approx(diagonal[1] + diagonal[2], abs=1e-12)


def test_where_the_key_ends() -> None:
    e = brentq(lambda e: 1 - 2 * binary_entropy(e), 0.01, 0.4)
    assert e == pytest.approx(0.1100, abs=1e-4)
    assert 1 - 1.5 * e == pytest.approx(0.835, abs=1e-3)
    assert bbm92_rate(1 - 1.5 * e - 1e-6, correction=1.0) == 0
    assert bbm92_rate(1 - 1.5 * e + 1e-3, correction=1.0) > 0
    assert six_state_rate(SIX_STATE_LEAST + 1e-4) > 0
    assert six_state_rate(SIX_STATE_LEAST - 1e-4) == 0
    assert pytest.approx(0.780, abs=1e-3) == CHSH_LEAST


def test_a_perfect_pair_gives_one_bit() -> None:
    assert bbm92_rate(1.0) == six_state_rate(1.0) == 1
    assert bbm92_rate([0.95]) < bbm92_rate([0.95], correction=1.0)


@pytest.mark.parametrize("wrong", [0.2, 1.1, float("nan"), "x", None])
def test_a_wrong_fidelity_is_one_line(wrong: object) -> None:
    with pytest.raises(EbitError, match="`fidelity`"):
        bbm92_rate(wrong)  # type: ignore[arg-type]


def test_entropy_at_the_edges() -> None:
    np.testing.assert_allclose(binary_entropy([0.0, 0.5, 1.0]), [0, 1, 0])
