"""Time of one output of the layered model, beside dense simulators: a table of the documentation.

Usage: python benchmarks/communication_peers.py [--qubits 6,8,10,12,14,16,18,20] [--seconds 60]

The model has four Walsh layers with N - 1 angles each. ebit computes a layer by two fast
transforms, of the angles and of the state. PennyLane's lightning.qubit and Qulacs get it as gates,
a rotation for each angle, and Qulacs a second time as one diagonal gate for each layer, whose N
phases ebit's transform gives (not timed); beside it stands ebit with the same phases. Circuits are
built before the clock starts. The clock counts the CPU time of this process, so that others on
the machine matter little. A simulator stops where one sample takes longer than the seconds given.
All values are compared to 1e-6. Simulators that are not installed are left out;
`requirements-peers.txt` has them.
"""

import argparse
import importlib.util
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from ebit.communication.layers import WalshLayers
from ebit.communication.model import mean_of_z, walsh_model
from ebit.communication.walsh import hadamards

LAYERS = 4
REPEATS = 3

Angles = list[NDArray[np.float64]]
Output = Callable[[], float]
Peer = Callable[[int, Angles, NDArray[np.complex128]], Output]
"""From qubits, angles and state to the output, which is timed."""


def ebit_output(n: int, theta: Angles, state: NDArray[np.complex128]) -> Output:
    """Two fast transforms a layer."""
    model = walsh_model(n, LAYERS, ("alice", "bob"))
    return lambda: float(model.output(theta, state[None])[0])


def ebit_phases(n: int, theta: Angles, state: NDArray[np.complex128]) -> Output:
    """One fast transform a layer; the phases are given, as to Qulacs."""
    layer = WalshLayers(n)
    phases = [layer.phases(own) for own in theta]

    def output() -> float:
        own = state
        for diagonal in phases:
            own = hadamards(diagonal * own)
        return float(mean_of_z(own))

    return output


def strings(n: int) -> list[list[int]]:
    """Places of the ones of every string but 0, the least significant bit at place 0."""
    return [[k for k in range(n) if s >> k & 1] for s in range(1, 2**n)]


def lightning(n: int, theta: Angles, state: NDArray[np.complex128]) -> Output:
    """lightning.qubit, one MultiRZ for each angle."""
    import pennylane as qml

    device = qml.device("lightning.qubit", wires=n)
    operations = [qml.StatePrep(state, wires=range(n))]
    for own in theta:
        for places, angle in zip(strings(n), own[1:], strict=True):
            operations.append(qml.MultiRZ(angle, wires=[n - 1 - k for k in places]))
        operations += [qml.Hadamard(k) for k in range(n)]
    tape = qml.tape.QuantumScript(operations, [qml.expval(qml.Z(0))])
    return lambda: float(device.execute(tape))


def qulacs_gates(n: int, theta: Angles, state: NDArray[np.complex128]) -> Output:
    """Qulacs, one rotation for each angle."""
    import qulacs

    circuit = qulacs.QuantumCircuit(n)
    for own in theta:
        for places, angle in zip(strings(n), own[1:], strict=True):
            circuit.add_multi_Pauli_rotation_gate(places, [3] * len(places), -angle)
        for k in range(n):
            circuit.add_H_gate(k)
    return _of_qulacs(circuit, n, state)


def qulacs_diagonal(n: int, theta: Angles, state: NDArray[np.complex128]) -> Output:
    """Qulacs, one diagonal gate for each layer."""
    import qulacs

    circuit, layer = qulacs.QuantumCircuit(n), WalshLayers(n)
    for own in theta:
        circuit.add_gate(qulacs.gate.DiagonalMatrix(list(range(n)), layer.phases(own)))
        for k in range(n):
            circuit.add_H_gate(k)
    return _of_qulacs(circuit, n, state)


def _of_qulacs(circuit, n: int, state: NDArray[np.complex128]) -> Output:  # type: ignore[no-untyped-def]
    import qulacs

    observable = qulacs.Observable(n)
    observable.add_operator(1.0, f"Z {n - 1}")

    def output() -> float:
        own = qulacs.QuantumState(n)
        own.load(state)
        circuit.update_quantum_state(own)
        return float(observable.get_expectation_value(own))

    return output


PEERS: dict[str, tuple[Peer, str]] = {
    "ebit": (ebit_output, "ebit"),
    "ebit, phases given": (ebit_phases, "ebit"),
    "lightning.qubit, gates": (lightning, "pennylane_lightning"),
    "Qulacs, gates": (qulacs_gates, "qulacs"),
    "Qulacs, phases given": (qulacs_diagonal, "qulacs"),
}
"""Everybody by name: the function and the module that it needs."""


def best_seconds(output: Output) -> tuple[float, float]:
    """The value, and the shortest time of some repeats."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.process_time()
        value = output()
        best = min(best, time.process_time() - started)
        if best > 5:
            break
    return value, best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qubits", default="6,8,10,12,14,16,18,20")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    there = {
        name: peer for name, (peer, module) in PEERS.items() if importlib.util.find_spec(module)
    }
    print(f"| n | {' | '.join(there)} | ns for each of N log2 N, ebit |")
    print(f"| --- |{' --- |' * (len(there) + 1)}")
    done: set[str] = set()
    before: dict[str, float] = {}
    for n in map(int, given.qubits.split(",")):
        rng = np.random.default_rng(n)
        theta = walsh_model(n, LAYERS, ("alice", "bob")).init(n)
        state = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
        state /= np.linalg.norm(state)
        cells, values = [], {}
        for name, peer in there.items():
            if name in done:
                cells.append("-")
                continue
            values[name], seconds = best_seconds(peer(n, theta, state))
            before[name] = seconds
            cells.append(f"{seconds:.2e}")
            if 16 * seconds > given.seconds:  # two qubits more take about 16 times as long
                done.add(name)
        for name, value in values.items():
            if abs(value - values["ebit"]) > 1e-6:
                raise SystemExit(f"{name} gives {value} at n = {n}, ebit {values['ebit']}.")
        own = 1e9 * before["ebit"] / (2**n * n)
        print(f"| {n} | {' | '.join(cells)} | {own:.0f} |", flush=True)


if __name__ == "__main__":
    main()
