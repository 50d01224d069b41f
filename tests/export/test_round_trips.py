"""Models of every kind, written in every dialect and read back by the tool it is for."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
import pytest

import circuit_interpreter
import ebit
from random_circuits import circuit_model, random_data, random_parameters

exported = pytest.importorskip("exported_circuits")
qasm3 = pytest.importorskip("qiskit.qasm3")
pytest.importorskip("qiskit_qasm3_import")


def graph(resource: str, qpus: int = 3, **settings: Any) -> Any:
    shared = ebit.parse_resource(resource)
    return ebit.DistributedQCNN(qpus=qpus, depth=1, resource=shared, **{"qubits": 2, **settings})


def given_state(qubits: tuple[str, ...]) -> Any:
    rng = np.random.default_rng(5)
    vector = rng.normal(size=2 ** len(qubits)) + 1j * rng.normal(size=2 ** len(qubits))
    state = ebit.ManyState.from_matrix(vector / np.linalg.norm(vector))
    return ebit.GivenState(state, qubits)


def own_circuit() -> Any:
    """Gates of Qiskit, a measurement and a rotation that it chooses."""
    from qiskit.circuit import ParameterVector, QuantumCircuit

    theta, circuit = ParameterVector("theta", 5), QuantumCircuit(3, 2)
    for qubit in range(3):
        circuit.ry(theta[qubit], qubit)
    circuit.cx(0, 1), circuit.cz(1, 2)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.rx(theta[3], 2)
    with otherwise:
        circuit.rx(theta[4], 2)
    circuit.measure(2, 1)
    return ebit.from_qiskit(circuit)


TWO = [
    "none", "shared:1", "mixture:2", "mixture:2+bell:1", "bell:1", "bell:2",
    "bell:1,concurrence=0.6", "bell:1,fidelity=0.9,dephasing=0.1", "bell:2,damping=0.2",
    "designed:1", "designed:2", "ghz:2", "classical", "classical+bell:1", "classical+shared:1",
    "quantum", "single",
]  # fmt: skip
KINDS: dict[str, Callable[[], Any]] = {
    **{name: partial(circuit_model, name, 2) for name in TWO},
    "all but one": lambda: circuit_model("classical", 3, pooling="all-but-one"),
    "mixing": lambda: circuit_model("bell:1", 2, depth=2, mixing=1),
    "line of pairs": lambda: graph("bell:1"),
    "ring of GHZ": lambda: graph("ghz:3", topology="ring"),
    "star of poor pairs": lambda: graph("bell:1,concurrence=0.5", topology="star"),
    "line of bits": lambda: graph("classical"),
    "line of gates": lambda: graph("quantum"),
    "four QPUs": lambda: graph("bell:1", qpus=4, topology="ring"),
    "passes": lambda: graph("bell:1", qpus=2, passes=2),
    "sizes": lambda: ebit.DistributedQCNN(sizes=(2, 3, 2), depth=1, qpus=3),
    "outputs": lambda: graph("bell:1", qpus=2, qubits=4, outputs=2),
    "own state of two": lambda: ebit.DistributedQCNN(
        qubits=2, depth=1, resource=given_state(("A0", "B1"))
    ),
    "own state of three": lambda: ebit.DistributedQCNN(
        qpus=3, qubits=2, depth=1, resource=given_state(("A0", "B1", "C0"))
    ),
    "own circuit": lambda: ebit.DistributedQCNN(
        qubits=3, local=own_circuit(), resource=ebit.ClassicalBits(1)
    ),
}  # fmt: skip


def a_case(kind: str) -> tuple[Any, Any, Any, Any]:
    model = KINDS[kind]()
    rng = np.random.default_rng(len(kind))
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    if model.values > 1:  # the interpreter knows no shared randomness that is trained
        with jax.enable_x64(True):
            table = np.asarray(jax.jit(model.probabilities)(parameters, x))[0]
    else:
        table = circuit_interpreter.probabilities(model.circuit, parameters, x)[0]
    return model, parameters, x[0], table


@pytest.mark.sampled(5)
@pytest.mark.parametrize("kind", KINDS)
def test_qiskit_reads_its_dialect_back(kind: str) -> None:
    model, parameters, x, table = a_case(kind)
    circuit = qasm3.loads(ebit.to_qasm3(model, parameters, x))
    np.testing.assert_allclose(exported.exact(circuit), table, rtol=0, atol=1e-10)
    again = qasm3.loads(qasm3.dumps(ebit.to_qiskit(model, parameters, x)))
    np.testing.assert_allclose(exported.exact(again), table, rtol=0, atol=1e-10)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("kind", KINDS)
def test_pennylane_reads_its_dialect_back(kind: str) -> None:
    qml = pytest.importorskip("pennylane")
    model, parameters, x, table = a_case(kind)
    text = ebit.to_qasm3(model, parameters, x, dialect="pennylane")

    def function() -> Any:
        variables = qml.from_qasm3(text)()["vars"]
        return qml.probs(op=[variables[f"readout_{k}"].val for k in range(table.ndim)])

    found = qml.QNode(function, qml.device("default.qubit"))()
    np.testing.assert_allclose(found, table.ravel(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        ebit.to_pennylane(model, parameters)(x), table.ravel(), rtol=0, atol=1e-10
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", KINDS)
def test_symbols_are_bound_in_both_dialects(kind: str) -> None:
    """Names are theta_k and x_k; with the input bound later the probabilities are the same."""
    qml = pytest.importorskip("pennylane")
    model, parameters, x, table = a_case(kind)
    circuit = qasm3.loads(ebit.to_qasm3(model, parameters))
    names = {name.name: name for name in circuit.parameters}
    assert set(names) <= {f"x_{k}" for k in range(model.features)}
    bound = circuit.assign_parameters({own: x[int(name[2:])] for name, own in names.items()})
    np.testing.assert_allclose(exported.exact(bound), table, rtol=0, atol=1e-10)
    text = ebit.to_qasm3(model, parameters, dialect="pennylane")

    def function() -> Any:
        given = {name: float(x[int(name[2:])]) for name in names}
        variables = qml.from_qasm3(text)(**given)["vars"]
        return qml.probs(op=[variables[f"readout_{k}"].val for k in range(table.ndim)])

    found = qml.QNode(function, qml.device("default.qubit"))()
    np.testing.assert_allclose(found, table.ravel(), rtol=0, atol=1e-10)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if not kind.startswith(("designed", "mixture"))]
)
def test_all_angles_may_be_symbols(kind: str) -> None:
    model, parameters, x, table = a_case(kind)
    circuit = qasm3.loads(ebit.to_qasm3(model))
    flat: list[float] = []
    for path, _ in model.circuit.shapes:
        leaf = parameters
        for key in path:
            leaf = leaf[key]
        flat += np.ravel(leaf).tolist()
    known = {f"theta_{k}": angle for k, angle in enumerate(flat)}
    known |= {f"x_{k}": angle for k, angle in enumerate(x)}
    values = {symbol: known[symbol.name] for symbol in circuit.parameters}
    found = exported.exact(circuit.assign_parameters(values))
    np.testing.assert_allclose(found, table, rtol=0, atol=1e-10)


def test_the_outcomes_of_qpus_are_in_their_order() -> None:
    """Three QPUs, each sure of its own outcome: bit k is that of QPU k, everywhere."""
    qml = pytest.importorskip("pennylane")
    model = graph("none")
    parameters = jax.tree.map(
        lambda leaf: np.zeros(leaf.shape), jax.eval_shape(model.init, jax.random.key(0))
    )
    x = np.full(model.features, np.pi)
    table = circuit_interpreter.probabilities(model.circuit, parameters, x[None])[0]
    sure = [int(v) for v in np.unravel_index(int(np.argmax(table)), table.shape)]
    for number, wanted in enumerate((1, 0, 0)):
        parameters["pooling"][0][number, :, :, 1] = np.pi * (sure[number] != wanted)
    assert exported.exact(ebit.to_qiskit(model, parameters, x))[1, 0, 0] == pytest.approx(1)
    assert exported.counts(ebit.to_qiskit(model, parameters, x), 10, seed=1)[1, 0, 0] == 10
    assert ebit.to_pennylane(model, parameters)(x)[4] == pytest.approx(1)
    text = ebit.to_qasm3(model, parameters, x, dialect="pennylane")

    def function() -> Any:
        variables = qml.from_qasm3(text)()["vars"]
        return qml.probs(op=[variables[f"readout_{k}"].val for k in range(3)])

    assert qml.QNode(function, qml.device("default.qubit"))()[4] == pytest.approx(1)
