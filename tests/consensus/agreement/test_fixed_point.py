"""Fixed point: what is hashed does not depend on the last bits of a float."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.consensus.agreement.fixed_point import (
    GUARD,
    SCALE,
    add_trimmed_mean,
    divided,
    from_fixed,
    to_fixed,
)
from ebit.errors import EbitError


@given(total=st.integers(-(2**50), 2**50), count=st.integers(1, 999))
def test_division_rounds_as_fractions_do(total: int, count: int) -> None:
    assert divided(np.array([total]), count)[0] == round(Fraction(total, count))


@given(
    edge=st.integers(-(2**30), 2**30),
    away=st.floats(-0.9 * GUARD, 0.9 * GUARD),
    noise=st.floats(-0.05 * GUARD, 0.05 * GUARD),
)
def test_two_processors_round_alike_near_an_edge(edge: int, away: float, noise: float) -> None:
    """Both are off by another rounding error; the exact value decides for both."""
    exact = Fraction(2 * edge + 1, 2 * SCALE) + Fraction(away)
    both = [to_fixed(np.array([float(exact) + e]), lambda _: exact)[0] for e in (noise, -noise)]
    assert both == [round(exact * SCALE)] * 2


def test_exact_values_are_asked_for_near_edges_only() -> None:
    asked: list[int] = []

    def exact(k: int) -> Fraction:
        asked.append(k)
        return Fraction(0)

    to_fixed(np.array([0.25, 2.5 / SCALE, 0.1]), exact)
    assert asked == [1]


@given(st.lists(st.integers(-(2**50), 2**50), min_size=1, max_size=5))
def test_units_come_back(units: list[int]) -> None:
    assert to_fixed(from_fixed(np.array(units))).tolist() == units


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_numbers_without_end_are_refused(value: float) -> None:
    with pytest.raises(EbitError, match="must be finite and below"):
        to_fixed(np.array([value]))


def test_the_trimmed_mean_is_that_of_scipy() -> None:
    from scipy.stats import trim_mean

    random = np.random.default_rng(0)
    values = random.integers(-(2**31), 2**31, size=(7, 5))
    found = add_trimmed_mean(2)(np.zeros(5, np.int64), dict(enumerate(values)))
    assert np.abs(found - trim_mean(values, 2 / 7)).max() <= 0.5
