"""Executes a circuit value, operation by operation, in NumPy: what the circuit says, literally.

The state is a density matrix of shape (batch, 2, ..., 2, 2, ..., 2), rows then columns, or a vector
where nothing is mixed. A measured qubit is read, forgotten and remembered as an axis of outcomes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.circuits import Circuit, DataAngle, Gate, Measure, Parameter, Rotate, Send, Share

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

PAULI = {"RX": np.array([[0, 1], [1, 0]]), "RZ": np.diag([1, -1]), "RZZ": np.diag([1, -1, -1, 1])}
FIXED = {"H": np.array([[1, 1], [1, -1]]) / np.sqrt(2), "CZ": np.diag([1, 1, 1, -1])}


def matrix_of(kind: str, angle: Any) -> Complex:
    """A gate, with one angle or one for every sample."""
    if kind in FIXED:
        return FIXED[kind].astype(complex)
    pauli = PAULI[kind].astype(complex)
    half = np.asarray(angle, float)[..., None, None] / 2
    return np.cos(half) * np.eye(len(pauli)) - 1j * np.sin(half) * pauli


def amplitudes(share: Share, parameters: Any) -> list[tuple[float, Complex]]:
    """Pure states of a shared state, with their probabilities."""
    if share.state.leaf is not None:
        schmidt = np.asarray(parameters[share.state.leaf], float)
        pairs = len(share.qubits) // 2
        vector = np.diag(schmidt / np.linalg.norm(schmidt)).reshape([2] * (2 * pairs))
        # first all qubits of the one QPU, then those of the other one; members are pair by pair
        places = [q * pairs + pair for pair in range(pairs) for q in range(2)]
        return [(1.0, vector.transpose(places).ravel().astype(complex))]
    assert share.state.state is not None
    values, vectors = np.linalg.eigh(share.state.state.density_matrix)
    return [
        (float(chance), np.asarray(vectors[:, k], np.complex128))
        for k, chance in enumerate(values)
        if chance > 1e-15
    ]


def apply(matrix: Complex, axes: list[int], state: Complex) -> Complex:
    """A matrix (d, d) or (batch, d, d) on some axes."""
    front = list(range(1, 1 + len(axes)))
    moved = np.moveaxis(state, axes, front)
    flat = moved.reshape(len(state), matrix.shape[-1], -1)
    return np.moveaxis((matrix @ flat).reshape(moved.shape), front, axes)


def probabilities(circuit: Circuit, parameters: Any, x: Real, *, deferred: bool = False) -> Real:
    """P(outcomes | x), one axis for each outcome.

    A mixed state is run as the mixture of its pure states. With deferred measurements a bit is its
    qubit, on which nothing acts any more, and what it selects is a controlled gate: one state
    instead of one per string of bits.
    """
    run = superposed if deferred else outcomes
    qubits = circuit.wiring.qubits
    shares = [op for op in circuit.operations if isinstance(op, Share) and op.qubits]
    starts: list[tuple[float, Complex]] = [(1.0, np.ones(1, complex))]
    for share in shares:
        starts = [
            (weight * chance, np.outer(vector, part).ravel())
            for weight, vector in starts
            for chance, part in amplitudes(share, parameters)
        ]
    shared = [qubit for share in shares for qubit in share.qubits]
    others = [qubit for qubit in qubits if qubit not in shared]
    total: Any = 0.0
    for weight, vector in starts:
        rest = np.zeros(2 ** len(others), complex)
        rest[0] = 1
        state = np.kron(vector, rest).reshape([2] * len(qubits))
        order = [(shared + others).index(qubit) for qubit in qubits]
        batch = np.repeat(state.transpose(order)[None], len(x), axis=0)
        total = total + weight * run(circuit, parameters, x, batch)
    return np.asarray(total)


def outcomes(circuit: Circuit, parameters: Any, x: Real, state: Complex) -> Real:
    """Every string of bits in turn: the state is projected, and bits choose what is done."""
    qubits = list(circuit.wiring.qubits)
    table = np.zeros((len(x),) + (2,) * len(circuit.outcomes))
    branches: list[tuple[dict[str, int], Complex]] = [({}, state)]
    known: dict[str, set[str]] = {}  # who knows a bit
    for op in circuit.operations:
        places = [1 + qubits.index(qubit) for qubit in op.qubits]
        match op:
            case Gate(kind, _, angle):
                value: Any = angle if isinstance(angle, float) else None
                if isinstance(angle, DataAngle):
                    value = angle.of(x)
                elif isinstance(angle, Parameter):
                    value = angle.of(parameters)
                matrix = matrix_of(kind, value)
                branches = [(bits, apply(matrix, places, psi)) for bits, psi in branches]
            case Measure(qubit, bit):
                known[bit] = {qubit.qpu}
                branches = [
                    ({**bits, bit: outcome}, apply(np.diag([1 - outcome, outcome]), places, psi))
                    for bits, psi in branches
                    for outcome in (0, 1)
                ]
            case Send(bit, sender, receiver):
                assert sender in known[bit], "a QPU sends what it knows"
                known[bit].add(receiver)
            case Rotate(kind, qubit, bit, angles):
                assert qubit.qpu in known[bit], "a QPU uses what it knows"
                branches = [
                    (bits, apply(matrix_of(kind, angles[bits[bit]].of(parameters)), places, psi))
                    for bits, psi in branches
                ]
    for bits, psi in branches:
        cell: tuple[Any, ...] = (slice(None), *(bits[bit] for bit in circuit.outcomes))
        table[cell] += np.sum(np.abs(psi) ** 2, axis=tuple(range(1, psi.ndim)))
    return table


def superposed(circuit: Circuit, parameters: Any, x: Real, state: Complex) -> Real:
    """All strings of bits at once: see `probabilities`."""
    qubits = list(circuit.wiring.qubits)
    where: dict[str, int] = {}  # axis of the qubit that a bit was read off
    for op in circuit.operations:
        places = [1 + qubits.index(qubit) for qubit in op.qubits]
        match op:
            case Gate(kind, _, angle):
                value: Any = angle if isinstance(angle, float) else None
                if isinstance(angle, DataAngle):
                    value = angle.of(x)
                elif isinstance(angle, Parameter):
                    value = angle.of(parameters)
                state = apply(matrix_of(kind, value), places, state)
            case Measure(_, bit):
                (where[bit],) = places
            case Rotate(kind, _, bit, angles):
                both = [matrix_of(kind, angle.of(parameters)) for angle in angles]
                controlled = np.kron(np.diag([1, 0]), both[0]) + np.kron(np.diag([0, 1]), both[1])
                state = apply(controlled, [where[bit], *places], state)
    kept = [where[bit] for bit in circuit.outcomes]
    others = tuple(axis for axis in range(1, state.ndim) if axis not in kept)
    return np.asarray(np.sum(np.abs(state) ** 2, axis=others))
