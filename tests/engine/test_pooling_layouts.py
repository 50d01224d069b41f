"""The two pooling layouts side by side."""

import jax
import numpy as np
import pytest

from circuit_strategies import table_of
from random_circuits import circuit_model, random_data, random_parameters

RESOURCES = [
    "none", "bell:1", "bell:2", "classical", "classical+bell:1", "classical+bell:2", "quantum",
    "single",
]  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("resource", RESOURCES)
def test_two_qubits_have_one_layout(resource: str) -> None:
    """One qubit is measured and drives the other, in both."""
    halves, other = (
        circuit_model(resource, 2, 2, 1, pooling) for pooling in ("halves", "all-but-one")
    )
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(halves, rng), random_data(halves, rng)
    shapes = [jax.eval_shape(model.init, jax.random.key(0)) for model in (halves, other)]
    assert shapes[0] == shapes[1]
    assert halves.num_parameters == other.num_parameters
    assert halves.consumption == other.consumption
    assert halves.operations(100) == other.operations(100)
    np.testing.assert_array_equal(table_of(other, parameters, x), table_of(halves, parameters, x))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("qubit", [0, 1, 2])
def test_every_measured_qubit_counts(resource: str, qubit: int) -> None:
    """All three drive the last one."""
    model, rng = circuit_model(resource, 4, 1, 0, "all-but-one"), np.random.default_rng(1)
    parameters, x = random_parameters(model, rng), random_data(model, rng)
    (angles,) = parameters["pooling"]
    changed = angles.copy()
    changed[..., qubit, 1, :] += 1
    before = table_of(model, parameters, x)
    after = table_of(model, parameters | {"pooling": (changed,)}, x)
    assert np.abs(after - before).max() > 1e-3


@pytest.mark.parametrize("resource", ["none", "classical", "quantum", "single"])
def test_a_round_costs_less_than_two(resource: str) -> None:
    """Four qubits: no convolution of the two that `halves` leaves."""
    halves, other = (circuit_model(resource, 4, 20, 0, p) for p in ("halves", "all-but-one"))
    assert other.operations(768) < halves.operations(768)
    assert other.num_parameters < halves.num_parameters
