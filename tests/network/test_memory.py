"""Stored pairs against sums over Kraus operators."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.network import (
    bell_diagonal,
    depolarise_pair,
    pair_fidelity,
    store_pair,
    werner_weights,
)
from network.conftest import error_of

Matrix = NDArray[np.complex128]
TIME = st.floats(0, 5)
T1 = st.floats(0.1, 10)
SHARE = st.floats(0.01, 1)
PAULI = [
    np.eye(2),
    np.array([[0, 1], [1, 0]]),
    np.array([[0, -1j], [1j, 0]]),
    np.array([[1, 0], [0, -1]]),
]


def random_pair(seed: int) -> Matrix:
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    state = raw @ raw.conj().T
    return np.asarray(state / np.trace(state))


def kraus(seconds: float, t1: float, t2: float) -> list[Matrix]:
    """Amplitude damping with T1, then the dephasing that is missing to T2."""
    damping = [
        np.array([[1, 0], [0, math.exp(-seconds / (2 * t1))]]),
        np.array([[0, math.sqrt(-math.expm1(-seconds / t1))], [0, 0]]),
    ]
    kept = math.exp(-seconds / t2 + seconds / (2 * t1))
    flips = [math.sqrt((1 + kept) / 2) * PAULI[0], math.sqrt((1 - kept) / 2) * PAULI[3]]
    return [np.asarray(b @ a, dtype=np.complex128) for a in damping for b in flips]


@given(st.integers(0, 99), TIME, st.tuples(T1, T1), st.tuples(SHARE, SHARE))
def test_stored_pairs_are_kraus_sums(
    seed: int, seconds: float, t1: tuple[float, float], share: tuple[float, float]
) -> None:
    t2 = (2 * t1[0] * share[0], 2 * t1[1] * share[1])
    state = random_pair(seed)
    wanted = np.zeros((4, 4), dtype=np.complex128)
    for first in kraus(seconds, t1[0], t2[0]):
        for second in kraus(seconds, t1[1], t2[1]):
            operator = np.kron(first, second)
            wanted += operator @ state @ operator.conj().T
    np.testing.assert_allclose(store_pair(state, seconds, t1=t1, t2=t2), wanted, atol=1e-12)


@given(st.integers(0, 99), TIME, T1)
def test_depolarised_pairs_are_kraus_sums(seed: int, seconds: float, coherence: float) -> None:
    state, kept = random_pair(seed), math.exp(-seconds / coherence)
    mixed = np.zeros((4, 4), dtype=np.complex128)
    for first in PAULI:
        for second in PAULI:
            operator = np.kron(first, second)
            mixed += operator @ state @ operator.conj().T / 16
    wanted = kept * state + (1 - kept) * mixed
    np.testing.assert_allclose(depolarise_pair(state, seconds, coherence), wanted, atol=1e-12)


@given(st.floats(0.25, 1), TIME)
def test_closed_forms(fidelity: float, seconds: float) -> None:
    pair = bell_diagonal(werner_weights(fidelity))
    werner = pair_fidelity(depolarise_pair(pair, seconds, 2.0))
    assert werner == pytest.approx(0.25 + (fidelity - 0.25) * math.exp(-seconds / 2))
    dephased = pair_fidelity(store_pair(pair, seconds, t2=(3.0, 1.0)))
    e = (1 - fidelity) / 3
    kept = math.exp(-seconds / 3 - seconds / 1)
    assert dephased == pytest.approx((fidelity + e) / 2 + (fidelity - e) / 2 * kept)


def test_waiting_for_ever_relaxes_to_zero() -> None:
    pair = bell_diagonal([1, 0, 0, 0])
    stored = store_pair(pair, 1e6, t1=(1.0, 2.0), t2=(1.0, 1.0))
    np.testing.assert_allclose(stored, np.diag([1, 0, 0, 0]), atol=1e-12)
    unchanged = store_pair(pair, 1e6, t2=(math.inf, math.inf))
    np.testing.assert_allclose(unchanged, pair)


@given(st.integers(0, 99), TIME, TIME)
def test_two_waits_are_one(seed: int, first: float, second: float) -> None:
    state = random_pair(seed)
    times = {"t1": (1.0, 2.0), "t2": (1.5, 0.5)}
    twice = store_pair(store_pair(state, first, **times), second, **times)
    np.testing.assert_allclose(twice, store_pair(state, first + second, **times), atol=1e-12)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"seconds": -1.0}, "`seconds` must be at least 0, but is -1.0."),
        ({"seconds": math.nan}, "`seconds` must be at least 0, but is nan."),
        ({"t1": (1.0, 1.0), "t2": (1.0, 2.1)}, "`t2` must be at most 2 t1 = 2 s, but is 2.1 s."),
        ({"t1": (0.0, 1.0)}, "`t1` must be more than 0, but is 0.0."),
        ({"t2": (math.nan, 1.0)}, "`t2` must be more than 0, but is nan."),
        ({"state": np.eye(4)}, "`state` must be finite with trace 1"),
        ({"state": np.eye(2) / 2}, "`state` must have shape (4, 4), but has shape (2, 2)."),
    ],
)
def test_bad_input(given_: dict[str, object], message: str) -> None:
    good = {"state": np.eye(4) / 4, "seconds": 1.0, "t2": (1.0, 1.0)}
    assert message in error_of(store_pair, **{**good, **given_})


def test_bad_coherence_time() -> None:
    error = error_of(depolarise_pair, np.eye(4) / 4, 1.0, 0.0)
    assert error == "Argument `coherence_time` must be more than 0, but is 0.0."
