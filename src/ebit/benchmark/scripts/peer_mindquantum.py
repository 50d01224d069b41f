"""MindQuantum (C++): its own batches over the samples, gradients by its adjoint method.

<Z_a>, <Z_b> and <Z_a Z_b> determine the table of probabilities. Data angles are the parameters of
an encoder, of which the tool takes a table with one row per sample.
"""

import os
import time
from typing import Any

import mindquantum as mq
import numpy as np
import protocol
from mindquantum.core.circuit import Circuit
from mindquantum.core.gates import CNOT, RX, RZ, H, Rzz, X, Z
from mindquantum.core.operators import Hamiltonian, QubitOperator
from mindquantum.simulator import Simulator
from numpy.typing import NDArray
from problem import Layout, Params, flatten, halves, places, ring
from protocol import Answer, Check, Order, median_seconds

SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 4
"""P(a, b) = sum_k <O_k> SIGNS[k] for O = 1, Z_a, Z_b, Z_a Z_b."""

READOUT = 4
"""Trained weights, the last of the flat parameters."""


def encoder(layout: Layout) -> Circuit:
    """Pairs and embedding; the angle of gate number k is called x_k."""
    circuit = Circuit()
    for pair in range(layout.pairs):
        circuit += H.on(pair)
        circuit += CNOT.on(layout.qubits + pair, pair)
    for number, wires in enumerate(data_gates(layout)):
        if len(wires) == 1:
            circuit += H.on(wires[0])
        circuit += (RZ if len(wires) == 1 else Rzz)(f"x_{number}").on(wires)
    return circuit.as_encoder()


def data_gates(layout: Layout) -> list[list[int]]:
    """Wires of every data angle: one for a feature, two for a product."""
    gates = []
    for group in layout.groups(0):
        gates += [[wire] for wire in group]
        gates += [[group[i], group[j]] for i, j in ring(len(group))]
    return gates


def data_angles(layout: Layout, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles of the embedding, (batch, data gates)."""
    columns = [
        x[:, a[0]] if len(a) == 1 else (np.pi - x[:, a[0]]) * (np.pi - x[:, a[1]]) / 2
        for a in data_gates(layout)
    ]
    return np.stack(columns, axis=1)


def ansatz(layout: Layout, params: Params) -> Circuit:
    """Everything that is trained; the angle in place k of the flat parameters is called t_k."""
    circuit, names = Circuit(), places(params)
    for stage in range(layout.stages):
        own = [layout.remaining(qpu, stage) for qpu in range(2)]
        place = {wire: (q, k) for q, wires in enumerate(own) for k, wire in enumerate(wires)}
        convolution, pooling = names["convolution"][stage], names["pooling"][stage]
        for depth in range(convolution.shape[1]):
            for group in layout.groups(stage):
                for bonds in halves(len(group)):
                    for wire in group:
                        circuit += H.on(wire)
                    for i, j in bonds:
                        circuit += Z.on(group[i], group[j])
                    for wire in group:
                        q, k = place[wire]
                        circuit += RX(f"t_{convolution[q, depth, k]}").on(wire)
        for control, target, q, k in layout.moves(stage):
            for outcome in (1, 0):
                circuit += RZ(f"t_{pooling[q, k, outcome, 0]}").on(target, control)
                circuit += RX(f"t_{pooling[q, k, outcome, 1]}").on(target, control)
                circuit += X.on(control)  # twice: the outcome is what it was
    return circuit


def measure(order: Order) -> Answer:
    """Time loss and gradient of the batch."""
    given = order.problem
    layout, trained = given.layout, flatten(given.params)
    circuit = encoder(layout) + ansatz(layout, given.params)
    numbers = [int(name[2:]) for name in circuit.ansatz_params_name]
    inputs = data_angles(layout, given.x)
    a, b = layout.readout
    terms = [QubitOperator(text) for text in (f"Z{a}", f"Z{b}", f"Z{a} Z{b}")]
    operators = [Hamiltonian(term, dtype=mq.complex64) for term in terms]
    begin = time.perf_counter()
    function = Simulator("mqvector", layout.wires, dtype=mq.complex64).get_expectation_with_grad(
        operators, circuit, parallel_worker=os.cpu_count()
    )
    compile_seconds = time.perf_counter() - begin

    def step() -> tuple[float, NDArray[np.float64]]:
        values, _, slopes = (np.asarray(p).real for p in function(inputs, trained[numbers]))
        means = np.concatenate([np.ones((given.batch, 1)), values], axis=1)
        mixed = SIGNS @ trained[-READOUT:]
        residual = means @ mixed - given.y
        gradient: Any = np.zeros(len(trained))
        gradient[numbers] = 2 * np.einsum("n,k,nkp->p", residual, mixed[1:], slopes) / given.batch
        gradient[-READOUT:] = 2 * residual @ means @ SIGNS / given.batch
        return float(np.mean(residual**2)), gradient

    value, gradient = step()
    return Answer(
        version=mq.__version__,
        device=f"cpu ({os.cpu_count()} cores)",
        compile_seconds=compile_seconds,
        step_seconds=median_seconds(step, order.seconds),
        checks={given.batch: Check(value, gradient.tolist())},
    )


if __name__ == "__main__":
    protocol.run("MindQuantum: its own batches.", ["batch"], measure)
