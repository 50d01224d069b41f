r"""One QPU without messages: its effect and what every angle does to it.

Every angle belongs to a gate :math:`e^{-i\theta G/2}` that is diagonal after some Hadamards. With
the product V of all gates before it, the generator pulled back to the input is
:math:`\tilde G = V^\dagger G V`, and the effect M of the whole circuit has the derivative

.. math:: \frac{\partial M}{\partial\theta} = \frac{i}{2} [\tilde G, M] .

So one walk through the circuit, step by step, gives M and all its derivatives. Measured qubits are
kept and control the rotations (deferred measurement).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ebit.circuits import (
    QPU,
    Circuit,
    Gate,
    Measure,
    Parameter,
    Rotate,
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
    shape = (mixing.shape[-1], convolution[0].shape[1], mixing.shape[1], pooling[0].shape[1])

    mixed, generators = _walk(shape, ("mixing",), angles)
    places = list(pair_columns(mixing.shape[-1], pairs))
    column_slopes = -0.5j * mixed[:, None] @ generators[..., places]

    trained, generators = _walk(shape, ("convolution", "pooling"), angles)
    rows = trained[:, ::2]  # the last qubit is 0
    effect = _dagger(rows) @ rows
    product = generators @ effect[:, None]
    effect_slopes = 0.5j * (product - _dagger(product))
    return LocalCircuit(effect, effect_slopes, mixed[..., places], column_slopes)


def _one_qpu(qubits: int, depth: int, mixing: int, measured: int) -> Circuit:
    """The circuit of one QPU whose first round measures so many qubits."""
    wiring = Wiring((QPU("A", qubits, qubits),))
    layout = layout_of(qubits, measured)
    return build_circuit(wiring, depth=depth, mixing=mixing, pooling=layout)


def _walk(
    shape: tuple[int, int, int, int], blocks: tuple[str, ...], angles: Real
) -> tuple[Complex, Complex]:
    """The unitary of some blocks and the pulled-back generators of their angles.

    Args:
        shape: Qubits, depth, mixing layers, qubits that the first round measures.
        blocks: Names of blocks.
        angles: All angles (points, angles) in radians.

    Returns:
        (points, d, d), basis in measurement order, and (points, angles of these blocks, d, d) in
        the order of their numbers.
    """
    moves, numbers = _moves(shape, blocks)
    dimension, own = 2 ** shape[0], angles[:, numbers]
    start = np.eye(dimension, dtype=complex)
    state: Complex = np.broadcast_to(start, (len(angles), dimension, dimension))
    generators = np.zeros((len(angles), len(numbers), dimension, dimension), complex)
    for move in moves:
        if move.signs is not None:
            state = move.signs[:, None] * state
        state = _hadamard(state, move.hadamard)
        if move.generators is not None:
            pulled = _dagger(state)[:, None] @ (move.generators[..., None] * state[:, None])
            generators[:, move.angles] += pulled
            phases = np.exp(-0.5j * (own[:, move.angles] @ move.generators))
            state = phases[..., None] * state
            if move.about_x:
                state = _hadamard(state, move.hadamard)
    return state, generators


@dataclass(frozen=True, eq=False)
class _Move:
    """A step of the circuit: signs, H on some qubits, then rotations about Z.

    Attributes:
        hadamard: Places of the qubits in the basis index, none for no H.
        signs: Of CZ gates, (d,).
        angles: Which of the angles are used.
        generators: Z of the rotated qubit, where a bit selects the angle only for its value:
            (angles, d).
        about_x: Whether H follows once more: RX = H RZ H.
    """

    hadamard: tuple[int, ...]
    signs: Real | None
    angles: slice
    generators: Real | None
    about_x: bool


@lru_cache(maxsize=16)
def _moves(
    shape: tuple[int, int, int, int], blocks: tuple[str, ...]
) -> tuple[list[_Move], NDArray[np.intp]]:
    """Steps of some blocks, in measurement order, and the numbers of their angles."""
    circuit = _one_qpu(*shape)
    part = replace(circuit, blocks=tuple(b for b in circuit.blocks if b.name in blocks))
    qubits = part.wiring.qpus[0].qubits
    order, numbers = measurement_order(qubits), np.flatnonzero(part.uses)
    ones = spins(qubits).T < 0
    bits: dict[str, NDArray[np.bool]] = {}
    moves = []
    for step in part.steps:
        rotations: list[tuple[Parameter, Real]] = []
        signs = np.ones(2**qubits)
        for operation in step.operations:
            on = [ones[qubit.number] for qubit in operation.qubits]
            match operation:
                case Measure(_, bit):
                    bits[bit] = on[0]
                case Gate("CZ"):
                    signs[on[0] & on[1]] *= -1
                case Gate(_, _, Parameter() as angle):
                    rotations.append((angle, 1.0 - 2 * on[0]))
                case Rotate(_, _, bit, (zero, one)):
                    spin = 1.0 - 2 * on[0]
                    rotations += [(zero, spin * ~bits[bit]), (one, spin * bits[bit])]
        turned = step.kind in ("H", "RX")
        places = [order.index(op.qubits[0].number) for op in step.operations if turned]
        used = np.searchsorted(numbers, [part.number(angle) for angle, _ in rotations])
        moves.append(
            _Move(
                tuple(sorted(set(places))),
                signs if step.kind == "CZ" else None,
                _evenly(used),
                np.array([z for _, z in rotations]) if rotations else None,
                step.kind == "RX",
            )
        )
    return moves, numbers


def _evenly(numbers: NDArray[np.intp]) -> slice:
    """Numbers at equal distances as a slice."""
    if len(numbers) < 2:
        return slice(int(numbers[0]), int(numbers[0]) + 1) if len(numbers) else slice(0)
    (distance,) = set(np.diff(numbers).tolist())
    return slice(int(numbers[0]), int(numbers[-1]) + 1, distance)


def _hadamard(state: Complex, places: tuple[int, ...]) -> Complex:
    """H on the qubits at these places of the basis index; trailing ones in one product."""
    qubits = state.shape[1].bit_length() - 1
    if places == tuple(range(qubits - len(places), qubits)):
        return _product(hadamard_matrix(len(places)), state, 1) if places else state
    for place in places:
        state = _product(hadamard_matrix(1), state, 2 ** (qubits - 1 - place))
    return state


def _product(matrix: Real, state: Complex, behind: int) -> Complex:
    """A real matrix on some neighbouring qubits, with so many states of the qubits behind them."""
    points, _, columns = state.shape
    blocks = state.reshape(points, -1, len(matrix), behind * columns)
    return (matrix @ blocks).reshape(state.shape)


def _dagger(matrix: Complex) -> Complex:
    return matrix.conj().swapaxes(-1, -2)
