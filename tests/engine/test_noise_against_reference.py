"""Noisy engines agree with the density-matrix reference, in double precision."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import density_reference as density
from all_models import EVERYTHING
from ebit.circuits import Measure, Rotate
from ebit.engine import Contraction, contraction, select_engine
from ebit.errors import EbitError, UnsupportedError
from ebit.models import DistributedQCNN, SingleQCNN, model_from_string
from ebit.physics import NO_NOISE, Noise, PairState
from ebit.resources import SharedPairs, parse_resource
from random_circuits import circuit_model, random_data, random_parameters

ONE_KIND = {
    "gates": Noise(one_qubit_error=0.05, two_qubit_error=(0.1, 0.0)),
    "dephasing": Noise(gate_dephasing=(0.0, 0.2)),
    "damping": Noise(gate_damping=0.2),
    "read-out": Noise(flip_zero=0.1, flip_one=(0.0, 0.3)),
    "T1": Noise(t1_seconds=1.0, measurement_seconds=0.3, message_seconds=0.5),
    "T2": Noise(t2_seconds=(None, 1.0), two_qubit_seconds=0.2, storage_seconds=0.3),
    "links": Noise(t1_seconds=1.0, herald_seconds=0.4, message_seconds=0.1),
}
PAIRS = ",concurrence=0.8,fidelity=0.9,dephasing=0.1,damping=0.2"
RESOURCES = ["none", "bell:1", f"bell:2{PAIRS}", "classical", f"classical+bell:1{PAIRS}"]


def cases() -> Iterator[Any]:
    """Two qubits with every resource; more qubits are slow in the reference."""
    for resource in [*RESOURCES, "quantum", f"quantum{PAIRS}"]:
        for mixing in (0, 1):
            yield pytest.param(resource, 2, 2, mixing)
    for resource in [*RESOURCES, "bell:3", f"classical+bell:3{PAIRS}"]:
        yield pytest.param(resource, 3, 1, 1)
        yield pytest.param(resource, 3, 1, 0, marks=pytest.mark.slow)
    for resource in RESOURCES:
        yield pytest.param(resource, 4, 1, 0, marks=pytest.mark.slow)
    yield pytest.param("bell:1", 4, 1, 1, marks=pytest.mark.slow)
    yield pytest.param(f"quantum{PAIRS}", 3, 1, 0, marks=pytest.mark.slow)


def case(
    resource: str,
    qubits: int,
    depth: int,
    mixing: int,
    noise: Noise | None,
    pooling: str = "halves",
) -> tuple[DistributedQCNN, dict[str, Any], Any]:
    """A model with noise, parameters and data."""
    model = circuit_model(resource, qubits, depth, mixing, pooling)
    assert isinstance(model, DistributedQCNN)
    rng = np.random.default_rng([qubits, depth, mixing])
    return replace(model, noise=noise), random_parameters(model, rng), random_data(model, rng, 2)


GRAPHS = [
    ("line", 2, "bell:1,fidelity=0.9"), ("ring", 2, "bell:1"), ("ring", 2, "classical"),
    pytest.param("star", 3, "classical+bell:1", marks=pytest.mark.slow),
    pytest.param("line", 3, "classical", marks=pytest.mark.slow),
    pytest.param("complete", 3, "bell:1", marks=pytest.mark.slow),
]  # fmt: skip
OF_THREE = Noise(
    one_qubit_error=(0.01, 0.02, 0.03), two_qubit_error=(0.05, 0.02, 0.04), gate_dephasing=0.02,
    gate_damping=(0.04, 0.01, 0.0), flip_zero=(0.02, 0.07, 0.0), flip_one=0.1,
    t1_seconds=(1.0, 2.0, 0.5), t2_seconds=(1.5, 0.7, None), one_qubit_seconds=0.01,
    two_qubit_seconds=(0.03, 0.02, 0.05), measurement_seconds=(0.05, 0.04, 0.1),
    storage_seconds=0.1, message_seconds=0.2, correlated_error=(0.02, 0.05, 0.0),
)  # fmt: skip


@pytest.mark.parametrize(("topology", "qubits", "resource"), GRAPHS)
def test_three_qpus(topology: str, qubits: int, resource: str) -> None:
    """All noise, different on every QPU, with pairs on the edges, bits along them, and both."""
    model = model_from_string(
        resource, qpus=3, qubits=qubits, depth=1, topology=topology, noise=OF_THREE
    )
    assert isinstance(model, DistributedQCNN)
    rng = np.random.default_rng(7)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 1)
    circuit = model.circuit
    place = {qubit: number for number, qubit in enumerate(circuit.wiring.qubits)}
    read = {op.bit: place[op.qubits[0]] for op in circuit.operations if isinstance(op, Measure)}
    drivers = {}
    for op in circuit.operations:
        if isinstance(op, Rotate):
            stage, (q, k) = op.angles[0].leaf[-1], op.angles[0].place[:2]
            drivers[int(stage), int(q), int(k)] = read[op.bit]
    wanted = density.probabilities(
        parameters,
        x,
        qubits=qubits,
        resource=resource,
        noise=OF_THREE,
        pair=model.resource.pair_state.density_matrix,
        count=3,
        edges=model.edges,
        drivers=drivers,
    )
    np.testing.assert_allclose(table_of(model, parameters, x), wanted, rtol=0, atol=1e-10)


def table_of(model: DistributedQCNN, parameters: dict[str, Any], x: Any) -> Any:
    with jax.enable_x64(True):
        return np.asarray(jax.jit(model.probabilities)(parameters, x))


def expected(model: DistributedQCNN, parameters: dict[str, Any], x: Any) -> Any:
    return density.probabilities(
        parameters,
        x,
        qubits=model.qubits,
        resource=model.resource.name,
        noise=model.noise or NO_NOISE,
        pair=model.resource.pair_state.density_matrix,
        layout=model.pooling,
    )


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("resource", "qubits", "depth", "mixing"), list(cases()))
def test_probabilities(resource: str, qubits: int, depth: int, mixing: int) -> None:
    model, parameters, x = case(resource, qubits, depth, mixing, EVERYTHING)
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)


@pytest.mark.parametrize("resource", ["bell:1", "classical", "quantum"])
def test_all_but_one(resource: str) -> None:
    """The other pooling layout: several rotations of one qubit, one after the other."""
    qubits = 2 if resource == "quantum" else 3
    model, parameters, x = case(resource, qubits, 1, 0, EVERYTHING, "all-but-one")
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)


SLOW_SENDERS = {
    "measurement of B": Noise(t1_seconds=1.0, measurement_seconds=(0.0, 0.4), message_seconds=0.1),
    "gates of B": Noise(t1_seconds=1.0, two_qubit_seconds=(0.0, 0.3), message_seconds=0.1),
}


@pytest.mark.parametrize("noise", SLOW_SENDERS)
def test_the_faster_qpu_waits_for_the_slower_one(noise: str) -> None:
    """A sends at once; its driven qubit decays until B has measured and its message is there."""
    model, parameters, x = case("classical", 2, 1, 1, SLOW_SENDERS[noise])
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)
    assert model.noise is not None
    longer = replace(model, noise=replace(model.noise, t1_seconds=(1e9, 1.0)))
    assert np.abs(table_of(longer, parameters, x) - found).max() > 1e-3


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        *(("bell:1", kind) for kind in ONE_KIND if kind != "links"),
        ("classical", "T1"), ("classical", "read-out"),
        ("quantum", "gates"), ("quantum", "read-out"), ("quantum", "links"),
    ],
)  # fmt: skip
def test_one_kind_of_noise(resource: str, kind: str) -> None:
    """A mistake in one kind cannot hide behind another, nor noise that does nothing."""
    model, parameters, x = case(resource, 2, 1, 0, ONE_KIND[kind])
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)
    clean = table_of(replace(model, noise=None), parameters, x)
    assert np.abs(found - clean).max() > 1e-4


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("qubits", "depth", "mixing"), [(2, 2, 1), (3, 1, 1), (3, 2, 0)])
def test_single_qpu(qubits: int, depth: int, mixing: int) -> None:
    rng = np.random.default_rng(depth)
    model = SingleQCNN(qubits, depth, mixing, noise=EVERYTHING)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 2)
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(model.probabilities)(parameters, x))
        without, zero = (
            np.asarray(jax.jit(replace(model, noise=noise).probabilities)(parameters, x))
            for noise in (None, Noise(flip_one=1e-14))
        )
    pair = np.asarray(np.eye(4) / 4, complex)
    wanted = density.probabilities(
        parameters, x, qubits=qubits, resource="single", noise=EVERYTHING, pair=pair
    )
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)
    np.testing.assert_allclose(zero, without, rtol=0, atol=1e-12)
    with pytest.raises(EbitError, match="`qubits` must be at most 8 with noise"):
        SingleQCNN(9, noise=EVERYTHING)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("resource", "qubits", "mixing"), [("bell:1", 2, 1), ("classical+bell:1", 2, 0), ("none", 3, 1)]
)
def test_errors_that_meet_both_qubits_of_a_gate(resource: str, qubits: int, mixing: int) -> None:
    """Beside all others, on an even and on an odd ring, of one QPU alone or of both."""
    for chance in (0.1, (0.0, 0.2)):
        noise = replace(EVERYTHING, correlated_error=chance)
        model, parameters, x = case(resource, qubits, 2, mixing, noise)
        found = table_of(model, parameters, x)
        np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)
        without = table_of(replace(model, noise=EVERYTHING), parameters, x)
        assert np.abs(found - without).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("resource", ["bell:1", "classical"])
def test_errors_that_meet_both_qubits_of_a_gate_on_rings_of_four(resource: str) -> None:
    model, parameters, x = case(resource, 4, 1, 0, Noise(correlated_error=(0.05, 0.1)))
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)


def test_errors_that_meet_both_qubits_of_a_gate_on_one_qpu() -> None:
    rng = np.random.default_rng(3)
    noise = Noise(correlated_error=0.1, gate_damping=0.1)
    model = SingleQCNN(3, 1, 1, noise=noise)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 2)
    with jax.enable_x64(True):
        found = np.asarray(jax.jit(model.probabilities)(parameters, x))
    pair = np.asarray(np.eye(4) / 4, complex)
    wanted = density.probabilities(
        parameters, x, qubits=3, resource="single", noise=noise, pair=pair
    )
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)


def test_gates_between_qpus_have_no_errors_that_meet_both_qubits() -> None:
    with pytest.raises(UnsupportedError, match=r"'quantum' does not support a correlated error: "):
        _ = replace(circuit_model("quantum", 2, 1, 0), noise=Noise(correlated_error=0.1)).engine


@pytest.mark.parametrize("resource", [f"quantum{PAIRS}", f"bell:1{PAIRS}"])
def test_noisy_pairs_without_local_noise(resource: str) -> None:
    model, parameters, x = case(resource, 2, 2, 1, None)
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found, expected(model, parameters, x), rtol=0, atol=1e-10)


def test_pairs_of_any_state() -> None:
    root = np.random.default_rng(5).normal(size=(4, 4, 2)) @ [1, 1j]
    state = PairState.from_matrix(root @ root.conj().T / np.trace(root @ root.conj().T))
    for sends_bits in (False, True):
        name = "classical+bell:2" if sends_bits else "bell:2"
        model, parameters, x = case(name, 2, 2, 1, EVERYTHING)
        wanted = density.probabilities(
            parameters, x, qubits=2, resource=name, noise=EVERYTHING, pair=state.density_matrix
        )
        shared = replace(model, resource=SharedPairs(2, state, sends_bits))
        np.testing.assert_allclose(table_of(shared, parameters, x), wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("resource", "mixing"), [("bell:1", 1), (f"bell:2{PAIRS}", 0)])
def test_columns_of_many_qubits(
    resource: str, mixing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than four qubits are too slow in the reference; three go the same way here."""
    model, parameters, x = case(resource, 3, 1, mixing, EVERYTHING)
    wanted = table_of(model, parameters, x)
    monkeypatch.setattr(contraction, "_FEATURE_QUBITS", 2)
    assert isinstance(model.engine, Contraction)
    assert model.engine.method == "columns"
    np.testing.assert_allclose(table_of(model, parameters, x), wanted, rtol=0, atol=1e-12)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("resource", "qubits", "mixing"),
    [
        ("bell:1", 4, 1), ("bell:3", 4, 0), ("bell:2,fidelity=0.9", 4, 0), ("none", 5, 1),
        ("bell:2", 6, 0), ("classical", 4, 0), ("classical+bell:1", 3, 1), ("quantum", 3, 1),
    ],
)  # fmt: skip
def test_zero_noise_is_no_noise(resource: str, qubits: int, mixing: int) -> None:
    """Noisy effects themselves, which the model would not even choose."""
    model, parameters, x = case(resource, qubits, 3, mixing, None)
    noisy = select_engine(model.resource, qubits, mixing, noise=Noise(flip_one=1e-14))
    assert noisy != model.engine
    with jax.enable_x64(True):
        arguments = parameters, noisy.encode(jax.numpy.asarray(x))
        found = np.asarray(jax.jit(noisy.probabilities)(*arguments))
    np.testing.assert_allclose(found, table_of(model, parameters, x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("resource", ["none", "bell:2,fidelity=0.9", "classical", "quantum"])
def test_noise_that_does_nothing_takes_the_engine_without_noise(resource: str) -> None:
    for noise in (None, Noise(), Noise(t1_seconds=1.0), Noise(message_seconds=1.0)):
        model, _, _ = case(resource, 2, 1, 0, noise)
        assert model.engine == select_engine(parse_resource(resource), 2)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("resource", "qubits", "mixing"),
    [
        ("none", 3, 1),
        ("bell:2", 4, 0),
        ("quantum,fidelity=0.9", 2, 1),
        pytest.param("classical+bell:1", 2, 1, marks=pytest.mark.slow),
    ],
)
def test_gradient(resource: str, qubits: int, mixing: int) -> None:
    """Along random directions, against central differences."""
    model, parameters, x = case(resource, qubits, 2, mixing, EVERYTHING)
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(len(x), 2, 2))

    def value(parameters: Any) -> Any:
        return (model.probabilities(parameters, x) * weights).sum()

    with jax.enable_x64(True):
        slope, evaluate = jax.jit(jax.grad(value)), jax.jit(value)
        gradient = slope(parameters)
        for _ in range(2):
            way = jax.tree.map(lambda leaf: rng.normal(size=leaf.shape), parameters)
            ahead = evaluate(jax.tree.map(lambda p, d: p + 1e-5 * d, parameters, way))
            back = evaluate(jax.tree.map(lambda p, d: p - 1e-5 * d, parameters, way))
            products = jax.tree.map(lambda g, d: np.sum(np.asarray(g) * d), gradient, way)
            assert (ahead - back) / 2e-5 == pytest.approx(sum(jax.tree.leaves(products)), abs=1e-6)


def test_noise_changes_nothing_per_sample() -> None:
    """What is done per sample is the same code, so noise costs nothing there."""
    model, _, x = case("bell:1", 4, 1, 0, EVERYTHING)
    clean = Contraction(4, 1)
    with jax.enable_x64(True):
        pairs = zip(model.encode(x), clean.encode(jax.numpy.asarray(x)), strict=True)
        for noisy, own in pairs:
            assert noisy.dtype == np.float64
            np.testing.assert_allclose(noisy, own, rtol=0, atol=1e-13)  # a program of its own each


chances = st.floats(0, 1)
times = st.floats(0, 10)


@settings(max_examples=5)  # each is compiled
@given(
    errors=st.tuples(*6 * [chances]),
    seconds=st.tuples(*6 * [times]),
    lifetimes=st.tuples(st.floats(0.1, 10), st.floats(0.1, 20)),
    resource=st.sampled_from(["classical+bell:1", "quantum"]),
)
def test_any_noise_gives_probabilities(
    errors: Any, seconds: Any, lifetimes: Any, resource: str
) -> None:
    t1, t2 = lifetimes
    names = [field.name for field in fields(Noise)]
    numbers: list[Any] = [*errors, t1, min(t2, 2 * t1), *seconds]
    noise = Noise(**dict(zip(names, numbers, strict=False)))  # waiting pairs: test_waiting_pairs
    model, parameters, x = case(resource, 2, 1, 0, noise)
    found = table_of(model, parameters, x)
    np.testing.assert_allclose(found.sum(axis=(1, 2)), 1, atol=1e-10)
    assert found.min() >= -1e-10
