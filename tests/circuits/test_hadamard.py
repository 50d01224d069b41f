"""Hadamard gates on all qubits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.circuits import walsh_hadamard


@pytest.mark.sampled(8)
@pytest.mark.parametrize("qubits", [1, 2, 3, 4, 5, 8, 9])
@pytest.mark.parametrize("batch", [(), (3,), (2, 5)])
def test_equals_the_kronecker_product(qubits: int, batch: tuple[int, ...]) -> None:
    index = np.arange(2**qubits)
    parity = np.bitwise_count(index[:, None] & index) % 2
    matrix = (1 - 2.0 * parity) / np.sqrt(2**qubits)
    rng = np.random.default_rng(qubits)
    states = rng.normal(size=(*batch, 2**qubits)) + 1j * rng.normal(size=(*batch, 2**qubits))
    with jax.enable_x64(True):
        found = np.asarray(walsh_hadamard(jnp.asarray(states)))
    np.testing.assert_allclose(found, states @ matrix, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.complex64])
def test_keeps_the_type(dtype: type) -> None:
    assert walsh_hadamard(jnp.ones((3, 32), dtype)).dtype == dtype
