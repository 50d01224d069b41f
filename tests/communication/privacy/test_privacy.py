"""Bounds on what states tell, attacks below them, and spectra."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.communication.experiments.hardware import (
    amplitude_bits,
    clifford,
    largest_amplitudes,
)
from ebit.communication.privacy import (
    ATTACKS,
    Reupload,
    attack,
    equal_scales,
    fit_observable,
    growing_scales,
    holevo_bits,
    interaction,
    leaks,
    rebuilding_fidelity,
    spectrum,
    symmetric_bits,
)
from ebit.communication.privacy.attacks import measured_vectors, random_states
from ebit.errors import EbitError
from ebit.ledger import Ledger


@pytest.mark.parametrize(
    ("copies", "qubits", "bits", "share", "fidelity"),
    [(738, 10, 1722, 0.053, 0.419), (2402, 10, 3007, 0.092, 0.701), (738, 20, None, 2.6e-4, 7e-4)],
)
def test_the_table_of_bounds(
    copies: int, qubits: int, bits: int | None, share: float, fidelity: float
) -> None:
    found = symmetric_bits(copies, qubits)
    if bits is not None:
        assert round(found) == bits
    assert found / (32 * 2**qubits) == pytest.approx(share, rel=0.03)
    assert rebuilding_fidelity(copies, qubits) == pytest.approx(fidelity, rel=0.03)


@given(copies=st.integers(0, 300), qubits=st.integers(1, 12))
@settings(max_examples=40)
def test_equal_copies_never_carry_more_than_qubits(copies: int, qubits: int) -> None:
    exact = math.log2(math.comb(2**qubits + copies - 1, copies))
    assert symmetric_bits(copies, qubits) == pytest.approx(exact, abs=1e-6)
    assert symmetric_bits(copies, qubits) <= holevo_bits(copies, qubits) + 1e-9
    assert 2.0**-qubits - 1e-12 <= rebuilding_fidelity(copies, qubits) <= 1


@pytest.mark.parametrize(("copies", "qubits"), [(200_000, 3), (150_000, 17), (100_001, 18)])
def test_many_copies_are_counted_too(copies: int, qubits: int) -> None:
    exact = math.log2(math.comb(2**qubits + copies - 1, copies))
    assert symmetric_bits(copies, qubits) == pytest.approx(exact, rel=1e-10)


def test_the_bound_does_not_fall_with_copies_or_qubits() -> None:
    few = [symmetric_bits(10**power, 500) for power in range(19)]
    assert all(a < b for a, b in pairwise(few))
    assert symmetric_bits(10**13, 500) == pytest.approx(10**13 * (500 - math.log2(10**13 / math.e)))


def test_leaks_add_up_over_steps_and_pairs() -> None:
    ledger = Ledger()
    for step in range(3):
        ledger.send("alice", "bob", "qubit", 4, copies=10, step=step)
        ledger.send("bob", "alice", "cbit", 7, step=step)
    ledger.send("bob", "carol", "ebit", 5)
    ledger.send("bob", "carol", "qubit", 5)
    of_alice, of_bob, to_carol = leaks(ledger, {"alice": 1000})
    assert (of_alice.of, of_alice.by, of_alice.copies, of_alice.holevo) == ("alice", "bob", 30, 120)
    assert of_alice.symmetric == pytest.approx(3 * symmetric_bits(10, 4))
    assert of_alice.share == pytest.approx(3 * symmetric_bits(10, 4) / 1000)
    assert (of_bob.cbits, of_bob.holevo, of_bob.share) == (21, 0, None)
    assert to_carol.holevo == 10  # twice as many with pairs that are shared
    [equal, *_] = leaks(ledger, one_state=True)
    assert equal.symmetric == pytest.approx(symmetric_bits(30, 4))


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_attacks_stay_below_the_bound_and_beat_a_guess(name: str) -> None:
    found = attack(name, copies=60, qubits=3, states=60)
    error = found.fidelity.std / math.sqrt(found.fidelity.runs)
    assert found.fidelity.mean + 2 * error < found.bound
    assert found.fidelity.mean - 2 * error > 2 / 8  # more than twice a guess without copies


def test_outcomes_of_pauli_measurements_follow_the_born_rule() -> None:
    generator = np.random.default_rng(0)
    [state] = random_states(1, 2, generator)
    vectors, bases = measured_vectors(state, 30_000, generator)
    chosen = (bases == [1, 0]).all(axis=1)  # Y on the first qubit, X on the second
    seen = vectors[chosen]
    plus = np.kron([1, 1j], [1, 1]) / 2
    joint = np.einsum("ma,mb->mab", seen[:, 0], seen[:, 1]).reshape(len(seen), -1)
    share = np.mean(np.abs(joint @ plus.conj()) ** 2 > 0.99)
    chance = np.abs(plus.conj() @ state) ** 2
    assert abs(share - chance) < 4 * math.sqrt(chance * (1 - chance) / len(seen))


def test_counts_of_frequencies() -> None:
    def counts(scales: list[np.ndarray]) -> list[int]:
        return [spectrum(Reupload.random(scale).output) for scale in scales]

    assert counts([equal_scales(n) for n in range(1, 8)]) == [3, 5, 7, 9, 11, 13, 15]
    expected = [3, 9, 27, 81, 243, 729, 2187]
    assert counts([growing_scales(n) for n in range(1, 8)]) == expected
    assert counts([growing_scales(n, 2) for n in range(1, 4)]) == [9, 81, 729]


def test_an_output_is_that_of_gates_multiplied_out() -> None:
    circuit = Reupload.random(growing_scales(2), qubits=2)
    z = np.diag([1, -1, 1, -1])  # data enter on the last qubit
    for x in (0.3, -1.2):
        state = circuit.gates[0] @ np.eye(4)[0]
        for scale, gate in zip(circuit.scales[:, 0], circuit.gates[1:], strict=True):
            state = gate @ np.diag(np.exp(-0.5j * x * scale * np.diag(z))) @ state
        expected = state.conj() @ np.diag([1, 1, -1, -1]) @ state
        assert circuit.output(np.array([x]))[0] == pytest.approx(expected.real, abs=1e-12)


def test_parties_mix() -> None:
    circuit = Reupload.random(equal_scales(2), qubits=1)
    assert interaction(lambda a, b: circuit.output(a) + b**2) < 1e-9
    assert interaction(lambda a, b: circuit.output(a + b)) > 0.1


def test_only_growing_scales_fit_high_frequencies() -> None:
    def target(x: np.ndarray) -> np.ndarray:
        return np.cos(40 * x) + np.sin(17 * x)

    errors = [
        fit_observable(Reupload.random(scales(4), qubits=4), target).error
        for scales in (growing_scales, equal_scales)
    ]
    assert errors[0] < 0.05 < 0.3 < errors[1]


def test_wrong_arguments_are_one_line() -> None:
    for call, message in (
        (lambda: attack("guess", copies=1, qubits=1), "`attack` must be one of shadows"),
        (lambda: attack("shadows", copies=0, qubits=1), "`copies` must be a whole number"),
        (lambda: attack("shadows", copies=1, qubits=7), "`qubits` must be a whole number from 1"),
        (lambda: holevo_bits(-1, 3), "`copies` must be a whole number from 0 to"),
        (lambda: leaks(Ledger(), {"alice": 0}), r"`raw_bits\['alice'\]` must be"),
        (lambda: spectrum(lambda x: x[:-1]), "must give one number a point"),
        (lambda: spectrum(lambda x: x / 0 * x), "NaN or infinite"),
        (lambda: Reupload.random(np.ones(3)), r"`scales` must have the shape"),
        (lambda: Reupload.random(np.ones((1, 3)), qubits=2), "`qubits` must be a whole number"),
    ):
        with pytest.raises(EbitError, match=message), np.errstate(all="ignore"):
            call()


def test_clifford_circuits_keep_stabiliser_states() -> None:
    states = np.eye(8, dtype=complex)
    after = clifford(states, key=5)
    np.testing.assert_allclose(after @ after.conj().T, np.eye(8), atol=1e-12)
    for row in np.abs(after) ** 2:  # a power of two of equal probabilities
        support = row[row > 1e-9]
        assert np.log2(len(support)).is_integer()
        np.testing.assert_allclose(support, 1 / len(support), atol=1e-12)


def test_what_is_sent_of_a_state() -> None:
    sent = largest_amplitudes(np.array([[0.1, -0.9, 0.3j, 0.2]]), 2)
    np.testing.assert_allclose(sent, [[0, -np.sqrt(0.5), 1j * np.sqrt(0.5), 0]], atol=1e-12)
    assert amplitude_bits(2, 2) == 3 + 2
