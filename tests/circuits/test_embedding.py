"""Phases of the embedding against its gates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import dense_reference as dense
from ebit.circuits import embedding_phases, walsh_hadamard
from gate_matrices import natural_index


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("qubits", "qpus"), [(2, 1), (3, 1), (4, 1), (5, 1), (8, 1), (6, 2)])
def test_hadamards_then_phases_are_the_gates(qubits: int, qpus: int) -> None:
    batch = 3
    x = np.random.default_rng(qubits).uniform(-7, 7, (batch, qubits))
    rng = np.random.default_rng(0)
    start = rng.normal(size=(batch, 2**qubits)) + 1j * rng.normal(size=(batch, 2**qubits))
    wires = [dense.Wire(qubit, 0, qubit) for qubit in range(qubits)]
    reference = dense.evolve(dense.embedding(x, wires), start.reshape(batch, *(2,) * qubits))
    natural = natural_index(qubits, qpus)
    with jax.enable_x64(True):
        phases = jnp.exp(1j * embedding_phases(jnp.asarray(x), qpus))
        found = np.asarray(phases * walsh_hadamard(jnp.asarray(start[:, natural])))
    expected = reference.reshape(batch, -1)[:, natural]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


def test_leading_axes_are_free() -> None:
    x = jnp.asarray(np.random.default_rng(0).uniform(0, 3, (2, 5, 4)), jnp.float32)
    phases = embedding_phases(x)
    assert phases.shape == (2, 5, 16)
    assert phases.dtype == jnp.float32
    np.testing.assert_allclose(phases[1, 3], embedding_phases(x[1, 3]), rtol=0, atol=1e-5)
