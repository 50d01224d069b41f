"""Pooling against rotations written out, and its two pictures against each other."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from ebit.circuits import measurement_order, outcome_rotations, pool_rows, pool_states
from gate_matrices import Complex

KEPT = [1, 2, 4]


def random_angles(kept: int) -> NDArray[np.float64]:
    return np.random.default_rng(kept).uniform(-7, 7, (kept, 2, 2))


def rotation(phi: float, chi: float) -> Complex:
    """RX(chi) RZ(phi)."""
    rz = np.diag([np.exp(-0.5j * phi), np.exp(0.5j * phi)])
    c, s = np.cos(chi / 2), -1j * np.sin(chi / 2)
    return np.array([[c, s], [s, c]]) @ rz


@pytest.mark.parametrize("kept", KEPT)
def test_rotations_of_every_string_of_outcomes(kept: int) -> None:
    angles, order = random_angles(kept), measurement_order(kept)
    with jax.enable_x64(True):
        found = np.asarray(outcome_rotations(jnp.asarray(angles)))
    for string in range(2**kept):
        expected: Complex = np.eye(1, dtype=np.complex128)
        for position, qubit in enumerate(order):
            outcome = string >> (kept - 1 - position) & 1
            one = rotation(*angles[qubit, outcome])
            expected = np.kron(expected, one).astype(np.complex128)
        np.testing.assert_allclose(found[string], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kept", KEPT)
def test_states_are_rotated_as_their_outcomes_say(kept: int) -> None:
    angles, size = random_angles(kept), 2**kept
    rng = np.random.default_rng(0)
    states = rng.normal(size=(2, 3, size**2)) + 1j * rng.normal(size=(2, 3, size**2))
    with jax.enable_x64(True):
        rotations = np.asarray(outcome_rotations(jnp.asarray(angles)))
        found = np.asarray(pool_states(jnp.asarray(angles), jnp.asarray(states)))
    blocks = states.reshape(2, 3, size, size)
    expected = np.einsum("oij,aboj->aboi", rotations, blocks).reshape(states.shape)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kept", KEPT)
def test_rows_and_states_are_two_pictures_of_one_round(kept: int) -> None:
    """A row pulled back meets a state as the row itself meets the state after the round."""
    angles, size = random_angles(kept), 2**kept
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(3, size)) + 1j * rng.normal(size=(3, size))
    state = rng.normal(size=size**2) + 1j * rng.normal(size=size**2)
    with jax.enable_x64(True):
        pulled = np.asarray(pool_rows(jnp.asarray(angles), jnp.asarray(rows)))
        pooled = np.asarray(pool_states(jnp.asarray(angles), jnp.asarray(state)))
    assert pulled.shape == (size * 3, size**2)
    expected = pooled.reshape(size, size) @ rows.T  # (outcomes, row)
    np.testing.assert_allclose(pulled @ state, expected.reshape(-1), rtol=0, atol=1e-12)
