"""Parameters as NumPy arrays, which is how a training returns them, inside a compiled function."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebit.models import model_from_string


@pytest.mark.sampled(2)
@pytest.mark.parametrize("resource", ["none", "bell:1", "classical", "quantum", "single"])
def test_compiled_function_may_hold_numpy_parameters(resource: str) -> None:
    model = model_from_string(resource, qubits=2, depth=2)
    parameters = jax.tree.map(np.asarray, model.init(jax.random.key(0)))
    encoded = model.encode(jnp.zeros((3, model.features)))
    compiled = jax.jit(lambda rows: model.expectation(parameters, rows))(encoded)
    np.testing.assert_allclose(compiled, model.expectation(parameters, encoded), atol=1e-6)
