"""What other tools compute from an exported model is what ebit computes."""

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import numpy as np
import pytest
from scipy.stats import chisquare

import circuit_interpreter
import ebit
from random_circuits import circuit_model, random_data, random_parameters

exported = pytest.importorskip("exported_circuits")

Case = tuple[str, int, int, int, str, bool]

BY_INTERPRETER: list[Case] = [  # resource, qubits, depth, mixing, pooling, teleported
    ("none", 2, 1, 0, "halves", False),
    ("bell:1", 3, 1, 0, "all-but-one", False),
    ("bell:2,concurrence=0.6", 2, 1, 1, "halves", False),
    ("bell:1,fidelity=0.8,damping=0.3", 2, 1, 0, "halves", False),
    ("shared:1", 2, 1, 0, "halves", False),
    ("designed:2", 2, 1, 0, "halves", False),
    ("classical", 3, 1, 0, "halves", False),
    ("classical+bell:1", 2, 2, 0, "halves", False),
    ("quantum", 2, 1, 0, "halves", False),
    ("quantum", 2, 1, 0, "halves", True),
    ("single", 3, 1, 1, "halves", False),
]
BY_ENGINE: list[Case] = [
    ("mixture:3", 2, 1, 0, "halves", False),
    ("quantum,fidelity=0.8,dephasing=0.1", 2, 1, 0, "halves", False),
]


def random_case(case: Case, seed: int = 0) -> tuple[Any, Any, Any]:
    resource, qubits, depth, mixing, pooling, _ = case
    model = circuit_model(resource, qubits, depth, mixing, pooling)
    rng = np.random.default_rng([qubits, depth, mixing, seed])
    return model, random_parameters(model, rng), random_data(model, rng, batch=1)[0]


def by_engine(model: Any, parameters: Any, x: Any) -> Any:
    with jax.enable_x64(True):
        return np.asarray(jax.jit(model.probabilities)(parameters, x[None]))[0]


def by_interpreter(model: Any, parameters: Any, x: Any) -> Any:
    return circuit_interpreter.probabilities(model.circuit, parameters, x[None])[0]


CASES: list[Any] = [(case, by_interpreter) for case in BY_INTERPRETER]
CASES += [(case, by_engine) for case in BY_ENGINE]


@pytest.mark.parametrize(("case", "reference"), CASES)
def test_aer_computes_the_probabilities(case: Case, reference: Any) -> None:
    model, parameters, x = random_case(case)
    circuit = ebit.to_qiskit(model, parameters, x, teleport=case[-1])
    assert circuit.cregs[-1].name == "readout"
    expected = reference(model, parameters, x)
    np.testing.assert_allclose(exported.exact(circuit), expected, rtol=0, atol=1e-10)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("case", "reference"), CASES[:-1])
def test_pennylane_computes_the_probabilities(case: Case, reference: Any) -> None:
    """Not where environments are reset again and again: it takes a new qubit for each reset."""
    pytest.importorskip("pennylane")
    model, parameters, x = random_case(case)
    function = ebit.to_pennylane(model, parameters)
    expected = reference(model, parameters, x)
    np.testing.assert_allclose(function(x), expected.ravel(), rtol=0, atol=1e-10)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("resource", "qubits", "depth"), [("bell:1", 2, 2), ("classical", 2, 1), ("none", 4, 1)]
)
def test_correlated_errors_are_those_of_aer(resource: str, qubits: int, depth: int) -> None:
    """`depolarizing_error(p, 2)` behind every CZ and RZZ gate.

    Aer has it directly behind each gate, and ebit behind all gates of an embedding. So every other
    feature of four is pi: then no RZZ gate turns anything, and the order does not matter.
    """
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    model, parameters, x = random_case((resource, qubits, depth, 1, "halves", False))
    if qubits > 2:
        x[1::2] = np.pi
    error, noise = 0.07, NoiseModel()
    noise.add_all_qubit_quantum_error(depolarizing_error(error, 2), ["cz", "rzz"])
    circuit = ebit.to_qiskit(model, parameters, x)
    noisy = replace(model, noise=ebit.Noise(correlated_error=error))
    expected = by_engine(noisy, parameters, x)
    np.testing.assert_allclose(exported.exact(circuit, noise), expected, rtol=0, atol=1e-10)
    assert np.abs(expected - by_engine(model, parameters, x)).max() > 1e-3
    with pytest.raises(ebit.UnsupportedError, match="does not support local noise"):
        ebit.to_qiskit(noisy, parameters, x)


RESOURCES = [
    "none", "shared:1", "mixture:1", "mixture:2", "mixture:2+bell:1", "bell:1", "bell:2",
    "bell:1,concurrence=0.6", "bell:1,fidelity=0.9,dephasing=0.1", "bell:2,damping=0.2",
    "designed:1", "designed:2", "classical", "classical+bell:1", "classical+shared:1", "quantum",
    "single",
]  # fmt: skip
RANDOM: list[Case] = [
    (
        resource,
        2 + (place + turn) % 3,
        1 + (place + 2 * turn) % 2,
        turn % 2,
        ("halves", "all-but-one")[(place // 2 + turn) % 2],
        False,
    )
    for turn in range(3)
    for place, resource in enumerate(RESOURCES)
]


@cache
def random_models(resource: str) -> list[tuple[Any, Any, Any, Any]]:
    """Three models of a kind, their parameters, an input, and what ebit computes."""
    found = []
    for number, case in enumerate(case for case in RANDOM if case[0] == resource):
        model, parameters, x = random_case(case, seed=number)
        found.append((model, parameters, x, by_engine(model, parameters, x)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("resource", RESOURCES)
def test_models_of_every_kind_in_pennylane(resource: str) -> None:
    """The same 51 models: exact to 1e-8."""
    pytest.importorskip("pennylane")
    for model, parameters, x, expected in random_models(resource):
        found = ebit.to_pennylane(model, parameters)(x)
        np.testing.assert_allclose(found, expected.ravel(), rtol=0, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("resource", RESOURCES)
def test_models_of_every_kind_in_aer(resource: str) -> None:
    """51 models in all: exact to 1e-8, and three runs of 2000 shots each, seeds far apart."""
    for model, parameters, x, expected in random_models(resource):
        circuit = ebit.to_qiskit(model, parameters, x)
        np.testing.assert_allclose(exported.exact(circuit), expected, rtol=0, atol=1e-8)
        found = sum(exported.counts(circuit, 2000, seed=1_000_000 * k) for k in range(1, 4))
        likely = expected.ravel() > 1e-3
        observed = np.append(found.ravel()[likely], found.ravel()[~likely].sum())
        wanted = np.append(expected.ravel()[likely], expected.ravel()[~likely].sum())
        kept = wanted > 1e-9
        assert observed[~kept].sum() == 0
        ratio = wanted[kept] / wanted[kept].sum()
        assert chisquare(observed[kept], ratio * observed[kept].sum()).pvalue > 1e-4


@pytest.mark.parametrize("case", [("classical+bell:1", 2, 1, 0, "halves", False)])
def test_aer_measures_the_probabilities(case: Case) -> None:
    """Shot i of Aer takes seed + i, so seeds lie further apart than there are shots."""
    model, parameters, x = random_case(case)
    circuit = ebit.to_qiskit(model, parameters, x)
    expected = by_interpreter(model, parameters, x)
    found = [exported.counts(circuit, 1000, seed=1_000_000 * k) for k in range(1, 4)]
    total = np.sum(found, axis=0)
    assert chisquare(total.ravel(), expected.ravel() * total.sum()).pvalue > 1e-3
    wrong = np.roll(expected, 1, axis=0)
    assert chisquare(total.ravel(), wrong.ravel() * total.sum()).pvalue < 1e-6


@pytest.mark.parametrize(
    ("topology", "resource"),
    [
        ("line", "bell:1"),
        ("ring", "ghz:3"),
        ("star", "bell:1,concurrence=0.5"),
        ("line", "classical"),
        ("line", "quantum"),
    ],
)
def test_three_qpus(topology: str, resource: str) -> None:
    shared = ebit.parse_resource(resource)
    model = ebit.DistributedQCNN(qpus=3, qubits=2, depth=1, topology=topology, resource=shared)
    rng = np.random.default_rng(5)
    parameters, x = random_parameters(model, rng), rng.normal(size=model.features)
    expected = by_interpreter(model, parameters, x)
    assert expected.shape == (2, 2, 2)
    found = exported.exact(ebit.to_qiskit(model, parameters, x))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)
