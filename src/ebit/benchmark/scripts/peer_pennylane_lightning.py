"""PennyLane on lightning.qubit (C++) with adjoint differentiation, one sample after the other.

Adjoint differentiation needs expectation values, and <Z_a>, <Z_b> and <Z_a Z_b> determine the
table of probabilities. The device contracts their cotangents itself, so that one backward sweep
is enough. Only a few samples are run and the time is scaled.
"""

from typing import Any

import numpy as np
import pennylane as qml
from problem import Layout, Params
from samples import Expectation, circuit, main

SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 4


def make(layout: Layout) -> Expectation:
    """E_w(x) of one sample from three expectation values."""
    device = qml.device("lightning.qubit", wires=layout.wires, c_dtype=np.complex64)
    a, b = layout.readout

    @qml.qnode(device, diff_method="adjoint", device_vjp=True)
    def values(params: Params, x: Any) -> Any:
        circuit(layout, params, x)
        return qml.expval(qml.Z(a)), qml.expval(qml.Z(b)), qml.expval(qml.Z(a) @ qml.Z(b))

    def expectation(params: Params, x: Any) -> Any:
        first, second, both = values(params, x)
        weights = qml.math.reshape(params["readout"], (4,)) @ SIGNS.T
        return weights[0] + weights[1] * first + weights[2] * second + weights[3] * both

    return expectation


if __name__ == "__main__":
    main("PennyLane lightning.qubit", make)
