"""What an inference uses up, counted independently in the gates of the dense reference."""

from dataclasses import replace

import numpy as np
import pytest

import dense_reference as dense
from ebit.circuits import POOLINGS
from ebit.models import DistributedQCNN
from ebit.physics import Noise
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    Consumption,
    QuantumLink,
    Resource,
    Separable,
    parse_resource,
)
from random_circuits import circuit_model, random_data, random_parameters

NAMES = ["none", "bell:0", "bell:1", "bell:2", "classical", "classical+bell:2", "quantum"]


def counted(resource: str, qubits: int, depth: int, mixing: int, pooling: str) -> Consumption:
    """Count Bell pairs, gates across the QPUs, and outcomes that are used at the other QPU."""
    model = circuit_model(resource, qubits, depth, mixing, pooling)
    rng = np.random.default_rng(0)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch=1)
    steps = dense.build(parameters, x, qubits, resource, pooling).steps
    gates = [step for step in steps if isinstance(step, dense.Gate)]
    pairs = [gate for gate in gates if gate.matrix is dense.CONTROLLED_X]
    crossing = [
        gate
        for gate in gates
        if len({qubit // qubits for qubit in gate.qubits}) == 2
        and gate.matrix is not dense.CONTROLLED_X
    ]
    sent = [
        gate.condition[0]
        for gate in gates
        if gate.condition and gate.condition[0] // qubits != gate.qubits[0] // qubits
    ]
    return Consumption(
        ebits=len(pairs),
        bits=len(set(sent)),
        nonlocal_gates=len(crossing),
        rounds=waits(steps, sent) + times(gates, crossing),
    )


def waits(steps: list[dense.Step], sent: list[int]) -> int:
    """Runs of measurements without a gate between them, of which some are sent."""
    rounds, measuring = 0, False
    for step in steps:
        if isinstance(step, dense.Measurement) and step.qubit in sent:
            rounds += not measuring
        measuring = isinstance(step, dense.Measurement)
    return rounds


def times(gates: list[dense.Gate], crossing: list[dense.Gate]) -> int:
    """Runs of two-qubit gates, which commute, without another gate between them."""
    rounds, waiting = 0, True
    for gate in gates:
        if len(gate.qubits) == 1:
            waiting = True
        elif waiting and any(gate is one for one in crossing):
            rounds, waiting = rounds + 1, False
    return rounds


@pytest.mark.parametrize(
    ("qubits", "depth", "mixing"),
    [(2, 1, 0), (2, 3, 2), (3, 2, 1), (4, 2, 1), (5, 1, 1), (8, 1, 0)],
)
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("name", NAMES)
def test_counted_in_the_circuit(
    name: str, qubits: int, depth: int, mixing: int, pooling: str
) -> None:
    expected = counted(name, qubits, depth, mixing, pooling)
    assert parse_resource(name).consumption(qubits, depth, mixing, pooling) == expected
    assert circuit_model(name, qubits, depth, mixing, pooling).consumption == expected
    if pooling == "halves":
        assert parse_resource(name).consumption(qubits, depth, mixing) == expected


def test_one_round_at_four_qubits() -> None:
    """The same bits as in two rounds, at once; fewer gates, for there is one convolution."""
    bits = ClassicalBits().consumption(4, 20, 0, "all-but-one")
    assert bits == Consumption(bits=6, rounds=1)
    gates = QuantumLink().consumption(4, 20, 0, "all-but-one")
    assert gates == Consumption(nonlocal_gates=42, rounds=21)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (Separable(), Consumption()),
        (BellPairs(3), Consumption(ebits=3)),
        (ClassicalBits(), Consumption(bits=6, rounds=2)),
        (ClassicalBits(2), Consumption(ebits=2, bits=6, rounds=2)),
        (QuantumLink(), Consumption(nonlocal_gates=82, rounds=41)),
    ],
)
def test_published_circuit(resource: Resource, expected: Consumption) -> None:
    """Four qubits per QPU, depth 20, no mixing."""
    assert resource.consumption(qubits=4, depth=20, mixing=0) == expected


def test_noisy_gates_between_the_qpus_take_pairs_and_bits() -> None:
    """One pair and two bits each; nothing else changes."""
    plain = DistributedQCNN(qubits=4, depth=20, resource=QuantumLink())
    noise = Noise(flip_one=0.1)
    expected = Consumption(ebits=82, bits=164, nonlocal_gates=0, rounds=41)
    assert replace(plain, noise=noise).consumption == expected
    assert QuantumLink(fidelity=0.9).consumption(4, 20, 0) == expected
    noisy = replace(plain, resource=QuantumLink(fidelity=0.9), noise=noise)
    assert noisy.consumption == expected
    assert replace(plain, noise=Noise()).consumption.nonlocal_gates == 82


@pytest.mark.parametrize(
    ("resource", "pairs", "sends_bits", "has_nonlocal_gates"),
    [
        (Separable(), 0, False, False),
        (BellPairs(2), 2, False, False),
        (ClassicalBits(1), 1, True, False),
        (QuantumLink(), 0, False, True),
    ],
)
def test_what_a_resource_offers(
    resource: Resource, pairs: int, sends_bits: bool, has_nonlocal_gates: bool
) -> None:
    assert resource.pairs == pairs
    assert resource.sends_bits is sends_bits
    assert resource.has_nonlocal_gates is has_nonlocal_gates
