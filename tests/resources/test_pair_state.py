"""States of a shared pair: closed forms and checks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.resources import BELL, PairState


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
