"""Pooling against rotations written out, and its two pictures against each other."""

import jax
import numpy as np
import pytest
from numpy.typing import NDArray

from ebit.circuits import drivers, outcome_order, outcome_rotations, pool_rows, pool_states
from gate_matrices import Complex

QUBITS = [2, 3, 4, 5, 6, 7, 8]
rotations_of = jax.jit(outcome_rotations, static_argnums=(1, 2))
pooled_states = jax.jit(pool_states, static_argnums=2)

REGISTERS = [*((m, 1) for m in QUBITS), (4, 2), (6, 2), (8, 2)]


def rounds(registers: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Registers (qubits, QPUs) with half of the qubits measured, and with all but one per QPU."""
    return [
        (qubits, qpus, measured)
        for qubits, qpus in registers
        for measured in sorted({qpus * (qubits // qpus // 2), qubits - qpus})
    ]


def random_angles(measured: int) -> NDArray[np.float64]:
    return np.random.default_rng(measured).uniform(-7, 7, (measured, 2, 2))


def rotation(phi: float, chi: float) -> Complex:
    """RX(chi) RZ(phi)."""
    rz = np.diag([np.exp(-0.5j * phi), np.exp(0.5j * phi)])
    c, s = np.cos(chi / 2), -1j * np.sin(chi / 2)
    return np.array([[c, s], [s, c]]) @ rz


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("qubits", "qpus", "measured"), rounds(REGISTERS))
def test_rotations_of_every_string_of_outcomes(qubits: int, qpus: int, measured: int) -> None:
    angles, remaining = random_angles(measured), drivers(qubits, qpus, measured)
    with jax.enable_x64(True):
        found = np.asarray(rotations_of(angles, qubits, qpus))
    assert found.shape == (2**measured, *2 * (2 ** (qubits - measured),))
    for string in range(2**measured):
        order = outcome_order(qubits, qpus, measured)
        bits = dict(zip(order, map(int, f"{string:0{measured}b}"), strict=True))
        expected: Complex = np.eye(1, dtype=np.complex128)
        for outcomes in remaining:
            one: Complex = np.eye(2, dtype=np.complex128)
            for outcome in outcomes:
                one = rotation(*angles[outcome, bits[outcome]]) @ one
            expected = np.kron(expected, one).astype(np.complex128)
        np.testing.assert_allclose(found[string], expected, rtol=0, atol=1e-12)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("qubits", "qpus", "measured"), rounds(REGISTERS))
def test_states_are_rotated_as_their_outcomes_say(qubits: int, qpus: int, measured: int) -> None:
    angles, size = random_angles(measured), 2**qubits
    rng = np.random.default_rng(0)
    states = rng.normal(size=(2, 3, size)) + 1j * rng.normal(size=(2, 3, size))
    with jax.enable_x64(True):
        rotations = np.asarray(rotations_of(angles, qubits, qpus))
        found = np.asarray(pooled_states(angles, states, qpus))
    blocks = states.reshape(2, 3, len(rotations), -1)
    expected = np.einsum("oij,aboj->aboi", rotations, blocks).reshape(states.shape)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("qubits", "qpus", "measured"), rounds([(m, 1) for m in QUBITS]))
def test_rows_and_states_are_two_pictures_of_one_round(
    qubits: int, qpus: int, measured: int
) -> None:
    """A row pulled back meets a state as the row itself meets the state after the round."""
    angles, strings, size = random_angles(measured), 2**measured, 2 ** (qubits - measured)
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(3, size)) + 1j * rng.normal(size=(3, size))
    state = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    with jax.enable_x64(True):
        pulled = np.asarray(jax.jit(pool_rows)(angles, rows))
        pooled = np.asarray(pooled_states(angles, state, qpus))
    assert pulled.shape == (strings * 3, 2**qubits)
    expected = pooled.reshape(strings, size) @ rows.T  # (outcomes, row)
    np.testing.assert_allclose(pulled @ state, expected.reshape(-1), rtol=0, atol=1e-12)
