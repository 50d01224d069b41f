"""QPUs on a graph: probabilities and slopes against the interpreter of circuits, which is dense."""

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import circuit_interpreter
import ebit
from ebit.circuits import QPU, Qubit, SharedState, Wiring
from ebit.engine import select_graph_engine
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from random_circuits import random_data, random_parameters

TOPOLOGIES = [
    ("line", 3, 2), ("ring", 4, 2), ("star", 3, 2), ("complete", 3, 2), ("tree", 4, 3),
    ("grid:2x2", 4, 2), ("edges:A-B,B-C,A>C", 3, 3),
]  # fmt: skip

STENCIL = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
STEP = 0.02


@cache
def model_of(qpus: int, qubits: int, topology: str, resource: str, **settings: Any) -> Any:
    found = ebit.model_from_string(
        resource, qpus=qpus, qubits=qubits, topology=topology, **{"depth": 1, **settings}
    )
    assert isinstance(found, DistributedQCNN)
    return found


def check(model: DistributedQCNN, batch: int = 2, seed: int = 0) -> None:
    """Probabilities to 1e-10, and the slope along a random direction to 1e-8."""
    rng = np.random.default_rng(seed)
    parameters, x = random_parameters(model, rng), random_data(model, rng, batch)
    parameters.pop("readout", None)
    way = jax.tree.map(lambda leaf: rng.normal(size=np.shape(leaf)) / 4, parameters)

    def at(step: float) -> Any:
        moved = jax.tree.map(lambda leaf, part: leaf + step * part, parameters, way)
        return circuit_interpreter.probabilities(model.circuit, moved, x, deferred=True)

    shape = (batch, *len(model.circuit.outcomes) * (2,))
    side = rng.normal(size=shape)

    @jax.jit
    def run(parameters: Any, x: Any) -> Any:
        table, back = jax.vjp(lambda p: model.engine.probabilities(p, model.encode(x)), parameters)
        return table, back(jnp.asarray(side))[0]

    with jax.enable_x64(True):
        found, gradient = jax.tree.map(np.asarray, run(parameters, x))
    np.testing.assert_allclose(found, at(0.0), rtol=0, atol=1e-10)
    slope = jax.tree.reduce(
        float.__add__, jax.tree.map(lambda g, w: float(np.sum(g * w)), gradient, way)
    )
    expected = sum(c * (at(k * STEP) - at(-k * STEP)) for k, c in STENCIL.items()) / STEP
    assert slope == pytest.approx(np.sum(side * expected), abs=1e-8)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("topology", "qpus", "qubits"), TOPOLOGIES)
def test_bell_pairs_on_every_edge(topology: str, qpus: int, qubits: int) -> None:
    check(model_of(qpus, qubits, topology, "bell:1"))


MORE = [
    ("complete", 3, 2, "ghz:3,fidelity=0.8"), ("line", 3, 3, "bell:1;A-B=bell:2,fidelity=0.93"),
    ("line", 3, 2, "classical"), ("ring", 3, 2, "classical+bell:1"),
    ("edges:A>B,B-C", 3, 3, "classical"), ("star", 3, 2, "bell:1,damping=0.2"),
    ("line", 3, 2, "quantum"), ("line", 3, 3, "quantum"), ("line", 3, 2, "designed:1"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["ring", "grid:2x2"])
def test_sixteen_qubits(topology: str) -> None:
    check(model_of(4, 4, topology, "bell:1"), batch=1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("topology", "qpus", "qubits", "resource"), MORE)
def test_other_resources(topology: str, qpus: int, qubits: int, resource: str) -> None:
    check(model_of(qpus, qubits, topology, resource))


OPTIONS: list[dict[str, Any]] = [
    {"qubits": 2, "mixing": 1}, {"qubits": 3, "pooling": "all-but-one"}, {"sizes": "3,2,2"},
    {"qubits": 2, "passes": 2}, {"qubits": 2, "passes": 2, "mixing": 1}, {"sizes": "5,2,2"},
    {"qubits": 3, "outputs": 2}, {"qpus": 2, "qubits": 4, "outputs": 2, "mixing": 1},
    {"qpus": 2, "sizes": "5,6", "outputs": 3},
]  # fmt: skip


@pytest.mark.sampled(1)
@pytest.mark.parametrize("options", OPTIONS)
def test_other_circuits(options: dict[str, Any]) -> None:
    settings = {"qpus": 3, "depth": 1, "topology": "line", **options}
    found = ebit.model_from_string("bell:1", **settings)
    assert isinstance(found, DistributedQCNN)
    check(found)


def test_a_wiring_of_ones_own() -> None:
    """Halves anywhere, a state of three qubits that has no name, and a table of who drives whom."""
    rng = np.random.default_rng(5)
    vector = rng.normal(size=(2, 8)).T @ np.array([1, 1j])
    state = ebit.ManyState.from_matrix(vector / np.linalg.norm(vector))
    members = tuple(Qubit(name, 1) for name in "ABC")
    pair = SharedState((Qubit("A", 0), Qubit("C", 0)), ebit.BellPairs(1).pair_state)
    wiring = Wiring(
        tuple(QPU(name, 2, 2) for name in "ABC"),
        (SharedState(members, state), pair),
        messages=(("C", "A"),),
        drives=((Qubit("A", 0), Qubit("C", 0)),),
    )
    check(DistributedQCNN(qpus=3, qubits=2, depth=1, topology=wiring))


NOISE = ebit.Noise(
    one_qubit_error=(0.01, 0.02), two_qubit_error=0.03, gate_damping=(0.04, 0.01), flip_one=0.1,
    t1_seconds=(1.0, 2.0), measurement_seconds=(0.05, 0.04), storage_seconds=0.1,
    message_seconds=0.2, correlated_error=(0.02, 0.05),
)  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("resource", ["bell:1,fidelity=0.9", "classical+bell:1"])
@pytest.mark.parametrize("noise", [None, NOISE])
def test_two_qpus_that_share_and_one_that_does_nothing(resource: str, noise: Any) -> None:
    """The numbers are those of two QPUs, times those of the third one."""
    pair: Any = ebit.model_from_string(resource, qubits=2, depth=1, noise=noise)
    changed = {} if noise is None else dict(noise.changed)
    several = {k: (*v, v[0]) for k, v in changed.items() if isinstance(v, tuple)}
    three = ebit.Noise(**{**changed, **several}) if noise else None
    whole = model_of(3, 2, "line", f"none;A-B={resource}", noise=three)
    rng = np.random.default_rng(2)
    parameters, x = random_parameters(whole, rng), random_data(whole, rng, 2)
    two = jax.tree.map(lambda leaf: leaf[:2], parameters)
    two["readout"] = np.ones((2, 2))
    with jax.enable_x64(True):
        expected = np.asarray(jax.jit(pair.probabilities)(two, x[:, :4]))
        found = np.asarray(jax.jit(whole.probabilities)(parameters, x))
    np.testing.assert_allclose(found.sum(axis=3), expected, rtol=0, atol=1e-10)
    alone = found.sum(axis=(1, 2))
    np.testing.assert_allclose(
        found, expected[..., None] * alone[:, None, None], rtol=0, atol=1e-10
    )


@pytest.mark.sampled(1)
@pytest.mark.parametrize("readout", ["parity", "pairwise", "mps:2"])
def test_read_outs_of_a_register(readout: str) -> None:
    """They are sums over all outcomes."""
    model = model_of(3, 2, "line", "quantum", readout=readout)
    rng = np.random.default_rng(6)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 3)

    @jax.jit
    def run(parameters: Any, x: Any) -> Any:
        encoded = model.encode(x)
        return model.read_out(parameters, encoded).scores, model.probabilities(parameters, x)

    with jax.enable_x64(True):
        scores, table = jax.tree.map(np.asarray, run(parameters, x))
        weights = np.asarray(model.readout_weights(parameters))
    np.testing.assert_allclose(scores[:, 0], np.tensordot(table, weights, 3), rtol=0, atol=1e-10)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("noise", [None, NOISE])
def test_a_trained_state_is_that_of_two_qpus(noise: Any) -> None:
    """Two pairs in one state, which wait in a memory as they do between two QPUs."""
    pair: Any = ebit.model_from_string("designed:2", qubits=3, depth=1, noise=noise)
    wiring = pair.resource.wiring(3)
    engine = select_graph_engine(wiring, ((0, 1),), noise=noise)
    rng = np.random.default_rng(9)
    parameters, x = random_parameters(pair, rng), random_data(pair, rng, 2)
    angles = {name: leaf for name, leaf in parameters.items() if name != "readout"}
    with jax.enable_x64(True):
        expected = np.asarray(jax.jit(pair.probabilities)(parameters, x))
        found = np.asarray(
            jax.jit(lambda a, x: engine.probabilities(a, engine.encode(x)))(angles, x)
        )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


READOUTS = ["weights", "parity", "fixed-parity", "pairwise", "mps:1", "mps:3"]


@pytest.fixture(scope="module")
def ring() -> tuple[Any, Any, Any]:
    model = model_of(4, 2, "ring", "bell:1,damping=0.1")
    rng = np.random.default_rng(3)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 3)
    return (
        parameters,
        x,
        circuit_interpreter.probabilities(model.circuit, parameters, x, deferred=True),
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("readout", READOUTS)
def test_scores_are_sums_over_all_outcomes(readout: str, ring: Any) -> None:
    parameters, x, table = ring
    model = model_of(4, 2, "ring", "bell:1,damping=0.1", readout=readout)
    own = {name: leaf for name, leaf in parameters.items() if name != "readout"}
    shape = jax.eval_shape(model.init, jax.random.key(0)).get("readout")
    if shape is not None:
        own["readout"] = np.random.default_rng(4).normal(size=shape.shape)
    with jax.enable_x64(True):
        read = jax.jit(lambda p, x: model.read_out(p, model.encode(x)))(own, x)
        weights = np.asarray(model.readout_weights(own))
        scores = np.asarray(read.scores)
    np.testing.assert_allclose(scores[:, 0], np.tensordot(table, weights, 4), rtol=0, atol=1e-10)
    assert model.num_parameters == sum(np.size(leaf) for leaf in jax.tree.leaves(own))
    assert (read.probabilities is None) != model.tells_outcomes


@pytest.mark.sampled(2)
@pytest.mark.parametrize("readout", ["weights", "parity", "pairwise", "mps:2"])
def test_scores_of_several_outputs(readout: str) -> None:
    model = model_of(3, 3, "line", "bell:1", readout=readout, outputs=2)
    rng = np.random.default_rng(8)
    parameters, x = random_parameters(model, rng), random_data(model, rng, 2)

    @jax.jit
    def run(parameters: Any, x: Any) -> Any:
        read = model.read_out(parameters, model.encode(x)).scores
        return read, model.probabilities(parameters, x), model.readout_weights(parameters)

    with jax.enable_x64(True):
        scores, table, weights = jax.tree.map(np.asarray, run(parameters, x))
    assert weights.shape == (2,) * 6
    np.testing.assert_allclose(scores[:, 0], np.tensordot(table, weights, 6), rtol=0, atol=1e-10)


def test_the_default_readout() -> None:
    assert [ebit.DistributedQCNN(qpus=k, qubits=2).readout for k in (2, 4, 5)] == [
        "weights", "weights", "pairwise",
    ]  # fmt: skip
    assert ebit.DistributedQCNN(qpus=32, topology="ring").num_parameters == 32 * 132 + 64


BAD: list[tuple[dict[str, Any], str]] = [
    ({"topology": "edges:A-B"}, "joins QPU C to none of the QPUs around A: add an edge"),
    ({"topology": "edges:A-B,B-D"}, "there is no QPU 'D': the 3 QPUs are A to C"),
    ({"topology": "edges:A-A,B-C"}, "from a QPU to itself"),
    ({"topology": "edges:A-B,B-A,B-C"}, "the edge 'B-A' twice"),
    ({"topology": "edges:A/B"}, "'A/B', which is no edge: write A-B or A>B"),
    ({"topology": "torus"}, "must be line, ring, star, tree, complete, grid:RxC or edges"),
    ({"topology": "grid:2x2"}, "has 4 QPUs, but `qpus` is 3: make them equal"),
    ({"topology": "grid:0x3"}, "a grid without QPUs: give it at least 1 row"),
    ({"sizes": "4,2"}, "one number of qubits for each of the 3 QPUs"),
    ({"sizes": "4,two,2"}, "whole numbers between commas"),
    ({"sizes": "4,2,2", "qubits": 3}, "both say how many qubits QPUs have: leave one"),
    ({"sizes": "4,1,2"}, "`sizes` must be a whole number from 2 to 16"),
    ({"resource": "ghz:1"}, "`members` must be a whole number from 2 to 64"),
    ({"resource": "ghz:2"}, "groups of 2 QPUs, but there are 3"),
    ({"resource": "ghz:3,fidelity=0.1"}, "`fidelity` must be a number from 0.125 to 1"),
    ({"resource": "bell:1;A-C=bell:2"}, "the edge 'A-C', which the topology does not have"),
    ({"resource": "bell:1;A-B"}, "after a semicolon write an edge and its resource"),
    ({"resource": "bell:1;A-B=quantum"}, "'quantum' is not one of single edges"),
    ({"resource": "bell:2", "qubits": 2}, "takes 4 qubits of QPU B, which has 2"),
    (
        {"qpus": 6, "resource": "quantum"},
        "register of 24 qubits of 6 QPUs with 4 each, and 20 qubits fit: use at most 5 such QPUs, "
        "or at most 3 qubits per QPU",
    ),
    ({"qpus": 12, "qubits": 2, "resource": "quantum"}, "use at most 10 such QPUs\\.$"),
    ({"resource": "quantum", "passes": 2}, "not support several passes of the embedding"),
    ({"resource": "quantum,fidelity=0.9", "qubits": 2}, "does not support noise"),
    ({"resource": "designed:1", "readout": "pairwise"}, "does not support readout 'pairwise'"),
    ({"resource": "single"}, "a baseline for the features of two QPUs, but `qpus` is 3"),
    ({"readout": "mps:0"}, "mps:chi, chi from 1 to 64"),
    ({"qpus": 13, "qubits": 2, "readout": "weights"}, "13 QPUs have 2\\*\\*13 outcomes"),
    ({"noise": ebit.Noise(flip_one=(0.1, 0.2))}, "one for each of the 3 QPUs"),
    ({"outputs": 3}, "is 3, but a QPU of 4 qubits is left with 2 or 1: use one of them"),
    ({"qubits": 2, "outputs": 2}, "is 2, but a QPU of 2 qubits is left with 1: leave"),
    ({"outputs": 2, "resource": "classical"}, "does not support messages and several outputs"),
    ({"outputs": 2, "resource": "quantum"}, "does not support several outputs"),
    ({"outputs": 2, "noise": ebit.Noise(flip_one=0.1)}, "not support noise and several outputs"),
    ({"outputs": 2, "resource": "single"}, "a baseline for the features of two QPUs, but `qpus`"),
    ({"resource": "classical", "readout": "pairwise"}, "does not support readout 'pairwise'"),
]


@pytest.mark.parametrize(("settings", "words"), BAD)
def test_bad_input(settings: dict[str, Any], words: str) -> None:
    resource = settings.get("resource", "none")
    given: Any = {"qpus": 3, **{k: v for k, v in settings.items() if k != "resource"}}
    with pytest.raises(EbitError, match=words):
        ebit.model_from_string(resource, **given)


def test_something_that_is_no_graph() -> None:
    with pytest.raises(EbitError, match=r"a NetworkX graph or an ebit\.Wiring, but is 3"):
        ebit.DistributedQCNN(qpus=3, topology=3)  # type: ignore[arg-type]


def test_a_networkx_graph() -> None:
    networkx = pytest.importorskip("networkx")
    model = ebit.DistributedQCNN(qpus=4, qubits=2, topology=networkx.cycle_graph(4))
    assert model.topology == "edges:A-B,A-D,B-C,C-D"
    assert model == ebit.DistributedQCNN(qpus=4, qubits=2, topology=model.topology)


def test_a_graph_that_is_too_wide() -> None:
    model = ebit.DistributedQCNN(
        qpus=9, qubits=8, depth=1, topology="complete", resource=ebit.BellPairs(1),
        readout="pairwise",
    )  # fmt: skip
    with pytest.raises(EbitError, match=r"has tree-width 20 or less: .* GB per sample"):
        _ = model.engine.parity_plan  # type: ignore[attr-defined]


def test_probabilities_have_an_axis_per_qpu() -> None:
    model = ebit.DistributedQCNN(
        qpus=3, qubits=2, depth=1, topology="line", resource=ebit.BellPairs(1)
    )
    table = jax.jit(model.probabilities)(model.init(jax.random.key(0)), jnp.ones((5, 6)))
    assert table.shape == (5, 2, 2, 2)
    np.testing.assert_allclose(table.sum(axis=(1, 2, 3)), 1, atol=1e-5)


def test_halves_that_do_not_fit() -> None:
    with pytest.raises(EbitError, match="takes 3 qubits of QPU A, which has 2: share less"):
        model_of(4, 2, "star", "bell:1")


def test_deferred_measurements_of_the_reference_are_measurements() -> None:
    model = model_of(3, 2, "line", "bell:1")
    rng = np.random.default_rng(1)
    case = model.circuit, random_parameters(model, rng), random_data(model, rng, 2)
    one, other = (circuit_interpreter.probabilities(*case, deferred=d) for d in (False, True))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)
