"""The circuit as a value: executed literally it gives what the engines compute."""

import time
from itertools import product
from typing import Any

import jax
import numpy as np
import pytest

import circuit_interpreter
from ebit.circuits import (
    POOLINGS,
    QPU,
    DataAngle,
    Gate,
    Measure,
    Parameter,
    Qubit,
    Rotate,
    Send,
    Wiring,
    build_circuit,
)
from ebit.circuits.circuit import Step
from random_circuits import circuit_model, random_data, random_parameters

SMALL = [
    "none", "bell:1", "bell:2", "bell:1,fidelity=0.8,damping=0.3", "shared:1", "designed:1",
    "designed:2", "classical", "classical+bell:1", "quantum", "single",
]  # fmt: skip
LARGER = ["none", "bell:2", "designed:2", "classical", "classical+bell:1", "quantum", "single"]
SLOW = [
    pytest.param(resource, qubits, mixing, pooling, marks=pytest.mark.slow)
    for qubits, mixing in ((2, 0), (3, 0), (4, 1), (4, 0))
    for resource in LARGER
    for pooling in POOLINGS
]
CASES: list[Any] = [
    *((resource, 2, 2, "halves") for resource in SMALL),
    *((resource, 3, 1, pooling) for resource in ("bell:2", "classical") for pooling in POOLINGS),
    ("quantum", 3, 1, "halves"),
    ("bell:1", 4, 0, "halves"),
    *SLOW,
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("resource", "qubits", "mixing", "pooling"), CASES)
def test_the_engines_compute_what_the_circuit_says(
    resource: str, qubits: int, mixing: int, pooling: str
) -> None:
    model = circuit_model(resource, qubits, depth=1, mixing=mixing, pooling=pooling)
    rng = np.random.default_rng([qubits, mixing])
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=2)
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(model.probabilities)(parameters, x))
    expected = circuit_interpreter.probabilities(model.circuit, parameters, x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("resource", "qubits", "mixing", "pooling"), CASES)
def test_every_angle_is_a_parameter_of_the_model(
    resource: str, qubits: int, mixing: int, pooling: str
) -> None:
    """Numbers are those of the flattened parameters, and each angle is used."""
    model = circuit_model(resource, qubits, depth=1, mixing=mixing, pooling=pooling)
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    angles = {name: shapes[name] for name in ("convolution", "mixing", "pooling")}
    numbered = jax.tree.map(lambda leaf: np.zeros(leaf.shape, int), angles)
    first = 0
    for leaf in jax.tree.leaves(numbered):
        leaf[...] = first + np.arange(leaf.size).reshape(leaf.shape)
        first += leaf.size
    circuit = model.circuit
    assert len(circuit.uses) == first
    assert min(circuit.uses) >= 1
    for parameter in parameters_of(circuit.operations):
        assert circuit.number(parameter) == parameter.of(numbered)


def parameters_of(operations: Any) -> list[Parameter]:
    found = []
    for operation in operations:
        match operation:
            case Gate(_, _, Parameter() as angle):
                found.append(angle)
            case Rotate():
                found += operation.angles
    return found


def test_operations_of_a_small_circuit() -> None:
    """Two qubits, one layer, written out by hand from the definition."""
    circuit = build_circuit(Wiring((QPU("A", 2, 2),)), depth=1)
    assert list(map(str, circuit.operations)) == [
        "H on A0",
        "H on A1",
        "RZ(x0) on A0",
        "RZ(x1) on A1",
        "RZZ((pi - x0)(pi - x1)/2) on A0 and A1",
        "H on A0",
        "H on A1",
        "CZ on A0 and A1",
        "RX(convolution[0][0, 0]) on A0",
        "RX(convolution[0][0, 1]) on A1",
        "measure A0 into a0",
        "RZ(pooling[0][0, 0, 0] if a0 is 0, pooling[0][0, 1, 0] if it is 1) on A1",
        "RX(pooling[0][0, 0, 1] if a0 is 0, pooling[0][0, 1, 1] if it is 1) on A1",
        "measure A1 into a1",
    ]
    assert circuit.outcomes == ("a1",)
    assert [step.kind for step in circuit.steps] == [
        "H", "RZ", "RZZ", "H", "CZ", "RX", "measure", "RZ", "RX", "measure",
    ]  # fmt: skip


def test_outcomes_are_sent_before_they_are_used() -> None:
    operations = circuit_model("classical", 2).circuit.operations
    sent = [str(operation) for operation in operations if isinstance(operation, Send)]
    assert sent == ["send a0 from A to B", "send b0 from B to A"]
    driven = [(op.bit, str(op.qubit)) for op in operations if isinstance(op, Rotate)]
    assert driven == [("b0", "A1"), ("a0", "B1")] * 2


def test_nothing_acts_on_a_measured_qubit() -> None:
    for qubits, pooling in product((2, 3, 5), POOLINGS):
        gone: set[Qubit] = set()
        for operation in circuit_model("quantum", qubits, pooling=pooling).circuit.operations:
            assert not gone.intersection(operation.qubits)
            if isinstance(operation, Measure):
                gone.add(operation.qubit)
        assert len(gone) == 2 * qubits


def test_one_qpu_takes_its_features_in_two_passes() -> None:
    gates = [op for op in circuit_model("single", 2).circuit.operations if isinstance(op, Gate)]
    features = [gate.angle.features for gate in gates if isinstance(gate.angle, DataAngle)]
    assert features == [(0,), (1,), (0, 1), (2,), (3,), (2, 3)]


def test_the_ring_of_a_joined_register_has_gates_across() -> None:
    circuit = circuit_model("quantum", 3).circuit
    across = [op for op in circuit.operations if isinstance(op, Gate) and op.is_across]
    assert [" ".join(map(str, gate.qubits)) for gate in across] == [
        "A2 B0", "B2 A0",  # the embedding
        "A2 B0", "B2 A0",  # a layer of three qubits each
        "A2 B1", "B2 A1",  # a layer of the two that are left
    ]  # fmt: skip


@pytest.mark.parametrize(("qubits", "rounds"), [(2, 1), (3, 3), (4, 2), (5, 3), (8, 2)])
def test_bonds_of_a_ring_act_side_by_side(qubits: int, rounds: int) -> None:
    circuit = build_circuit(Wiring((QPU("A", qubits, qubits),)), depth=1)
    (step,) = [step for step in circuit.steps if step.kind == "RZZ"]
    assert step.rounds == rounds


def test_a_step_without_qubits_takes_one_round() -> None:
    assert Step("send", (Send("a0", "A", "B"), Send("b0", "B", "A"))).rounds == 1


def test_large_circuits_are_cheap() -> None:
    build_circuit.cache_clear()
    model = circuit_model("quantum", 16, depth=20)
    start = time.perf_counter()
    assert len(model.circuit.operations) > 6000
    assert model.circuit.amounts["nonlocal_gates"] == 162
    assert time.perf_counter() - start < 1
    assert model.circuit is model.circuit
