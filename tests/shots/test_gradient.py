from typing import Any

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from ebit.learning.losses import LOSSES
from ebit.shots import parameter_shift_gradient
from random_circuits import Circuit, circuit_model, random_data, random_parameters

CASES = [
    ("none", 2, 2, 0), ("bell:1", 2, 2, 1), ("classical", 2, 2, 1), ("classical+bell:1", 2, 1, 0),
    ("quantum", 2, 1, 1), ("none", 3, 1, 1), ("bell:2", 3, 2, 0), ("classical", 3, 1, 0),
    ("bell:1", 4, 2, 1), ("classical", 4, 1, 0), ("quantum", 3, 1, 0), ("single", 2, 2, 1),
    ("single", 4, 1, 1),
]  # fmt: skip


def autodiff(model: Circuit, parameters: Any, x: Any, labels: Any, loss: str, trained: bool) -> Any:
    """Loss and gradient of the exact expectation."""

    def value(parameters: Any) -> jax.Array:
        expectation = model.expectation(parameters, model.encode(x), trained_readout=trained)
        return LOSSES[loss](labels, expectation)

    return jax.jit(jax.value_and_grad(value))(parameters)


@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), CASES)
@pytest.mark.parametrize(("loss", "trained"), [("mse", True), ("product", False)])
def test_exact_shifts_give_the_gradient_of_autodiff(
    resource: str, qubits: int, depth: int, mixing: int, loss: str, trained: bool
) -> None:
    model = circuit_model(resource, qubits, depth, mixing)
    rng = np.random.default_rng(qubits)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    labels = np.array([1.0, -1.0, 1.0])
    with jax.enable_x64(True):
        options: dict[str, Any] = {"loss": loss, "trained_readout": trained}
        value, gradient = parameter_shift_gradient(model, parameters, x, labels, **options)
        expected, reference = autodiff(model, parameters, x, labels, loss, trained)
        assert_allclose(value, expected, atol=1e-12)
        jax.tree.map(lambda g, r: assert_allclose(g, r, atol=1e-10), gradient, reference)
