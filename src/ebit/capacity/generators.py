r"""One QPU without messages: its effect and what every angle does to it.

Every angle belongs to a gate :math:`e^{-i\theta G/2}` that is diagonal after some Hadamards. With
the product V of all gates before it, the generator pulled back to the input is
:math:`\tilde G = V^\dagger G V`, and the effect M of the whole circuit has the derivative

.. math:: \frac{\partial M}{\partial\theta} = \frac{i}{2} [\tilde G, M] .

So one walk through the circuit, step by step, gives M and all its derivatives. Measured qubits are
kept and control the rotations (deferred measurement).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ebit.circuits import (
    QPU,
    Circuit,
    Gate,
    Measure,
    Operation,
    Parameter,
    Rotate,
    Step,
    Wiring,
    build_circuit,
    hadamard_matrix,
    layout_of,
    measurement_order,
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
    leaves = (*convolution, mixing, *pooling)  # in the order in which a circuit numbers them
    angles = np.concatenate([leaf.reshape(len(leaf), -1) for leaf in leaves], axis=1)
    circuit = _one_qpu(mixing, convolution, pooling)

    mixed, generators = _walk(circuit, ("mixing",), angles)
    places = list(pair_columns(mixing.shape[-1], pairs))
    column_slopes = -0.5j * mixed[:, None] @ generators[..., places]

    trained, generators = _walk(circuit, ("convolution", "pooling"), angles)
    rows = trained[:, ::2]  # the last qubit is 0
    effect = _dagger(rows) @ rows
    product = generators @ effect[:, None]
    effect_slopes = 0.5j * (product - _dagger(product))
    return LocalCircuit(effect, effect_slopes, mixed[..., places], column_slopes)


def _one_qpu(mixing: Real, convolution: tuple[Real, ...], pooling: tuple[Real, ...]) -> Circuit:
    """The circuit that angles of these shapes are for."""
    qubits = mixing.shape[-1]
    layout = layout_of(qubits, measured=pooling[0].shape[1])
    return build_circuit(
        Wiring((QPU("A", qubits, qubits),)),
        depth=convolution[0].shape[1],
        mixing=mixing.shape[1],
        pooling=layout,
    )


def _walk(circuit: Circuit, blocks: Sequence[str], angles: Real) -> tuple[Complex, Complex]:
    """The unitary of some blocks and the pulled-back generators of their angles.

    Args:
        circuit: Of one QPU.
        blocks: Names of blocks.
        angles: All angles (points, angles) in radians.

    Returns:
        (points, d, d), basis in measurement order, and (points, angles of these blocks, d, d) in
        the order of their numbers.
    """
    part = replace(circuit, blocks=tuple(b for b in circuit.blocks if b.name in blocks))
    table = _Table(part)
    numbers = np.flatnonzero(part.uses)
    dimension = len(table.spins)
    shape = (len(angles), dimension, dimension)
    state: Complex = np.broadcast_to(np.eye(dimension, dtype=complex), shape)
    generators = np.zeros((len(angles), len(numbers), dimension, dimension), complex)
    for step in part.steps:
        if step.kind == "H":
            state = table.hadamard(state, step)
        elif step.kind == "CZ":
            state = table.signs(step)[:, None] * state
        elif step.kind in ("RX", "RZ"):  # RX = H RZ H
            if step.kind == "RX":
                state = table.hadamard(state, step)
            rotated, rows = table.rotations(step)
            pulled = _dagger(state)[:, None] @ (rows[..., None] * state[:, None])
            generators[:, np.searchsorted(numbers, rotated)] += pulled
            state = np.exp(-0.5j * (angles[:, rotated] @ rows))[..., None] * state
            if step.kind == "RX":
                state = table.hadamard(state, step)
    return state, generators


class _Table:
    """What the operations of one QPU do to the basis, in measurement order."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.qubits = circuit.wiring.qpus[0].qubits
        self.spins = spins(self.qubits)
        measured = [op for op in circuit.operations if isinstance(op, Measure)]
        self.bits = {op.bit: self.spins[:, op.qubit.number] < 0 for op in measured}

    def signs(self, step: Step) -> Real:
        """Signs (d,) of CZ gates."""
        ones = [[self.spins[:, q.number] < 0 for q in op.qubits] for op in step.operations]
        both = np.array([first & second for first, second in ones])
        return 1.0 - 2.0 * (both.sum(axis=0) % 2)

    def rotations(self, step: Step) -> tuple[list[int], Real]:
        """Numbers of the angles and their generators (angles, d): Z, where the bit fits."""
        found: list[tuple[Parameter, Real]] = []
        for operation in step.operations:
            spin = self.spins[:, operation.qubits[0].number]
            match operation:
                case Gate(_, _, Parameter() as angle):
                    found.append((angle, spin))
                case Rotate(_, _, bit, (zero, one)):
                    found += [(zero, spin * ~self.bits[bit]), (one, spin * self.bits[bit])]
        return [self.circuit.number(angle) for angle, _ in found], np.array([z for _, z in found])

    def hadamard(self, state: Complex, step: Step) -> Complex:
        """H on the qubits of a step; the trailing ones in one product."""
        places = {self._place(operation) for operation in step.operations}
        trailing = set(range(self.qubits - len(places), self.qubits))
        for place in [] if places == trailing else sorted(places):
            state = _product(hadamard_matrix(1), state, 2 ** (self.qubits - 1 - place))
        if places == trailing:
            state = _product(hadamard_matrix(len(places)), state, 1)
        return state

    def _place(self, operation: Operation) -> int:
        """Where its qubit stands in the basis index."""
        return measurement_order(self.qubits).index(operation.qubits[0].number)


def _product(matrix: Real, state: Complex, behind: int) -> Complex:
    """A real matrix on some neighbouring qubits, with so many states of the qubits behind them."""
    points, _, columns = state.shape
    blocks = state.reshape(points, -1, len(matrix), behind * columns)
    return (matrix @ blocks).reshape(state.shape)


def _dagger(matrix: Complex) -> Complex:
    return matrix.conj().swapaxes(-1, -2)
