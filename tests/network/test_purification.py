"""Purification against closed forms and against a simulation of all four qubits."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.network import bbpssw, bell_diagonal, dejmps, purify, werner_weights
from ebit.physics import Protocol
from network.conftest import error_of

Matrix = NDArray[np.complex128]
WEIGHTS = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda raw: [value / sum(raw) for value in raw]
)
FIDELITY = st.floats(0.25, 1)
BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)


def on(gates: Sequence[Matrix]) -> Matrix:
    """The gates side by side."""
    return reduce(lambda left, right: np.asarray(np.kron(left, right)), gates)


def cnot(control: int, target: int) -> Matrix:
    """CNOT on four qubits."""
    matrix = np.zeros((16, 16), dtype=np.complex128)
    for column in range(16):
        bits = [column >> (3 - qubit) & 1 for qubit in range(4)]
        bits[target] ^= bits[control]
        matrix[int("".join(map(str, bits)), 2), column] = 1
    return matrix


def simulated(pair: Matrix, rotated: bool) -> tuple[NDArray[np.float64], float]:
    """One round on qubits A1 B1 A2 B2; the weights of the kept pair and its probability."""
    state = np.kron(pair, pair)
    if rotated:
        half = np.array([[1, -1j], [-1j, 1]]) / np.sqrt(2)
        gates = on([half, half.conj(), half, half.conj()])
        state = gates @ state @ gates.conj().T
    gates = cnot(0, 2) @ cnot(1, 3)
    state = (gates @ state @ gates.conj().T).reshape([4] * 4)
    kept = state[:, 0, :, 0] + state[:, 3, :, 3]
    p = float(np.trace(kept).real)
    return np.array([(b @ kept @ b).real / p for b in BELL]), p


@given(WEIGHTS)
def test_dejmps_is_that_of_a_simulation(weights: list[float]) -> None:
    after, p = dejmps(weights)
    wanted, probability = simulated(bell_diagonal(weights), rotated=True)
    np.testing.assert_allclose(after, wanted, atol=1e-12)
    assert p == pytest.approx(probability, abs=1e-12)


@given(WEIGHTS)
def test_bbpssw_is_that_of_a_simulation(weights: list[float]) -> None:
    after, p = bbpssw(weights)
    wanted, probability = simulated(bell_diagonal(werner_weights(weights[0])), rotated=False)
    assert after[0] == pytest.approx(wanted[0], abs=1e-12)
    np.testing.assert_allclose(after, werner_weights(float(after[0])))
    assert p == pytest.approx(probability, abs=1e-12)


@given(FIDELITY)
def test_closed_forms_for_werner_pairs(f: float) -> None:
    e = (1 - f) / 3
    n = f**2 + 2 * f * e + 5 * e**2
    for step in (bbpssw, dejmps):
        after, p = step(werner_weights(f))
        assert p == pytest.approx(n)
        assert after[0] == pytest.approx((f**2 + e**2) / n)


@given(st.floats(0.501, 0.999), st.sampled_from(["bbpssw", "dejmps"]))
def test_a_round_helps_above_one_half(fidelity: float, protocol: Protocol) -> None:
    assert purify(werner_weights(fidelity), protocol, 1).fidelity > fidelity


def test_dejmps_is_faster_than_bbpssw() -> None:
    """Deutsch et al. 1996: without the twirl fewer rounds are needed."""
    slow, fast = (purify(werner_weights(0.7), p, 4) for p in ("bbpssw", "dejmps"))
    assert fast.fidelity > 0.95 > 0.85 > slow.fidelity


def test_pairs_are_those_of_all_rounds() -> None:
    one = purify(werner_weights(0.8), "dejmps", 1)
    p1 = one.success_probabilities[0]
    p2 = dejmps(one.weights)[1]
    two = purify(werner_weights(0.8), "dejmps", 2)
    assert two.success_probabilities == pytest.approx((p1, p2))
    assert two.pairs == pytest.approx(4 / (p1 * p2))
    none = purify(werner_weights(0.8), "dejmps", 0)
    assert (none.pairs, none.fidelity) == (1.0, 0.8)


@given(WEIGHTS, st.sampled_from(["bbpssw", "dejmps"]), st.integers(0, 20))
def test_weights_stay_probabilities(weights: list[float], protocol: Protocol, rounds: int) -> None:
    pair = purify(weights, protocol, rounds)
    assert min(pair.weights) >= 0
    assert sum(pair.weights) == pytest.approx(1)
    assert all(0.5 - 1e-9 <= p <= 1 + 1e-9 for p in pair.success_probabilities)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (([0.5, 0.5], "dejmps", 1), "`weights` must have shape (4,)"),
        (([0.5, 0.5, 0.5, 0.5], "dejmps", 1), "`weights` must be probabilities with sum 1"),
        (([1.5, -0.5, 0, 0], "dejmps", 1), "`weights` must be probabilities with sum 1"),
        (([float("nan"), 0, 0, 0], "dejmps", 1), "`weights` holds NaN"),
        (([1, 0, 0, 0], "epl", 1), "`protocol` must be bbpssw or dejmps, but is 'epl'."),
        (([1, 0, 0, 0], "dejmps", -1), "`rounds` must be a whole number from 0 to 1000"),
        (([1, 0, 0, 0], "dejmps", 1.5), "from 0 to 1000, but is 1.5."),
    ],
)
def test_bad_input(given_: tuple[list[float], Protocol, int], message: str) -> None:
    assert message in error_of(purify, *given_)


def test_fidelity_out_of_range() -> None:
    assert error_of(werner_weights, 1.1) == ("Argument `fidelity` must be from 0 to 1, but is 1.1.")
