"""Swapping and purification with errors, against a simulation of all four qubits."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.physics import Protocol, purify_pair, swap

Matrix = NDArray[np.complex128]
BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
PAULIS = [np.array(m, complex) for m in ([[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]])]
PAULIS.append(np.diag([1.0 + 0j, -1]))
HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
WEIGHTS = st.lists(st.floats(0.01, 1), min_size=4, max_size=4).map(
    lambda raw: [value / sum(raw) for value in raw]
)
SMALL = st.floats(0, 0.5)
FEW = settings(max_examples=15)


def on(gates: dict[int, Matrix]) -> Matrix:
    """Gates of one qubit among four."""
    sides = [gates.get(qubit, PAULIS[0]) for qubit in range(4)]
    return reduce(lambda left, right: np.asarray(np.kron(left, right)), sides)


def cnot(control: int, target: int) -> Matrix:
    zero, one = np.diag([1.0, 0]), np.diag([0, 1.0])
    return on({control: zero}) + on({control: one, target: PAULIS[1]})


def state_of(first: list[float], second: list[float]) -> Matrix:
    """Pairs on the qubits 0, 1 and 2, 3."""
    pairs = [(BELL.T * np.array(w)) @ BELL for w in (first, second)]
    return np.kron(*pairs).astype(complex)


def depolarise(state: Matrix, qubit: int, p: float) -> Matrix:
    mixed = sum(on({qubit: m}) @ state @ on({qubit: m}).conj().T for m in PAULIS)
    return (1 - p) * state + p * mixed / 4


def read(state: Matrix, qubit: int, bit: int, flip: float) -> Matrix:
    """Not normalised: the qubit is measured and shown as this bit."""
    right, wrong = (on({qubit: np.diag([1.0 - seen, seen])}) for seen in (bit, 1 - bit))
    return (1 - flip) * right @ state @ right + flip * wrong @ state @ wrong


def pair_weights(state: Matrix, first: int, second: int) -> NDArray[np.float64]:
    """Weights of the Bell states of two qubits, others traced out."""
    tensor = state.reshape([2] * 8)
    others = [q for q in range(4) if q not in (first, second)]
    for qubit in sorted(others, reverse=True):
        tensor = np.trace(tensor, axis1=qubit, axis2=qubit + tensor.ndim // 2)
    pair = tensor.reshape(4, 4)
    return np.array([(b @ pair @ b).real for b in BELL])


@FEW
@given(WEIGHTS, WEIGHTS, SMALL, SMALL)
def test_swap_is_that_of_a_simulation(
    u: list[float], v: list[float], error: float, flip: float
) -> None:
    """Qubits: A, B's first, B's second, C."""
    state = cnot(1, 2) @ state_of(u, v) @ cnot(1, 2)
    for qubit in (1, 2):
        state = depolarise(state, qubit, error)
    state = on({1: HADAMARD}) @ state @ on({1: HADAMARD})
    total = np.zeros(4)
    for z in (0, 1):
        for x in (0, 1):
            seen = read(read(state, 1, z, flip), 2, x, flip)
            fix = on(
                {3: np.linalg.matrix_power(PAULIS[3], z) @ np.linalg.matrix_power(PAULIS[1], x)}
            )
            total += pair_weights(fix @ seen @ fix.conj().T, 0, 3)
    found = swap(u, v, two_qubit_error=error, readout_error=flip)
    np.testing.assert_allclose(found, total, atol=1e-12)


@FEW
@given(WEIGHTS, WEIGHTS, SMALL, SMALL, st.sampled_from(["dejmps", "bbpssw"]))
def test_purification_is_that_of_a_simulation(
    u: list[float], v: list[float], error: float, flip: float, protocol: Protocol
) -> None:
    """Qubits: A and B of the kept pair, A and B of the measured one."""
    if protocol == "bbpssw":
        u, v = ([w[0], *3 * [(1 - w[0]) / 3]] for w in (u, v))
    state = state_of(u, v)
    if protocol == "dejmps":
        half = np.array([[1, -1j], [-1j, 1]]) / np.sqrt(2)
        gates = on({0: half, 1: half.conj(), 2: half, 3: half.conj()})
        state = gates @ state @ gates.conj().T
    both = cnot(0, 2) @ cnot(1, 3)
    state = both @ state @ both.conj().T
    for qubit in range(4):
        state = depolarise(state, qubit, error)
    zeros, ones = (read(read(state, 2, bit, flip), 3, bit, flip) for bit in (0, 1))
    kept = zeros + ones
    weights = pair_weights(kept, 0, 1)
    found = purify_pair(u, v, protocol, two_qubit_error=error, readout_error=flip)
    assert found.probability == pytest.approx(weights.sum())
    wanted = weights / weights.sum()
    if protocol == "bbpssw":
        wanted = np.array([wanted[0], *3 * [(1 - wanted[0]) / 3]])
    np.testing.assert_allclose(found.weights, wanted, atol=1e-12)


def test_published_forms() -> None:
    """Werner pairs: w multiplies in a swap; BBPSSW of two different pairs."""
    f, g = np.array([0.7, 0.9]), np.array([0.8, 0.6])
    first, second = (np.stack([x, *3 * [(1 - x) / 3]], axis=-1) for x in (f, g))
    w = (4 * f - 1) / 3 * (4 * g - 1) / 3
    np.testing.assert_allclose(swap(first, second)[:, 0], (1 + 3 * w) / 4)
    kept = purify_pair(first, second, "bbpssw")
    p = f * g + f * (1 - g) / 3 + g * (1 - f) / 3 + 5 * (1 - f) * (1 - g) / 9
    np.testing.assert_allclose(kept.probability, p)
    np.testing.assert_allclose(kept.weights[:, 0], (f * g + (1 - f) * (1 - g) / 9) / p)


def test_leading_axes_are_broadcast() -> None:
    grid = swap(np.eye(4)[:, None], np.eye(4)[None])
    assert grid.shape == (4, 4, 4)
    assert grid[1, 3].tolist() == [0, 0, 1, 0]
    assert purify_pair(np.eye(4)[:1, None], np.eye(4), readout_error=[0.0, 0.1, 0.2, 0.3])[0].shape


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ([0.5, 0.5], "on its last axis, but has shape (2,)"),
        ([1, 1, 0, 0], "sum 1, but the sum is 2"),
        ([1.5, -0.5, 0, 0], "must be from 0 to 1, but holds 1.5"),
        ([np.nan, 0, 0, 0], "but holds nan"),
        ("Phi", "must hold numbers, but is 'Phi'"),
    ],
)
def test_bad_weights(pair: object, message: str) -> None:
    with pytest.raises(EbitError) as error:
        swap(pair, [1, 0, 0, 0])  # type: ignore[arg-type]
    assert message in str(error.value)
    assert "\n" not in str(error.value)
