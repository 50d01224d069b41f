"""Cut circuits of qiskit-addon-cutting as oracle."""

from typing import Any

import numpy as np
import pytest

from ebit.cutting import WIRE_GAMMA, cut_overhead, gate_gamma, reconstruct
from ebit.export import program_of
from ebit.export.qiskit import written
from random_circuits import circuit_model, random_data, random_parameters

SHOTS = 256


@pytest.mark.slow
def test_another_package_cuts_the_same_circuit_at_the_same_price() -> None:
    cutting: Any = pytest.importorskip("qiskit_addon_cutting")
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer.primitives import SamplerV2

    model = circuit_model("quantum", 2)
    rng = np.random.default_rng(3)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)[0]
    x[1] = np.pi  # one of the four gates across does nothing: 216 circuits instead of 1,296
    plain = written(program_of(model, parameters, x, deferred=True))
    read = {}
    circuit = QuantumCircuit(plain.num_qubits)
    for step in plain.data:
        qubits = [plain.find_bit(qubit).index for qubit in step.qubits]
        if step.operation.name == "measure":
            bit = step.clbits[0]
            register, place = plain.find_bit(bit).registers[0]
            if register.name == "readout":
                read[place] = qubits[0]
        elif step.operation.name != "barrier":
            circuit.append(step.operation, qubits)
    letters = ["I"] * circuit.num_qubits
    for qubit in read.values():
        letters[circuit.num_qubits - 1 - qubit] = "Z"
    parity = SparsePauliOp("".join(letters))
    labels = "".join("A" if k < 2 else "B" for k in range(circuit.num_qubits))
    problem = cutting.partition_problem(circuit, labels, observables=parity.paulis)
    price = np.prod([basis.overhead for basis in problem.bases])
    assert np.log10(price) == pytest.approx(cut_overhead(model, parameters, x).log10_each)
    experiments, coefficients = cutting.generate_cutting_experiments(
        circuits=problem.subcircuits, observables=problem.subobservables, num_samples=np.inf
    )
    sampler = SamplerV2(default_shots=SHOTS, seed=1)
    results = {label: sampler.run(own).result() for label, own in experiments.items()}
    found = cutting.reconstruct_expectation_values(results, coefficients, problem.subobservables)
    table = reconstruct(model, parameters, x)
    exact = table[0, 0] + table[1, 1] - table[0, 1] - table[1, 0]
    error = np.sqrt(2 * sum(weight**2 for weight, _ in coefficients) / SHOTS)
    assert error < 0.2
    assert found[0] == pytest.approx(exact, abs=4 * error)


@pytest.mark.slow
def test_another_package_has_the_same_overheads() -> None:
    move: Any = pytest.importorskip("qiskit_addon_cutting.instructions").Move
    basis: Any = pytest.importorskip("qiskit_addon_cutting.qpd").QPDBasis
    from qiskit.circuit.library import CSGate, CXGate, CZGate, RZZGate, SwapGate

    for gate in (CZGate(), CXGate(), CSGate(), SwapGate(), *map(RZZGate, (0.3, 1.1, -2.0))):
        theirs = basis.from_instruction(gate).overhead
        assert gate_gamma(gate.to_matrix()) ** 2 == pytest.approx(theirs), gate.name
    assert basis.from_instruction(move()).overhead == pytest.approx(WIRE_GAMMA**2) == 16
