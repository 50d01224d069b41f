"""Texts that other tools read back, the order of qubits, symbols, and what is refused."""

import time
from typing import Any

import jax
import numpy as np
import pytest

import circuit_interpreter
import ebit
from all_models import all_models
from ebit.export import FORMATS
from ebit.export.lower import program_of
from ebit.export.program import Barrier, Message, Prepare
from random_circuits import circuit_model, random_data, random_parameters


def a_case(resource: str, qubits: int = 2) -> tuple[Any, Any, Any, Any]:
    model = circuit_model(resource, qubits)
    rng = np.random.default_rng(7)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    return model, parameters, x[0], table


@pytest.mark.parametrize("resource", ["bell:1,fidelity=0.9", "classical", "quantum"])
def test_qiskit_reads_its_dialect_back(resource: str) -> None:
    exported = pytest.importorskip("exported_circuits")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    pytest.importorskip("qiskit_qasm3_import")
    model, parameters, x, table = a_case(resource)
    circuit = qasm3.loads(ebit.to_qasm3(model, parameters, x))
    np.testing.assert_allclose(exported.exact(circuit), table, rtol=0, atol=1e-12)
    again = qasm3.loads(qasm3.dumps(ebit.to_qiskit(model, parameters, x)))
    np.testing.assert_allclose(exported.exact(again), table, rtol=0, atol=1e-12)


@pytest.mark.parametrize("resource", ["bell:1", "classical"])
def test_pennylane_reads_its_dialect_back(resource: str) -> None:
    qml = pytest.importorskip("pennylane")
    model, parameters, x, table = a_case(resource)
    text = ebit.to_qasm3(model, parameters, x, dialect="pennylane")

    def function() -> Any:
        variables = qml.from_qasm3(text)()["vars"]
        return qml.probs(op=[variables[f"readout_{k}"].val for k in range(2)])

    found = qml.QNode(function, qml.device("default.qubit"))()
    np.testing.assert_allclose(found, table.ravel(), rtol=0, atol=1e-12)


def test_symbols_are_bound_later() -> None:
    exported = pytest.importorskip("exported_circuits")
    model, parameters, x, table = a_case("classical")
    circuit = ebit.to_qiskit(model)
    names = {name.name: name for name in circuit.parameters}
    size = len(model.circuit.uses)
    flat = np.concatenate([np.ravel(parameters[n][k]) for n in ("convolution", "pooling")
                           for k in range(len(parameters[n]))])  # fmt: skip
    assert set(names) == {*(f"theta_{k}" for k in range(size)), *(f"x_{k}" for k in range(4))}
    values = {names[f"theta_{k}"]: flat[k] for k in range(size)}
    values |= {names[f"x_{k}"]: x[k] for k in range(4)}
    bound = circuit.assign_parameters(values)
    np.testing.assert_allclose(exported.exact(bound), table, rtol=0, atol=1e-12)


def test_symbols_are_inputs_of_qasm() -> None:
    exported = pytest.importorskip("exported_circuits")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    pytest.importorskip("qiskit_qasm3_import")
    model, parameters, x, table = a_case("bell:1")
    text = ebit.to_qasm3(model, parameters)
    assert "input float[64] x_3;" in text
    circuit = qasm3.loads(text)
    bound = circuit.assign_parameters({name: x[int(name.name[2:])] for name in circuit.parameters})
    np.testing.assert_allclose(exported.exact(bound), table, rtol=0, atol=1e-12)


def test_pennylane_takes_batches_and_all_angles() -> None:
    pytest.importorskip("pennylane")
    model, parameters, x, table = a_case("classical")
    both = np.stack([x, x[::-1]])
    found = ebit.to_pennylane(model, parameters)(both)
    expected = circuit_interpreter.probabilities(model.circuit, parameters, both).reshape(2, 4)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    flat = np.concatenate([np.ravel(parameters[n][0]) for n in ("convolution", "pooling")])
    np.testing.assert_allclose(ebit.to_pennylane(model)(flat, x), table.ravel(), atol=1e-12)


def test_the_first_qpu_is_bit_zero() -> None:
    """Only QPU A answers 1: bit 0, the rightmost character of counts, PennyLane's first half."""
    exported = pytest.importorskip("exported_circuits")
    model = circuit_model("none", 2)
    parameters = jax.tree.map(
        lambda leaf: np.zeros(leaf.shape), jax.eval_shape(model.init, jax.random.key(0))
    )
    # with x = pi and no angles nothing but H gates and CZ is left; RX(pi) of pooling flips A
    x = np.full(4, np.pi)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x[None])[0]
    sure = int(np.argmax(table.sum(axis=1)))
    parameters["pooling"][0][0, :, :, 1] = np.pi * (1 - sure)
    other = int(np.argmax(table.sum(axis=0)))
    parameters["pooling"][0][1, :, :, 1] = np.pi * other
    circuit = ebit.to_qiskit(model, parameters, x)
    expected = np.zeros((2, 2))
    expected[1, 0] = 1
    np.testing.assert_allclose(exported.exact(circuit), expected, atol=1e-12)
    assert exported.counts(circuit, 10, seed=1)[1, 0] == 10
    pytest.importorskip("pennylane")
    np.testing.assert_allclose(ebit.to_pennylane(model, parameters)(x), [0, 0, 1, 0], atol=1e-12)


def test_a_round_is_a_barrier() -> None:
    model = circuit_model("classical", 4)
    program = program_of(model, random_parameters(model, np.random.default_rng(0)), np.zeros(8))
    kinds = [type(operation) for operation in program.operations]
    assert kinds.count(Barrier) == model.consumption.rounds
    assert kinds.count(Message) == model.consumption.bits


@pytest.mark.parametrize("resource", ["quantum,fidelity=0.9", "quantum"])
def test_a_teleported_gate_takes_a_pair_and_two_bits(resource: str) -> None:
    model = circuit_model(resource, 3)
    gates = sum(getattr(gate, "is_across", False) for gate in model.circuit.operations)
    program = program_of(
        model, random_parameters(model, np.random.default_rng(0)), np.zeros(6), teleport=True
    )
    kinds = [type(operation) for operation in program.operations]
    assert (kinds.count(Prepare), kinds.count(Message)) == (gates, 2 * gates)


def test_text_of_the_largest_default_model_is_small() -> None:
    model = ebit.DistributedQCNN(qubits=16, depth=20, resource=ebit.QuantumLink())
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), rng.normal(size=32)
    start = time.process_time()
    text = ebit.to_qasm3(model, parameters, x)
    assert time.process_time() - start < 5
    assert len(text.encode()) < 1_000_000


def test_what_cannot_be_exported_is_one_line() -> None:
    model = circuit_model("bell:1", 2)
    parameters = random_parameters(model, np.random.default_rng(0))
    with pytest.raises(ebit.EbitError, match=r"`x` must be one input of shape \(4,\)"):
        ebit.to_qasm3(model, parameters, np.zeros((1, 4)))
    with pytest.raises(ebit.EbitError, match="NaN or infinite"):
        ebit.to_qasm3(model, parameters, np.full(4, np.nan))
    with pytest.raises(ebit.EbitError, match="`dialect` must be one of qiskit, pennylane"):
        ebit.to_qasm3(model, parameters, dialect="quil")
    with pytest.raises(ebit.EbitError, match="does not support export"):
        ebit.to_qasm3(ebit.DistributedDNN())  # type: ignore[arg-type]
    noisy = ebit.DistributedQCNN(qubits=2, depth=1, noise=ebit.Noise(one_qubit_error=0.1))
    with pytest.raises(ebit.EbitError, match="noise=None"):
        ebit.to_qasm3(noisy)
    for resource in ("designed:1", "mixture:2"):
        with pytest.raises(ebit.EbitError, match="`parameters` must be given"):
            ebit.to_qasm3(circuit_model(resource, 2))
    with pytest.raises(ebit.EbitError, match="parameters"):
        ebit.to_qasm3(model, {"mixing": np.zeros(3)})


def test_all_models_without_noise_are_written() -> None:
    """Whatever stands in the list of models; the others are refused as such."""
    written = 0
    for named in all_models():
        model: Any = named.model
        if getattr(model, "readout", "weights") != "weights":
            continue  # the circuit is the same
        rng = np.random.default_rng(0)
        if model.noise is not None or not hasattr(model, "circuit"):
            with pytest.raises(ebit.UnsupportedError, match="does not support"):
                ebit.to_qasm3(model)
            continue
        parameters = random_parameters(model, rng)
        text = ebit.to_qasm3(model, parameters, rng.normal(size=model.features))
        outcomes = len(model.circuit.outcomes)
        assert text.count("readout[") == outcomes
        written += 1
    assert written > 30


def test_memq_gets_one_register_without_conditions() -> None:
    """Its partitioner tells qubits by their number alone."""
    model, parameters, x, table = a_case("classical")
    program = program_of(model, parameters, x, deferred=True)
    text = FORMATS["memq"].write(program)["circuit.qasm"].decode()
    assert [line for line in text.splitlines() if line.startswith(("qubit", "bit"))] == [
        "qubit[4] q;", f"bit[{sum(register.size for register in program.bits)}] c;",
    ]  # fmt: skip
    assert "if" not in text
    exported = pytest.importorskip("exported_circuits")
    qasm3 = pytest.importorskip("qiskit.qasm3")
    pytest.importorskip("qiskit_qasm3_import")
    circuit = qasm3.loads(text)
    every = exported.exact(circuit)
    found = every.sum(axis=tuple(range(every.ndim - 2)))
    np.testing.assert_allclose(found, table, rtol=0, atol=1e-12)
    with pytest.raises(ebit.UnsupportedError, match="symbols such as 'theta_0'"):
        FORMATS["memq"].write(program_of(model, deferred=True))
