"""Closed forms of waiting pairs against the density matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.errors import EbitError
from ebit.physics import (
    BELL,
    PairState,
    bell_pair_decay,
    cutoff_age,
    depolarising,
    idling,
    pair_coherence,
    pauli_coherence,
    teleportation_fidelity,
    werner_decay,
    werner_fidelity,
    werner_parameter,
)

TIME = st.floats(1e-3, 1e3)


@given(st.floats(0.25, 1), TIME, TIME, TIME)
def test_werner_decay(fidelity: float, age: float, first: float, second: float) -> None:
    """Each half depolarises with a time constant of its own."""
    lost = [depolarising(1 - np.exp(-age / time)) for time in (first, second)]
    wanted = PairState.werner(fidelity).through(*lost).fidelity
    w = werner_decay(werner_parameter(fidelity), age, pair_coherence(first, second))
    assert werner_fidelity(w) == pytest.approx(wanted)


@given(TIME, TIME, st.floats(0.01, 2))
def test_relaxing_memories(age: float, t1: float, ratio: float) -> None:
    half = idling(age, t1, ratio * t1)
    wanted = BELL.through(half, half).fidelity
    assert bell_pair_decay(age, t1, ratio * t1) == pytest.approx(wanted)


def test_memories_of_equal_pauli_errors() -> None:
    """An error at rate 1/T, X, Y or Z: a half that had an odd number of one kind is wrong."""
    steps, age, time = 20_000, 0.7, 1.3
    error = age / steps / time
    channel = np.linalg.matrix_power(np.diag([1, *3 * [1 - 4 / 3 * error]]), steps)
    wanted = BELL.through(channel, channel).fidelity
    each = pauli_coherence(time)
    found = werner_fidelity(werner_decay(1.0, age, pair_coherence(each, each)))
    assert found == pytest.approx(wanted, abs=1e-4)
    assert pair_coherence(each, each) == pytest.approx(3 / 8 * time)


@given(st.floats(0.05, 1), st.floats(0.05, 1), TIME)
def test_a_pair_is_as_good_as_asked_for_at_the_cutoff(w: float, least: float, time: float) -> None:
    age = cutoff_age(w, least, time)
    assert werner_decay(w, age, time) == pytest.approx(min(w, least))
    assert (age == 0) == (w <= least)


def test_without_decay() -> None:
    assert pair_coherence(np.inf, np.inf) == np.inf
    assert werner_decay(0.9, [0.0, 1e9], np.inf).tolist() == [0.9, 0.9]
    assert bell_pair_decay([0.0, 1e300], np.inf, np.inf).tolist() == [1, 1]
    assert cutoff_age(0.9, 0.95, np.inf) == 0
    assert cutoff_age(0.9, 0.5, np.inf) == np.inf


def test_teleportation() -> None:
    """A Werner pair depolarises the qubit with 1 - w: average fidelity (1 + w) / 2."""
    for fidelity in (0.25, 0.8, 1.0):
        w = werner_parameter(fidelity)
        assert teleportation_fidelity(fidelity) == pytest.approx((1 + w) / 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: werner_parameter(1.1), "`fidelity` must be from 0 to 1, but holds 1.1."),
        (lambda: werner_fidelity([0, -1]), "`parameter` must be from -0.333333 to 1, but holds -1"),
        (lambda: werner_decay(1, -1.0, 1), "`age` must be at least 0, but holds -1."),
        (lambda: bell_pair_decay(1, -1.0, 1), "`t1` must be at least 0, but holds -1."),
        (lambda: cutoff_age(1, 0.0, 1), "`least` must be from"),
        (lambda: pair_coherence(np.nan, 1), "`first` must be at least 0, but holds nan."),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(EbitError) as error:
        call()  # type: ignore[operator]
    assert message in str(error.value)
