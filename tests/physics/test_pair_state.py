"""States of a shared pair: closed forms and checks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.physics import BELL, PairState


def random_state(seed: int, rank: int = 4) -> NDArray[np.complex128]:
    """A random density matrix of two qubits."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
    rho: NDArray[np.complex128] = root @ root.conj().T
    return rho / np.trace(rho).real


@given(st.floats(0, 1))
def test_partial_entanglement(concurrence: float) -> None:
    state = PairState.partially_entangled(concurrence)
    assert state.concurrence == pytest.approx(concurrence, abs=1e-7)
    assert state.fidelity == pytest.approx((1 + concurrence) / 2)
    assert np.trace(state.density_matrix @ state.density_matrix).real == pytest.approx(1)
    assert state.weights is not None


@pytest.mark.parametrize("visibility", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_concurrence_of_a_werner_state(visibility: float) -> None:
    """C = max(0, (3 v - 1) / 2)."""
    rho = visibility * BELL.density_matrix + (1 - visibility) * np.eye(4) / 4
    found = PairState.from_matrix(rho).concurrence
    assert found == pytest.approx(max(0, (3 * visibility - 1) / 2), abs=1e-7)


@given(st.floats(0.25, 1))
def test_werner_state(fidelity: float) -> None:
    expected = fidelity * BELL.density_matrix + (1 - fidelity) / 3 * (
        np.eye(4) - BELL.density_matrix
    )
    state = PairState.werner(fidelity)
    np.testing.assert_allclose(state.density_matrix, expected, atol=1e-14)
    assert state.fidelity == pytest.approx(fidelity)
    np.testing.assert_allclose(state.pauli_errors.sum(), 1, atol=1e-14)


def through_kraus(
    rho: NDArray[np.complex128], operators: list[NDArray[np.complex128]]
) -> NDArray[np.complex128]:
    """The channel of these Kraus operators on both halves."""
    both = [np.kron(one, other) for one in operators for other in operators]
    return np.asarray(sum(k @ rho @ k.conj().T for k in both), complex)


@given(st.integers(0, 2**32), st.floats(0, 1))
def test_local_channels_as_kraus_operators(seed: int, chance: float) -> None:
    rho = random_state(seed)
    state = PairState.from_matrix(rho)
    flips = [np.sqrt(1 - chance) * np.eye(2), np.sqrt(chance) * np.diag([1.0, -1])]
    decay = [np.diag([1, np.sqrt(1 - chance)]), np.sqrt(chance) * np.eye(2, k=1)]
    for found, kraus in ((state.dephased(chance), flips), (state.damped(chance), decay)):
        expected = through_kraus(rho, [np.asarray(k, complex) for k in kraus])
        np.testing.assert_allclose(found.density_matrix, expected, atol=1e-12)


def test_weights_of_the_bell_states() -> None:
    """[phase flip, bit flip]: Phi+, Psi+, Phi-, Psi-."""
    vectors = {(0, 0): [1, 0, 0, 1], (0, 1): [0, 1, 1, 0], (1, 0): [1, 0, 0, -1]}
    rho = random_state(3)
    found = PairState.from_matrix(rho).pauli_errors
    for place, vector in {**vectors, (1, 1): [0, 1, -1, 0]}.items():
        unit = np.array(vector) / np.sqrt(2)
        assert found[place] == pytest.approx((unit @ rho @ unit).real)


def test_bell_pair_is_the_same_after_hadamards() -> None:
    assert BELL.after_hadamards == BELL
    np.testing.assert_array_equal(BELL.weights, 0.5)


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_amplitudes_give_the_state_back(seed: int, rank: int) -> None:
    rho = random_state(seed, rank)
    state = PairState.from_matrix(rho)
    vectors = state.amplitudes().reshape(-1, 4)
    assert len(vectors) == rank
    np.testing.assert_allclose(np.einsum("ea,eb->ab", vectors, vectors.conj()), rho, atol=1e-12)


@given(st.integers(0, 2**32))
def test_two_hadamards_undo_each_other(seed: int) -> None:
    state = PairState.from_matrix(random_state(seed))
    again = state.after_hadamards.after_hadamards
    np.testing.assert_allclose(again.density_matrix, state.density_matrix, atol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(2), r"shape \(4, 4\)"),
        (np.full((4, 4), np.nan), "finite"),
        ("rho", "4 x 4 numbers"),
        (np.eye(4), "trace 1, but has 4"),
        (np.triu(np.ones((4, 4))) / 4, "Hermitian"),
        (np.diag([1.5, -0.5, 0, 0]), "negative eigenvalue, but has -0.5"),
    ],
)
def test_what_is_no_state(matrix: object, words: str) -> None:
    with pytest.raises(EbitError, match=words) as caught:
        PairState.from_matrix(matrix)  # type: ignore[arg-type]
    assert len(str(caught.value).splitlines()) == 1
