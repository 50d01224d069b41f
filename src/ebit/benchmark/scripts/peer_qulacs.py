"""Qulacs (C++), one sample after the other, gradients by its own backward sweep.

<Z_a>, <Z_b> and <Z_a Z_b> determine the table of probabilities; their weighted sum is one
observable, so one backward sweep per sample is enough. Data angles are parameters that are not
trained; a rotation that an outcome chooses is two half rotations around CNOT gates, because a
controlled rotation takes no parameter there. Only a few samples are run and the time is scaled.
"""

import os
import time
from dataclasses import dataclass, field

import numpy as np
import protocol
import qulacs
from numpy.typing import NDArray
from problem import Layout, Params, flatten, halves, places, ring
from protocol import SAMPLES, Answer, Check, Order, median_seconds

SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 4
"""P(a, b) = sum_k <O_k> SIGNS[k] for O = 1, Z_a, Z_b, Z_a Z_b."""


@dataclass
class Program:
    """A circuit in Qulacs with the place of every parameter.

    Attributes:
        circuit: The gates.
        angles: For every parameter the trained angle that it is, or -1 - k for data angle k.
        factors: What the angle is multiplied by.
        features: For every data angle its two features, twice the same for a feature alone.
    """

    circuit: qulacs.ParametricQuantumCircuit
    angles: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    features: list[tuple[int, int]] = field(default_factory=list)

    def rotate(self, axis: str, wires: list[int], angle: int, factor: float) -> None:
        """exp(-i factor angle P / 2) of a Pauli string P; Qulacs's own angles have no minus."""
        ids = {"x": 1, "z": 3}[axis]
        self.circuit.add_parametric_multi_Pauli_rotation_gate(wires, len(wires) * [ids], 0.0)
        self.angles.append(angle)
        self.factors.append(-factor)

    def data(self, wires: list[int]) -> None:
        """A data angle on one wire (its feature) or two (their product)."""
        self.features.append((wires[0], wires[-1]))
        self.rotate("z", wires, -len(self.features), 1.0)

    def values(self, trained: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Qulacs's parameters for one sample."""
        data = [x[a] if a == b else (np.pi - x[a]) * (np.pi - x[b]) / 2 for a, b in self.features]
        every = [trained[k] if k >= 0 else data[-1 - k] for k in self.angles]
        return np.array(every) * self.factors


def build(layout: Layout, params: Params) -> Program:
    """All gates of one sample, as they are drawn."""
    program = Program(qulacs.ParametricQuantumCircuit(layout.wires))
    circuit, names = program.circuit, places(params)
    for pair in range(layout.pairs):
        circuit.add_H_gate(pair)
        circuit.add_CNOT_gate(pair, layout.qubits + pair)
    for group in layout.groups(0):
        for wire in group:
            circuit.add_H_gate(wire)
            program.data([wire])
        for i, j in ring(len(group)):
            program.data([group[i], group[j]])
    for stage in range(layout.stages):
        own = [layout.remaining(qpu, stage) for qpu in range(2)]
        place = {wire: (q, k) for q, wires in enumerate(own) for k, wire in enumerate(wires)}
        convolution, pooling = names["convolution"][stage], names["pooling"][stage]
        for depth in range(convolution.shape[1]):
            for group in layout.groups(stage):
                for bonds in halves(len(group)):
                    for wire in group:
                        circuit.add_H_gate(wire)
                    for i, j in bonds:
                        circuit.add_CZ_gate(group[i], group[j])
                    for wire in group:
                        q, k = place[wire]
                        program.rotate("x", [wire], int(convolution[q, depth, k]), 1.0)
        for control, target, q, k in layout.moves(stage):
            for outcome in (0, 1):
                for which, axis in enumerate("zx"):
                    angle = int(pooling[q, k, outcome, which])
                    program.rotate(axis, [target], angle, 0.5)
                    sign = 0.5 if outcome == 0 else -0.5
                    if axis == "z":
                        program.rotate("z", [control, target], angle, sign)
                    else:  # Z on the control, X on the target
                        circuit.add_H_gate(target)
                        program.rotate("z", [control, target], angle, sign)
                        circuit.add_H_gate(target)
    return program


def observables(layout: Layout) -> list[str]:
    """Pauli strings of Z_a, Z_b and Z_a Z_b."""
    a, b = layout.readout
    return [f"Z {a}", f"Z {b}", f"Z {a} Z {b}"]


def measure(order: Order) -> Answer:
    """Time loss and gradient of a few samples."""
    few = order.problem.first(SAMPLES)
    program = build(few.layout, few.params)
    trained = flatten(few.params)
    angles, weights = trained[:-4], trained[-4:]
    owner = np.array(program.angles)
    strings = observables(few.layout)
    single = []
    for string in strings:
        observable = qulacs.Observable(few.layout.wires)
        observable.add_operator(1.0, string)
        single.append(observable)

    def step() -> tuple[float, NDArray[np.float64]]:
        loss, gradient = 0.0, np.zeros(len(trained))
        mixed = SIGNS @ weights
        whole = qulacs.Observable(few.layout.wires)
        for string, weight in zip(strings, mixed[1:], strict=True):
            whole.add_operator(float(weight), string)
        for x, y in zip(few.x, few.y, strict=True):
            for place, value in enumerate(program.values(angles, x)):
                program.circuit.set_parameter(place, float(value))
            state = qulacs.QuantumState(few.layout.wires)
            program.circuit.update_quantum_state(state)
            means = np.array([1.0, *(o.get_expectation_value(state) for o in single)])
            residual = means @ mixed - y
            slopes = np.array(program.circuit.backprop(whole)) * program.factors
            inner = np.zeros(len(trained))
            np.add.at(inner, owner[owner >= 0], slopes[owner >= 0])
            inner[-4:] = means @ SIGNS
            loss += residual**2 / few.batch
            gradient += 2 * residual * inner / few.batch
        return loss, gradient

    begin = time.perf_counter()
    value, gradient = step()
    once = time.perf_counter() - begin
    left = order.seconds - once
    seconds = once if left < 0 else median_seconds(step, left)
    return Answer(
        version=qulacs.__version__,
        device=f"cpu ({os.cpu_count()} cores)",
        compile_seconds=0.0,
        step_seconds=seconds * order.problem.batch / few.batch,
        checks={few.batch: Check(float(value), gradient.tolist())},
    )


if __name__ == "__main__":
    protocol.run("Qulacs: one sample after the other.", ["samples"], measure)
