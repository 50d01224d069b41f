"""Dense state-vector reference: both QPUs in one register, one gate after the other, in NumPy.

It shares no code with the package, so that agreement with it means something. A circuit is a plain
list of `Gate` and `Measurement`; three interpreters read it: forward, adjoint and branch by branch.
The state has shape (batch, 2, ..., 2); qubit 0 comes first and QPU A comes before QPU B.

A measured qubit is never acted on again. A rotation chosen by its outcome is therefore the same as
a rotation controlled by the unmeasured qubit (deferred measurement): the forward and the adjoint
interpreter use that, the branch interpreter projects and so proves it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Params = dict[str, Any]
Path = tuple[Any, ...]
Condition = tuple[int, int]

IDENTITY: Complex = np.eye(2, dtype=np.complex128)
PAULI_X: Complex = np.array([[0, 1], [1, 0]], dtype=np.complex128)
PAULI_Z: Complex = np.diag([1, -1]).astype(np.complex128)
HADAMARD: Complex = (PAULI_X + PAULI_Z) / np.sqrt(2)
CONTROLLED_Z: Complex = np.diag([1, 1, 1, -1]).astype(np.complex128)
CONTROLLED_X: Complex = np.eye(4, dtype=np.complex128)[[0, 1, 3, 2]]


@dataclass(frozen=True)
class Gate:
    """A unitary on some qubits; if it has a parameter it is exp(-i angle generator / 2)."""

    matrix: Complex  # (d, d), or (batch, d, d) where it depends on the data
    qubits: tuple[int, ...]
    path: Path | None = None  # where the angle lies in the pytree
    generator: Complex | None = None
    condition: Condition | None = None  # acts only if this qubit was measured with this outcome


@dataclass(frozen=True)
class Measurement:
    """A measurement of one qubit in the computational basis."""

    qubit: int


Step = Gate | Measurement


@dataclass(frozen=True)
class Wire:
    """A qubit of the register and its place: QPU and index among the qubits that remain there."""

    qubit: int
    qpu: int
    local: int


@dataclass(frozen=True)
class Circuit:
    """A whole circuit, the number of its qubits and the qubits read out at its end."""

    steps: list[Step]
    qubits: int
    readout: tuple[int, ...]


# ------------------------------------------------------------------ description of the circuit


def rotation(
    params: Params, path: Path, pauli: Complex, qubit: int, condition: Condition | None = None
) -> Gate:
    """exp(-i angle P / 2) with the angle found at `path`."""
    angle: Any = params
    for key in path:
        angle = angle[key]
    matrix = np.cos(angle / 2) * IDENTITY - 1j * np.sin(angle / 2) * pauli
    return Gate(matrix, (qubit,), path, pauli, condition)


def ring(size: int) -> list[tuple[int, int]]:
    """Neighbours on a ring; two qubits have one bond."""
    return [(i, (i + 1) % size) for i in range(size)] if size > 2 else [(0, 1)]


def embedding(x: Real, wires: Sequence[Wire]) -> list[Gate]:
    """H on all, RZ(x_i), RZZ((pi - x_i)(pi - x_j) / 2) on the ring; x has shape (batch, wires)."""
    z, zz = np.array([1, -1]), np.array([1, -1, -1, 1])
    gates = [Gate(HADAMARD, (wire.qubit,)) for wire in wires]
    for i, wire in enumerate(wires):
        phases = np.exp(-0.5j * x[:, i, None] * z)
        gates.append(Gate(phases[:, :, None] * np.eye(2), (wire.qubit,)))
    for i, j in ring(len(wires)):
        angle = (np.pi - x[:, i]) * (np.pi - x[:, j]) / 2
        phases = np.exp(-0.5j * angle[:, None] * zz)
        gates.append(Gate(phases[:, :, None] * np.eye(4), (wires[i].qubit, wires[j].qubit)))
    return gates


def layer(params: Params, paths: Sequence[Path], wires: Sequence[Wire]) -> list[Gate]:
    """H on all, CZ on (0,1),(2,3),.., RX; beyond two qubits again, on the other bonds of the ring.

    Both halves use the same angles.
    """
    bonds = ring(len(wires))
    gates: list[Gate] = []
    for half in [bonds[0::2], bonds[1::2]] if len(wires) > 2 else [bonds]:
        gates += [Gate(HADAMARD, (wire.qubit,)) for wire in wires]
        gates += [Gate(CONTROLLED_Z, (wires[i].qubit, wires[j].qubit)) for i, j in half]
        for path, wire in zip(paths, wires, strict=True):
            gates.append(rotation(params, path, PAULI_X, wire.qubit))
    return gates


def partners(size: int, layout: str) -> list[tuple[int, int]]:
    """Places of the measured qubits of a QPU, and of the qubit that each of them drives.

    "halves": 0, 2, .. drive the next qubit; the last of an odd number has no partner and is left
    alone. "all-but-one": all drive the last qubit, one after the other.
    """
    if layout == "all-but-one":
        return [(k, size - 1) for k in range(size - 1)]
    return [(k, k + 1) for k in range(0, size - 1, 2)]


def pooling(
    params: Params, stage: int, qpus: Sequence[Sequence[int]], swap: bool, layout: str
) -> list[Step]:
    """Measure qubits of every QPU; each outcome selects RZ, then RX, on the qubit that it drives.

    With `swap` the outcome of the other QPU selects the rotation.
    """
    pairs = partners(len(qpus[0]), layout)
    steps: list[Step] = [Measurement(qpu[measured]) for qpu in qpus for measured, _ in pairs]
    for q, qpu in enumerate(qpus):
        source = qpus[1 - q] if swap else qpu
        for k, (measured, driven) in enumerate(pairs):
            for outcome in (0, 1):
                for which, pauli in enumerate((PAULI_Z, PAULI_X)):
                    path = ("pooling", stage, (q, k, outcome, which))
                    condition = (source[measured], outcome)
                    steps.append(rotation(params, path, pauli, qpu[driven], condition))
    return steps


def after_pooling(qpu: Sequence[int], layout: str) -> list[int]:
    """The qubits that a pooling round leaves on a QPU."""
    measured = [place for place, _ in partners(len(qpu), layout)]
    return [qubit for place, qubit in enumerate(qpu) if place not in measured]


def processors(qpus: Sequence[Sequence[int]], joined: bool) -> list[list[Wire]]:
    """The groups of qubits that a block acts on: one for each QPU, or all of them joined."""
    groups = [[Wire(qubit, q, i) for i, qubit in enumerate(qpu)] for q, qpu in enumerate(qpus)]
    return [[wire for group in groups for wire in group]] if joined else groups


def schmidt(concurrence: float) -> Complex:
    """The gate that takes |0> to cos(a)|0> + sin(a)|1> with sin(2a) the concurrence."""
    angle = np.arcsin(concurrence) / 2
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]], dtype=np.complex128)


def build(params: Params, x: Real, qubits: int, resource: str, layout: str = "halves") -> Circuit:
    """The circuit of one model with its parameters and data put in."""
    name, _, concurrence = resource.partition(",concurrence=")
    kind, _, pairs = name.partition(":")
    if kind not in {"none", "bell", "classical", "classical+bell", "quantum", "single"}:
        raise ValueError(f"Unknown resource {resource!r}.")
    qpus = [list(range(q * qubits, (q + 1) * qubits)) for q in range(1 if kind == "single" else 2)]
    joined, swap = kind == "quantum", kind.startswith("classical")
    steps: list[Step] = []
    for j in range(int(pairs or 0)):
        pair = (qpus[0][j], qpus[1][j])
        steps += [Gate(schmidt(float(concurrence or 1)), pair[:1]), Gate(CONTROLLED_X, pair)]
    for depth in range(params["mixing"].shape[1]):
        for wires in processors(qpus, joined):
            steps += layer(params, [("mixing", (w.qpu, depth, w.local)) for w in wires], wires)
    embedded = processors(qpus, joined) * (2 if kind == "single" else 1)
    parts = np.split(np.asarray(x, dtype=np.float64), len(embedded), axis=1)
    for wires, part in zip(embedded, parts, strict=True):
        steps += embedding(part, wires)
    remaining: Sequence[Sequence[int]] = qpus
    for stage, angles in enumerate(params["convolution"]):
        for depth in range(angles.shape[1]):
            for wires in processors(remaining, joined):
                paths = [("convolution", stage, (w.qpu, depth, w.local)) for w in wires]
                steps += layer(params, paths, wires)
        steps += pooling(params, stage, remaining, swap, layout)
        remaining = [after_pooling(qpu, layout) for qpu in remaining]
    readout = tuple(qpu[0] for qpu in remaining)
    steps += [Measurement(qubit) for qubit in readout]
    return Circuit(steps, len(qpus) * qubits, readout)


def map_angles(function: Callable[[Real], Real], params: Params) -> Params:
    """The function of every array of angles; the read-out weights are left out."""
    return {
        "mixing": function(params["mixing"]),
        "convolution": tuple(function(stage) for stage in params["convolution"]),
        "pooling": tuple(function(stage) for stage in params["pooling"]),
    }


def with_qpu_axis(params: Params, resource: str) -> Params:
    """Float64 angles that all have a leading QPU axis, also those of a single QPU."""
    angles = map_angles(lambda leaf: np.asarray(leaf, dtype=np.float64), params)
    return (
        map_angles(lambda leaf: leaf[None], angles) if resource in {"single", "joint"} else angles
    )


# ---------------------------------------------------------------------- action on a state


def ground_state(batch: int, qubits: int) -> Complex:
    """|0...0> for every sample."""
    state = np.zeros((batch,) + (2,) * qubits, dtype=np.complex128)
    state[(slice(None),) + (0,) * qubits] = 1
    return state


def where(condition: Condition, state: Complex) -> tuple[slice, ...]:
    """Index of the part of the state in which the qubit has the outcome; keeps all axes."""
    qubit, outcome = condition
    index = [slice(None)] * state.ndim
    index[1 + qubit] = slice(outcome, outcome + 1)
    return tuple(index)


def apply_matrix(matrix: Complex, qubits: Sequence[int], state: Complex) -> Complex:
    """The matrix on these qubits, the identity on all others."""
    axes, front = [1 + qubit for qubit in qubits], list(range(1, 1 + len(qubits)))
    moved = np.moveaxis(state, axes, front)
    flat = moved.reshape(len(state), 2 ** len(qubits), -1)
    return np.moveaxis((matrix @ flat).reshape(moved.shape), front, axes)


def apply_gate(gate: Gate, state: Complex, *, inverse: bool = False) -> Complex:
    """The gate, controlled by its condition if it has one, or its inverse."""
    matrix = np.swapaxes(gate.matrix, -1, -2).conj() if inverse else gate.matrix
    if gate.condition is None:
        return apply_matrix(matrix, gate.qubits, state)
    part = where(gate.condition, state)
    result = state.copy()
    result[part] = apply_matrix(matrix, gate.qubits, state[part])
    return result


def evolve(steps: Sequence[Step], state: Complex) -> Complex:
    """All gates in their order; measurements are deferred."""
    for step in steps:
        if isinstance(step, Gate):
            state = apply_gate(step, state)
    return state


def branches(
    steps: Sequence[Step], state: Complex, outcomes: dict[int, int]
) -> Iterator[tuple[dict[int, int], Real]]:
    """Outcomes and probability (batch,) of every branch; the state is projected, not normalised."""
    for position, step in enumerate(steps):
        if isinstance(step, Measurement):
            for outcome in (0, 1):
                part = where((step.qubit, outcome), state)
                projected = np.zeros_like(state)
                projected[part] = state[part]
                known = outcomes | {step.qubit: outcome}
                yield from branches(steps[position + 1 :], projected, known)
            return
        if step.condition is None or outcomes[step.condition[0]] == step.condition[1]:
            state = apply_matrix(step.matrix, step.qubits, state)
    yield outcomes, np.sum(np.abs(state) ** 2, axis=tuple(range(1, state.ndim)))


# ------------------------------------------------------------------------------ interface


def probabilities(
    params: Params, x: Real, *, qubits: int, resource: str, layout: str = "halves"
) -> Real:
    """P(a, b | x) of shape (batch, 2, 2); for "single" P(a | x) of shape (batch, 2)."""
    circuit = build(with_qpu_axis(params, resource), x, qubits, resource, layout)
    state = evolve(circuit.steps, ground_state(len(x), circuit.qubits))
    summed = [1 + qubit for qubit in range(circuit.qubits) if qubit not in circuit.readout]
    return np.asarray(np.sum(np.abs(state) ** 2, axis=tuple(summed)), dtype=np.float64)


def probabilities_by_branches(
    params: Params, x: Real, *, qubits: int, resource: str, layout: str = "halves"
) -> Real:
    """The same as `probabilities`, with every measurement really made."""
    circuit = build(with_qpu_axis(params, resource), x, qubits, resource, layout)
    result = np.zeros((len(x),) + (2,) * len(circuit.readout))
    for outcomes, weight in branches(circuit.steps, ground_state(len(x), circuit.qubits), {}):
        cell: tuple[Any, ...] = tuple(outcomes[qubit] for qubit in circuit.readout)
        result[(slice(None), *cell)] += weight
    return result


def gradient(
    params: Params, x: Real, cotangent: Real, *, qubits: int, resource: str, layout: str = "halves"
) -> Params:
    """Gradient of sum(cotangent * probabilities), a pytree like `params` without the read-out.

    With f = <psi|O|psi>, the co-state O psi carried back to a gate exp(-i angle G / 2) gives
    df / dangle = Im <co-state|G|state>.
    """
    angles = with_qpu_axis(params, resource)
    circuit = build(angles, x, qubits, resource, layout)
    result = map_angles(np.zeros_like, angles)
    state = evolve(circuit.steps, ground_state(len(x), circuit.qubits))
    sizes = [2 if qubit in circuit.readout else 1 for qubit in range(circuit.qubits)]
    costate = np.asarray(cotangent, dtype=np.float64).reshape(len(x), *sizes) * state
    for step in reversed(circuit.steps):
        if isinstance(step, Measurement):
            continue
        if step.generator is not None and step.path is not None:
            part = (slice(None),) if step.condition is None else where(step.condition, state)
            moved = apply_matrix(step.generator, step.qubits, state[part])
            leaf: Any = result
            for key in step.path[:-1]:
                leaf = leaf[key]
            leaf[step.path[-1]] += np.sum(costate[part].conj() * moved).imag
        state = apply_gate(step, state, inverse=True)
        costate = apply_gate(step, costate, inverse=True)
    return map_angles(lambda leaf: leaf[0], result) if resource == "single" else result
