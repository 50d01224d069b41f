"""A circuit of the user's own as the trained part: against the interpreter of circuits."""

from typing import Any

import jax
import numpy as np
import pytest
from test_graph import check

import ebit
from ebit.circuits import QPU, Circuit, DataAngle, Gate, Measure, Parameter, Qubit, Rotate, Wiring
from ebit.circuits.circuit import Block
from ebit.errors import EbitError
from ebit.models import DistributedQCNN

A = [Qubit("Q", number) for number in range(3)]


def angle(number: int) -> Parameter:
    return Parameter(("own",), (number,))


def circuit(*operations: Any, qubits: int = 3, angles: int = 12) -> Circuit:
    wiring = Wiring((QPU("Q", qubits, 0),))
    blocks = (Block("own", (operations[:-1],)), Block("read-out", (operations[-1:],)))
    return Circuit(wiring, blocks, ((("own",), (angles,)),))


OWN = circuit(
    Gate("H", (A[2],)), Gate("RX", (A[0],), angle(0)), Gate("CZ", (A[0], A[2])),
    Gate("RZZ", (A[1], A[2]), angle(1)), Gate("RX", (A[2],), angle(2)), Gate("RX", (A[0],), 0.3),
    Gate("RX", (A[1],), angle(0)),
    Measure(A[0], "first"), Rotate("RX", A[2], "first", (angle(3), angle(4))),
    Gate("CZ", (A[1], A[2])), Rotate("RZ", A[1], "first", (angle(5), angle(5))),
    Gate("H", (A[1],)), Gate("RZ", (A[2],), angle(6)), Measure(A[2], "second"),
    Rotate("RX", A[1], "second", (angle(8), angle(7))),
    Rotate("RZ", A[1], "first", (angle(9), angle(10))), Gate("RX", (A[1],), angle(11)),
    Measure(A[1], "out"),
)  # fmt: skip
"""Every gate, feed-forward twice from one bit, an angle used twice, a fixed one."""

TWO = circuit(
    Gate("RX", (A[0],), angle(0)), Gate("CZ", (A[0], A[1])), Gate("RX", (A[1],), angle(1)),
    Gate("H", (A[1],)), Measure(A[1], "out"), qubits=2, angles=2,
)  # fmt: skip
"""Nothing is measured on the way."""

CASES: list[tuple[Circuit, str, dict[str, Any]]] = [
    (OWN, "none", {}),
    (OWN, "bell:1", {}),
    (OWN, "bell:2,fidelity=0.9", {}),
    (OWN, "bell:1,damping=0.2", {"mixing": 1}),
    (OWN, "bell:1", {"passes": 2}),
    (OWN, "shared:1", {}),
    (OWN, "classical", {}),
    (OWN, "classical+bell:1", {}),
    (OWN, "classical", {"qpus": 3, "topology": "ring"}),
    (TWO, "bell:1", {"qpus": 3, "topology": "line"}),
    (TWO, "ghz:3,fidelity=0.8", {"qpus": 3}),
    (TWO, "classical", {}),
    (OWN, "bell:1;B-C=none", {"qpus": 3}),
    (OWN, "designed:2", {}),
    (OWN, "quantum", {"mixing": 1}),
    (TWO, "quantum", {"qpus": 3}),
]


def model_of(local: Circuit, resource: str, **settings: Any) -> DistributedQCNN:
    qubits = local.wiring.qpus[0].qubits
    return DistributedQCNN(
        resource=ebit.parse_resource(resource), qubits=qubits, local=local, **settings
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("local", "resource", "settings"), CASES)
def test_every_resource(local: Circuit, resource: str, settings: dict[str, Any]) -> None:
    check(model_of(local, resource, **settings))


@pytest.mark.slow
def test_it_trains_with_the_runs_side_by_side() -> None:
    model = model_of(TWO, "bell:1")
    assert model.init(jax.random.key(0))["local"].shape == (2, 2)
    assert model.num_parameters == 4 + 4
    x = np.random.default_rng(0).uniform(0, np.pi, (24, 4))
    y = np.where(np.arange(24) % 2, 1, -1)
    fit = ebit.fit(model, (x, y), steps=3, runs=2, batch_size=8)
    assert np.all(np.isfinite(fit.train_loss))


BAD: list[tuple[Any, dict[str, Any], str]] = [
    (3, {}, "`local` must be an ebit.circuits.Circuit, as ebit.from_qiskit makes it, but is 3"),
    (OWN, {"qubits": 4}, "`local` has 3 qubits, but a QPU 4: make them equal"),
    (OWN, {"sizes": (3, 4)}, "`local` is the circuit of QPUs of one size, but `sizes`"),
    (ebit.DistributedQCNN(qubits=3, depth=1).circuit, {}, "`local` is on 2 QPUs"),
    (circuit(Gate("H", (A[0],))), {}, "does not end with a measurement"),
    (circuit(Measure(A[0], "a"), Measure(A[1], "b")), {}, "reads out several qubits"),
    (
        circuit(Measure(A[0], "a"), Gate("H", (A[0],)), Measure(A[1], "b")), {},
        "acts on Q0 after its measurement: measure it at its end",
    ),
    (circuit(Gate("H", (Qubit("Q", 3),)), Measure(A[1], "b")), {}, "acts on Q3, which it has not"),
    (circuit(Gate("CZ", (A[0], A[0])), Measure(A[1], "b")), {}, "use different qubits"),
    (circuit(Gate("RY", (A[0],), 0.1), Measure(A[1], "b")), {}, r"holds 'RY\(0.1\) on Q0': use H,"),
    (circuit(Gate("RX", (A[0],)), Measure(A[1], "b")), {}, "holds 'RX on Q0': use H,"),
    (
        circuit(Gate("RX", (A[0],), DataAngle((0,))), Measure(A[1], "b")), {},
        "embeds features: the features come before it",
    ),
    (
        circuit(Rotate("RX", A[0], "b", (angle(0), angle(1))), Measure(A[1], "b")), {},
        "use H, RX, RZ, CZ, RZZ and measurements",
    ),
    (OWN, {"noise": ebit.Noise(flip_one=0.1)}, "A local circuit does not support noise"),
    (OWN, {"resource": ebit.parse_resource("quantum,fidelity=0.9")}, "does not support noise"),
]  # fmt: skip


@pytest.mark.parametrize(("local", "settings", "words"), BAD)
def test_bad_input(local: Any, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(EbitError, match=words):
        ebit.DistributedQCNN(**{"qubits": 3, "local": local, **settings})


def test_a_circuit_of_qiskit() -> None:
    qiskit = pytest.importorskip("qiskit.circuit")
    own = qiskit.QuantumCircuit(2, 2)
    one, two, three = (qiskit.Parameter(name) for name in "abc")
    own.ry(one, 0)
    own.cx(0, 1)
    own.measure(0, 0)
    with own.if_test((own.clbits[0], 1)) as other:
        own.rx(two, 1)
    with other:
        own.rx(three, 1)
    own.measure(1, 1)
    check(model_of(ebit.from_qiskit(own), "classical+bell:1"))
