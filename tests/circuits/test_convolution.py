"""Convolution blocks against the product of their gates."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from numpy.typing import NDArray

import dense_reference as dense
from ebit.circuits import bricks, convolution_matrix, convolve_rows, convolve_states
from gate_matrices import Complex, matrix_of, natural_index

matrix_of_layers = jax.jit(convolution_matrix, static_argnums=1)
convolved = jax.jit(convolve_states, static_argnums=2)

SHAPES = [(1, 2), (3, 2), (2, 3), (1, 4), (2, 4), (1, 5), (1, 8)]


def random_angles(depth: int, qubits: int) -> NDArray[np.float64]:
    return np.random.default_rng([depth, qubits]).uniform(-7, 7, (depth, qubits))


def random_states(*shape: int) -> Complex:
    rng = np.random.default_rng(0)
    states: Complex = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    return states


def product_of_gates(angles: NDArray[np.float64]) -> Complex:
    depth, qubits = angles.shape
    wires = [dense.Wire(qubit, 0, qubit) for qubit in range(qubits)]
    gates: list[dense.Gate] = []
    for layer in range(depth):
        paths = [("angles", (layer, qubit)) for qubit in range(qubits)]
        gates += dense.layer({"angles": angles}, paths, wires)
    return matrix_of(gates, qubits)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("depth", "qubits"), SHAPES)
def test_matrix_is_the_product_of_the_gates(depth: int, qubits: int) -> None:
    angles = random_angles(depth, qubits)
    with jax.enable_x64(True):
        matrix = np.asarray(matrix_of_layers(angles))
    assert matrix.dtype == np.complex128
    np.testing.assert_allclose(matrix, product_of_gates(angles), rtol=0, atol=1e-12)


@pytest.mark.parametrize("qubits", [6, 8])
def test_register_of_two_qpus(qubits: int) -> None:
    """Its ring is that of one QPU, but its basis is sorted by the rounds of both."""
    angles = random_angles(1, qubits)
    states = random_states(3, 2**qubits)
    gates, natural = product_of_gates(angles), np.argsort(natural_index(qubits))
    place = natural[natural_index(qubits, 2)]
    with jax.enable_x64(True):
        matrix = np.asarray(matrix_of_layers(angles, 2))
        evolved = np.asarray(convolved(angles, states, 2))
    np.testing.assert_allclose(matrix, gates[np.ix_(place, place)], rtol=0, atol=1e-12)
    np.testing.assert_allclose(evolved, states @ matrix.T, rtol=0, atol=1e-12)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("depth", "qubits"), SHAPES)
def test_states_and_rows_are_products_with_the_matrix(depth: int, qubits: int) -> None:
    angles = random_angles(depth, qubits)
    states = random_states(2, 3, 2**qubits)
    unitary = product_of_gates(angles)
    with jax.enable_x64(True):
        evolved = np.asarray(convolved(angles, states))
        pulled = np.asarray(jax.jit(convolve_rows)(angles, states))
    np.testing.assert_allclose(evolved, states @ unitary.T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(pulled, states @ unitary, rtol=0, atol=1e-12)


@pytest.mark.parametrize("function", [convolve_states, convolve_rows])
def test_no_layers_change_nothing(function: Any) -> None:
    states = jnp.asarray(random_states(3, 4), jnp.complex64)
    np.testing.assert_array_equal(jax.jit(function)(jnp.zeros((0, 2)), states), states)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("function", [convolve_states, convolve_rows])
@pytest.mark.parametrize(("depth", "qubits"), [(2, 2), (1, 3), (2, 4)])
def test_gradient_equals_finite_differences(function: Any, depth: int, qubits: int) -> None:
    """Of the angles and of the states, which the backward pass computes without stored states."""
    angles, states = random_angles(depth, qubits), random_states(2, 2**qubits)
    weights = random_states(2**qubits, 2**qubits)

    def value(angles: jax.Array, real: jax.Array, imaginary: jax.Array) -> jax.Array:
        result = function(angles, jax.lax.complex(real, imaginary)) @ weights
        return jnp.sum(result.real**2 + jnp.sin(result.imag))

    with jax.enable_x64(True):
        arguments = tuple(jnp.asarray(a) for a in (angles, states.real, states.imag))
        check_grads(jax.jit(value), arguments, order=1, modes=["rev"], atol=1e-6, rtol=1e-6)


def test_deep_block_stays_unitary_in_single_precision() -> None:
    matrix = np.asarray(matrix_of_layers(jnp.asarray(random_angles(100, 4), jnp.float32)))
    assert matrix.dtype == np.complex64
    np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(16), rtol=0, atol=1e-4)


@pytest.mark.parametrize("qubits", [2, 3, 4, 5, 8])
def test_an_angle_is_used_once_per_rotation_gate(qubits: int) -> None:
    angles = np.zeros((1, qubits))
    wires = [dense.Wire(qubit, 0, qubit) for qubit in range(qubits)]
    paths = [("angles", (0, qubit)) for qubit in range(qubits)]
    gates = dense.layer({"angles": angles}, paths, wires)
    assert [gate.path for gate in gates].count(paths[0]) == len(bricks(qubits))
