"""Circuits of other tools, executed by them and, as local circuits, by the interpreter."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import circuit_interpreter
import ebit
from ebit.circuits import Circuit

exported = pytest.importorskip("exported_circuits")
qiskit = pytest.importorskip("qiskit")

ONE = ("h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx", "id")
TURNS = ("rx", "ry", "rz", "p")
TWO = ("cx", "cz", "swap")
TURNS_OF_TWO = ("rzz", "rxx", "ryy")


def table(local: Circuit, angles: Any, x: Any) -> Any:
    return circuit_interpreter.probabilities(local, {"local": np.asarray(angles)}, x[None])[0]


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), gates=st.integers(1, 12), qubits=st.integers(2, 3))
def test_any_gates_of_qiskit(seed: int, gates: int, qubits: int) -> None:
    from qiskit.circuit import ParameterVector

    rng = np.random.default_rng(seed)
    theta, x = ParameterVector("theta", 20), ParameterVector("x", 2)
    circuit = qiskit.QuantumCircuit(qubits, 2)
    for qubit in range(qubits):
        circuit.h(qubit)
    for number in range(gates):
        places = rng.permutation(qubits)[:2].tolist()
        angle = [theta[number], x[number % 2], float(rng.normal())][rng.integers(3)]
        names = [ONE, TURNS, TWO, TURNS_OF_TWO][kind := int(rng.integers(4))]
        name = names[rng.integers(len(names))]
        arguments = [angle] if kind % 2 else []
        getattr(circuit, name)(*arguments, *places[: 1 + kind // 2])
    circuit.u(0.3, theta[19], -0.2, 0)
    circuit.measure([0, 1], [0, 1])
    values = {p: float(rng.normal()) for p in circuit.parameters}
    trained = [p for p in circuit.parameters if p.name.startswith("theta")]
    row = np.array([values.get(p, 0.0) for p in x])
    local = ebit.from_qiskit(circuit)
    found = table(local, [values[p] for p in trained], row)
    expected = exported.exact(circuit.assign_parameters(values))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_feed_forward_and_back_through_qasm() -> None:
    from qiskit.circuit import Parameter

    a, b = Parameter("a"), Parameter("b")
    circuit = qiskit.QuantumCircuit(2, 2)
    circuit.rx(0.7, 0)
    circuit.h(1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.rz(a, 1)
    with otherwise:
        circuit.rz(b, 1)
    circuit.h(1)
    circuit.measure(1, 1)
    pytest.importorskip("qiskit_qasm3_import")
    for local in (
        ebit.from_qiskit(circuit),
        ebit.from_qasm3(qiskit.qasm3.dumps(circuit)),
    ):
        assert local.outcomes == ("a1",)
        found = table(local, [0.4, 1.9], np.zeros(0))
        one = np.sin(0.35) ** 2
        up = one * np.cos(0.2) ** 2 + (1 - one) * np.cos(0.95) ** 2
        np.testing.assert_allclose(found, [up, 1 - up], atol=1e-12)


def test_a_function_of_pennylane() -> None:
    qml = pytest.importorskip("pennylane")

    def own(theta: Any, x: Any) -> Any:
        qml.RY(theta[0], wires="a")
        qml.IsingXX(x[0], wires=["a", "b"])
        qml.RX(0.3, wires="b")
        qml.CNOT(wires=["b", "a"])
        return qml.probs(wires=["a", "b"])

    local = ebit.from_pennylane(own, angles=1, features=1)
    node = qml.QNode(own, qml.device("default.qubit", wires=["a", "b"]))
    expected = np.asarray(node(np.array([0.8]), np.array([1.1]))).reshape(2, 2)
    np.testing.assert_allclose(table(local, [0.8], np.array([1.1])), expected, atol=1e-12)


def test_what_cannot_be_local_is_one_line() -> None:
    from qiskit.circuit import Parameter

    def refused(match: str, *build: Any) -> None:
        circuit = qiskit.QuantumCircuit(3, 2)
        for step in build:
            step(circuit)
        with pytest.raises(ebit.EbitError, match=match) as error:
            ebit.from_qiskit(circuit)
        assert "\n" not in str(error.value)

    last = lambda c: c.measure(0, 0)  # noqa: E731
    refused("no measurement at its end", lambda c: c.h(0))
    refused("the operation 'reset'", lambda c: c.reset(0), last)
    refused("the operation 'ccx'", lambda c: c.ccx(0, 1, 2), last)
    refused("the angle 2", lambda c: c.rx(2 * Parameter("a"), 0), last)
    refused("on a measured qubit", last, lambda c: c.h(0), lambda c: c.measure(1, 1))
    empty = qiskit.QuantumCircuit(1)
    branch = lambda c: c.if_else((c.clbits[1], 1), empty, None, [0], [])  # noqa: E731
    refused("a branch that is no single RX or RZ", lambda c: c.measure(1, 1), branch, last)
    with pytest.raises(ebit.EbitError, match="must be a QuantumCircuit"):
        ebit.from_qiskit("circuit")
    with pytest.raises(ebit.EbitError, match="no OpenQASM 3"):
        ebit.from_qasm3("qubit q")
