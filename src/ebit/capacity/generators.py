r"""One QPU without messages: its effect and what every angle does to it.

Every angle belongs to a gate :math:`e^{-i\theta G/2}` that is diagonal after some Hadamards. With
the product V of all gates before it, the generator pulled back to the input is
:math:`\tilde G = V^\dagger G V`, and the effect M of the whole circuit has the derivative

.. math:: \frac{\partial M}{\partial\theta} = \frac{i}{2} [\tilde G, M] .

So one walk through the circuit gives M and all its derivatives. Measured qubits are kept and
control the rotations (deferred measurement).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.circuits import (
    brick_signs,
    drivers,
    hadamard_matrix,
    outcome_order,
    pair_columns,
    spins,
)

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class LocalCircuit:
    """One QPU at several parameter points; d = 2**n.

    Attributes:
        effect: M, the effect of P(a = 0), (points, d, d).
        effect_slopes: Derivatives of M by the angles behind the data, (points, angles, d, d).
        columns: Pair states |j, 0...0> behind the mixing layers, (points, d, 2**k).
        column_slopes: Derivatives of the columns by the mixing angles, (points, angles, d, 2**k).
    """

    effect: Complex
    effect_slopes: Complex
    columns: Complex
    column_slopes: Complex

    def at(self, point: int) -> "LocalCircuit":
        """One parameter point, without the axis of points."""
        return LocalCircuit(
            self.effect[point],
            self.effect_slopes[point],
            self.columns[point],
            self.column_slopes[point],
        )


def local_circuit(
    mixing: Real, convolution: tuple[Real, ...], pooling: tuple[Real, ...], pairs: int
) -> LocalCircuit:
    """Effect, columns and their derivatives of one QPU.

    Args:
        mixing: RX angles (points, mixing, n) in radians.
        convolution: RX angles (points, depth, m), one array per stage.
        pooling: Angles (points, h, 2, 2), one array per stage of h measured qubits.
        pairs: Leading qubits (natural order) that belong to shared pairs.

    Returns:
        The derivatives of the effect in the order of the stages, all convolutions first.

    Example:
        >>> one = local_circuit(
        ...     np.zeros((3, 0, 2)), (np.zeros((3, 5, 2)),), (np.zeros((3, 1, 2, 2)),), pairs=1)
        >>> one.effect.shape, one.effect_slopes.shape, one.columns.shape
        ((3, 4, 4), (3, 14, 4, 4), (3, 4, 2))
    """
    points, _, qubits = mixing.shape
    dimension = 2**qubits
    start: Complex = np.broadcast_to(
        np.eye(dimension, dtype=complex), (points, dimension, dimension)
    )
    places = list(pair_columns(qubits, pairs))
    mixed, generators = _convolve(start, mixing)
    column_slopes = -0.5j * mixed[:, None] @ generators[..., places]

    state, convolved, pooled = start, [], []
    for angles, rotations in zip(convolution, pooling, strict=True):
        state, generators = _convolve(state, angles)
        convolved.append(generators)
        state, generators = _pool(state, rotations, angles.shape[-1])
        pooled.append(generators)
    rows = state[:, ::2]  # the last qubit is 0
    effect = _dagger(rows) @ rows
    product = np.concatenate(convolved + pooled, axis=1) @ effect[:, None]
    return LocalCircuit(
        effect, 0.5j * (product - _dagger(product)), mixed[..., places], column_slopes
    )


def _convolve(state: Complex, angles: Real) -> tuple[Complex, Complex]:
    """A convolution on the trailing qubits: matrices (points, d, d) and pulled-back generators."""
    points, depth, qubits = angles.shape
    dimension = state.shape[-1]
    table = _repeated(spins(qubits).T, dimension)
    generators = np.zeros((points, depth, qubits, dimension, dimension), complex)
    for layer in range(depth):
        for signs in _repeated(brick_signs(qubits), dimension):
            state = signs[:, None] * _hadamard(state, qubits)
            state = _hadamard(state, qubits)
            state, pulled = _rotate(state, table, angles[:, layer])
            state = _hadamard(state, qubits)
            generators[:, layer] += pulled
    return state, generators.reshape(points, -1, dimension, dimension)


def _pool(state: Complex, angles: Real, qubits: int) -> tuple[Complex, Complex]:
    """A pooling round of the trailing qubits, measured ones leading."""
    points, measured = angles.shape[:2]
    dimension = state.shape[-1]
    driven = drivers(qubits, measured=measured)
    generators = np.empty((points, measured, 2, 2, dimension, dimension), complex)
    for turn in range(max(map(len, driven))):
        acting = {own[turn]: place for place, own in enumerate(driven) if turn < len(own)}
        table = _repeated(_pooling_spins(qubits, measured, acting), dimension)
        outcomes = list(acting)
        flat = angles[:, outcomes].reshape(points, -1, 2)
        for kind in range(2):  # RZ, then RX
            state, pulled = _rotate(state, table, flat[..., kind])
            generators[:, :, :, kind][:, outcomes] = pulled.reshape(
                points, -1, 2, dimension, dimension
            )
            state = _hadamard(state, qubits - measured)
    return state, generators.reshape(points, -1, dimension, dimension)


def _pooling_spins(qubits: int, measured: int, acting: dict[int, int]) -> Real:
    """Generators (outcomes * 2, 2**qubits): spin of the driven qubit where the outcome fits.

    `acting` has for each outcome the place of the qubit that it drives.
    """
    index, order = np.arange(2**qubits), outcome_order(qubits, 1, measured)
    rows = []
    for outcome, place in acting.items():
        bit = (index >> (qubits - 1 - order.index(outcome))) & 1
        spin = 1 - 2 * ((index >> (qubits - measured - 1 - place)) & 1)
        rows += [spin * (bit == 0), spin * (bit == 1)]
    return np.array(rows, float)


def _rotate(state: Complex, table: Real, angles: Real) -> tuple[Complex, Complex]:
    """Diagonal rotations with generators (p, d) and angles (points, p), and where they act."""
    pulled = _dagger(state)[:, None] @ (table[..., None] * state[:, None])
    return np.exp(-0.5j * (angles @ table))[..., None] * state, pulled


def _hadamard(state: Complex, qubits: int) -> Complex:
    """H on every one of the trailing qubits."""
    points, dimension, _ = state.shape
    blocks = state.reshape(points, -1, 2**qubits, dimension)
    return (hadamard_matrix(qubits) @ blocks).reshape(state.shape)


def _repeated(table: Real, dimension: int) -> Real:
    """A table over the trailing qubits as one over all of them."""
    return np.tile(table, dimension // table.shape[-1])


def _dagger(matrix: Complex) -> Complex:
    return matrix.conj().swapaxes(-1, -2)
