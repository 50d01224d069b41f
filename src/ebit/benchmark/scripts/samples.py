"""What the PennyLane peers that take one sample after the other have in common."""

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pennylane as qml
import protocol
from problem import Layout, Params, flatten, halves, ring
from protocol import SAMPLES, Answer, Check, Order, median_seconds

Expectation = Callable[[Params, Any], Any]


def main(name: str, make: Callable[[Layout], Expectation]) -> None:
    """Run a peer as a program; `make` gives E_w(x) of one sample as a function."""

    def measure(order: Order) -> Answer:
        import autograd

        few = order.problem.first(SAMPLES)
        expectation = make(few.layout)

        def cost(params: Params) -> Any:
            residuals = [
                (y - expectation(params, x)) ** 2 for x, y in zip(few.x, few.y, strict=True)
            ]
            return sum(residuals) / few.batch

        angles = {name: leaf for name, leaf in few.params.items() if name != "mixing"}
        function = autograd.value_and_grad(cost)
        begin = time.perf_counter()
        value, gradient = function(angles)
        once = time.perf_counter() - begin
        left = order.seconds - once
        seconds = once if left < 0 else median_seconds(lambda: function(angles), left)
        return Answer(
            version=qml.__version__,
            device=f"cpu ({os.cpu_count()} cores)",
            compile_seconds=0.0,
            step_seconds=seconds * order.problem.batch / few.batch,
            checks={few.batch: Check(float(value), flatten(gradient).tolist())},
        )

    protocol.run(f"{name}: one sample after the other.", ["samples"], measure)


def circuit(layout: Layout, params: Params, x: Any) -> None:
    """All gates of one sample, as they are drawn."""
    for pair in range(layout.pairs):
        qml.Hadamard(pair)
        qml.CNOT([pair, layout.qubits + pair])
    for group in layout.groups(0):
        for wire in group:
            qml.Hadamard(wire)
            qml.RZ(x[wire], wire)
        for i, j in ring(len(group)):
            a, b = group[i], group[j]
            qml.IsingZZ((np.pi - x[a]) * (np.pi - x[b]) / 2, [a, b])
    for stage in range(layout.stages):
        own = [layout.remaining(qpu, stage) for qpu in range(2)]
        place = {wire: (q, k) for q, wires in enumerate(own) for k, wire in enumerate(wires)}
        angles = params["convolution"][stage]
        for depth in range(angles.shape[1]):
            for group in layout.groups(stage):
                convolve(group, [angles[place[w][0], depth, place[w][1]] for w in group])
        for control, target, q, k in layout.moves(stage):
            for outcome in (0, 1):
                phi, chi = (params["pooling"][stage][q, k, outcome, which] for which in (0, 1))
                qml.ctrl(qml.RZ, control, control_values=outcome)(phi, wires=target)
                qml.ctrl(qml.RX, control, control_values=outcome)(chi, wires=target)


def convolve(wires: list[int], angles: list[Any]) -> None:
    """One convolution layer on a group of wires."""
    for bonds in halves(len(wires)):
        for wire in wires:
            qml.Hadamard(wire)
        for i, j in bonds:
            qml.CZ([wires[i], wires[j]])
        for wire, angle in zip(wires, angles, strict=True):
            qml.RX(angle, wire)
