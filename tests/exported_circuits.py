"""Exported circuits, run by others: nothing of ebit computes here.

Aer samples circuits with conditions. For exact probabilities a condition becomes a controlled gate
(a qubit that was measured and not touched since is as good as its bit), and a reset stays.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Real = NDArray[np.float64]

qiskit = pytest.importorskip("qiskit")
aer = pytest.importorskip("qiskit_aer")


def exact(circuit: Any, noise: Any = None) -> Real:
    """P(outcomes) of the last register, axis k for its bit k, computed by Aer.

    Args:
        circuit: A circuit of Qiskit.
        noise: A noise model of Aer.
    """
    from qiskit.circuit.library import UnitaryGate

    deferred = qiskit.QuantumCircuit(*circuit.qregs)
    source: dict[Any, Any] = {}
    for step in circuit.data:
        name, qubits = step.operation.name, step.qubits
        if name == "measure":
            source[step.clbits[0]] = qubits[0]
        elif name == "if_else":
            bit, value = step.operation.condition
            control = source[bit]
            for body, state in zip(step.operation.blocks, (value, 1 - value), strict=False):
                for inner in body.data:
                    places = [qubits[body.find_bit(qubit).index] for qubit in inner.qubits]
                    matrix = inner.operation.control(1, ctrl_state=state).to_matrix()
                    deferred.append(UnitaryGate(matrix), [control, *places])
        elif name != "barrier":
            for bit in [bit for bit, qubit in source.items() if qubit in qubits]:
                del source[bit]  # its qubit says no more what the bit is
            deferred.append(step.operation, qubits)
    read = [source[bit] for bit in circuit.cregs[-1]]
    deferred.save_probabilities(read)
    mixed = noise is not None or "reset" in deferred.count_ops()
    simulator = aer.AerSimulator(
        method="density_matrix" if mixed else "statevector",
        noise_model=noise,
        max_parallel_threads=1,
    )
    found = np.asarray(simulator.run(deferred, shots=1).result().data()["probabilities"])
    return found.reshape([2] * len(read)).transpose()  # (2, ..., 2): Qiskit's first bit is last


def counts(circuit: Any, shots: int, seed: int) -> NDArray[np.int64]:
    """How often Aer measured what, axis k for bit k of the last register."""
    simulator = aer.AerSimulator(
        seed_simulator=seed, max_parallel_threads=1, shot_branching_enable=True
    )
    found = simulator.run(circuit, shots=shots).result().get_counts()
    table = np.zeros([2] * circuit.cregs[-1].size, np.int64)
    for key, count in found.items():
        table[tuple(int(bit) for bit in reversed(key.split()[0]))] += count
    return table
