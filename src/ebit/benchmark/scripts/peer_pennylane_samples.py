"""PennyLane on default.qubit without compilation, one sample after the other.

The loop that tutorials and published codes of such studies use: a QNode per sample, its gradient
by backpropagation through the simulator. Only a few samples are run and the time is scaled.
"""

from typing import Any

import pennylane as qml
from problem import Layout, Params
from samples import Expectation, circuit, main


def make(layout: Layout) -> Expectation:
    """E_w(x) of one sample from the probabilities of the two read-out qubits."""

    @qml.qnode(qml.device("default.qubit", wires=layout.wires), diff_method="backprop")
    def table(params: Params, x: Any) -> Any:
        circuit(layout, params, x)
        return qml.probs(wires=layout.readout)

    def expectation(params: Params, x: Any) -> Any:
        return qml.math.sum(params["readout"] * qml.math.reshape(table(params, x), (2, 2)))

    return expectation


if __name__ == "__main__":
    main("PennyLane default.qubit", make)
