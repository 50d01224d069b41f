"""A whole network as one observable on one state, against the network computed node by node."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from ebit.communication.graphs import (
    GraphClassifier,
    GraphSettings,
    Hops,
    classify_with_copies,
    encode,
    hop_features,
    hop_operators,
    outcomes,
    shipping_bits,
)
from ebit.communication.graphs.batches import Schedule
from ebit.communication.graphs.blocks import BlockTable, features_of
from ebit.communication.graphs.generate import ring_and_path
from ebit.communication.graphs.graphs import graphs_of_arrays
from ebit.communication.graphs.network import (
    ACTIVATIONS,
    Moments,
    Nodes,
    Norm,
    initial_parameters,
    moments_of,
    node_form,
)
from ebit.communication.graphs.spread import Spread, spread_over_margin, spreads
from ebit.communication.graphs.tables import NodeTable, Table
from ebit.errors import EbitError

HOPS = Hops(gcn=2, ppr=1, raw=1, rw=2)
GRAPHS = ring_and_path(12, seed=1)
HEARD = hop_features(GRAPHS.features, GRAPHS.sources, GRAPHS.targets, HOPS)
CLASSES = 3


def network(seed: int = 0) -> tuple[dict[str, Any], Norm]:
    """Random parameters and normalisation."""
    keys = jax.random.split(jax.random.key(seed), 4)
    parameters = initial_parameters(keys[0], HEARD.shape[1], 5, CLASSES, ACTIVATIONS["polynomial"])
    parameters["scale"] = jax.random.uniform(keys[1], (5,)) + 0.5
    parameters["shift"] = jax.random.normal(keys[2], (5,))
    norm = Norm(jax.random.normal(keys[3], (5,)), jnp.linspace(0.5, 2, 5))
    return parameters, norm


def scores_by_hand(parameters: Any, norm: Norm) -> NDArray[np.float64]:
    """The network as it is defined, node by node, in double precision."""
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    mean, variance = (np.asarray(part, np.float64) for part in norm)
    z = (HEARD @ p["weights"] - mean) / np.sqrt(variance + 1e-5) * p["scale"] + p["shift"]
    c = p["activation"]
    of_nodes = (c[0] + c[1] * z + c[2] * z**2) @ p["head"]
    sums = [of_nodes[GRAPHS.graph_of_node == k].sum(axis=0) for k in range(len(GRAPHS))]
    return np.stack(sums) + p["bias"]


def classifier(parameters: Any, norm: Norm) -> GraphClassifier:
    form = np.asarray(node_form(parameters, norm), np.float64)
    return GraphClassifier(form, np.asarray(parameters["bias"], np.float64), HOPS)


def test_the_mean_of_the_observable_is_the_score() -> None:
    parameters, norm = network()
    expected, bob = scores_by_hand(parameters, norm), classifier(parameters, norm)
    np.testing.assert_allclose(bob.scores(GRAPHS), expected, rtol=1e-4, atol=1e-4)
    for k in range(len(GRAPHS)):
        state, squared = encode(GRAPHS.graph(k))
        means = squared * np.einsum("a,cab,b->c", state, bob.observables(GRAPHS.graph(k)), state)
        np.testing.assert_allclose(means, expected[k], rtol=1e-4, atol=1e-4)
        seen = outcomes(bob, GRAPHS.graph(k))
        np.testing.assert_allclose(
            seen.mean, expected[k, 1:] - expected[k, 0], rtol=1e-3, atol=1e-3
        )


def test_the_observable_is_that_of_the_formula() -> None:
    r"""O_c = c2 sum_h V M_h^T M_h + (c1/2)(u e0^T + e0 u^T)/tau + ... of the definition."""
    parameters, norm = network()
    graph = GRAPHS.graph(0)
    nodes, kinds = graph.features.shape
    steps = hop_operators(nodes, graph.sources, graph.targets, HOPS)
    p = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    gain = p["scale"] / np.sqrt(np.asarray(norm.variance, np.float64) + 1e-5)
    weights, shift = p["weights"] * gain, p["shift"] - np.asarray(norm.mean, np.float64) * gain
    tau, e0 = np.sqrt(nodes), np.eye(1 + nodes * kinds)[0]
    c0, c1, c2 = p["activation"]
    for c, observable in enumerate(classifier(parameters, norm).observables(graph)):
        expected = (c0 * nodes * p["head"][:, c].sum() + p["bias"][c]) / tau**2 * np.outer(e0, e0)
        u = np.zeros(1 + nodes * kinds)
        for h in range(5):
            kernel = weights[:, h].reshape(len(steps), kinds)
            linear = np.einsum("rij,rd->ijd", steps, kernel).reshape(nodes, -1)
            m = np.concatenate([np.full((nodes, 1), shift[h] / tau), linear], axis=1)
            expected += c2 * p["head"][h, c] * m.T @ m
            u += p["head"][h, c] * m.sum(axis=0)
        expected += c1 / 2 * (np.outer(u, e0) + np.outer(e0, u)) / tau
        np.testing.assert_allclose(observable, expected, rtol=1e-4, atol=1e-4)


def batches() -> tuple[Moments, Nodes]:
    """The same graphs in both forms; the last two count for nothing."""
    weight = jnp.asarray(np.arange(len(GRAPHS)) < len(GRAPHS) - 2, jnp.float32)
    place = jnp.asarray(GRAPHS.graph_of_node)
    nodes = Nodes(jnp.asarray(HEARD), place, weight[place], weight)
    return Moments(moments_of(HEARD, GRAPHS.starts), weight), nodes


def _loss_and_slopes(parameters: Any, batch: Any) -> Any:
    """Number of nodes, norm and slopes of a loss."""

    def loss(parameters: Any) -> Any:
        scores, norm = batch.scores(ACTIVATIONS["polynomial"], parameters)
        return batch.weight @ jax.nn.logsumexp(scores - scores[:, :1], axis=1), norm

    return batch.number, *jax.grad(loss, has_aux=True)(parameters)


def _assert_equal(one: Any, other: Any) -> None:
    assert one[0] == other[0]
    for name in one[1]:
        np.testing.assert_allclose(one[1][name], other[1][name], rtol=2e-3, atol=2e-3)
    for a, b in zip(one[2], other[2], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_moments_and_nodes_give_the_same_norm_scores_and_slopes() -> None:
    parameters, _ = network()
    _assert_equal(*(_loss_and_slopes(parameters, batch) for batch in batches()))


@pytest.mark.slow
def test_blocks_of_few_features_are_the_nodes_of_their_graphs() -> None:
    """Graphs with two or three of seven kinds of nodes, in two batches with room left over."""
    random = np.random.default_rng(2)
    starts = np.cumsum([0, *random.integers(3, 7, 9)])
    kinds = np.concatenate(
        [
            random.choice(random.choice(7, size, replace=False), nodes)
            for size, nodes in zip(random.integers(2, 4, 9), np.diff(starts), strict=True)
        ]
    )
    inside = np.setdiff1d(np.arange(starts[-1] - 1), starts[1:-1] - 1)
    graphs = graphs_of_arrays("few", starts, kinds, inside, inside + 1, np.arange(9) % CLASSES)
    heard = hop_features(graphs.features, graphs.sources, graphs.targets, HOPS)
    has = features_of(heard, graphs.starts, 7)
    schedule = Schedule.of(np.ones((1, 9), bool), batch_size=5, epochs=1, seed=0)
    tables: list[Table] = [
        NodeTable(heard, graphs.starts),
        BlockTable(heard, graphs.starts, has),
    ]
    found = []
    for table in tables:
        drawn = table.drawn(schedule, slice(0, 1), table.budget(schedule))
        own = jax.tree.map(lambda part: jnp.asarray(part[0, 0, 1]), drawn)
        which = jnp.asarray(schedule.graphs[0, 0, 1])
        batch = table.batch(which, own, table.arrays())
        parameters = initial_parameters(
            jax.random.key(1), heard.shape[1], 5, CLASSES, ACTIVATIONS["polynomial"]
        )
        found.append(_loss_and_slopes(parameters, batch))
    assert jnp.any(which == 9), "no room is left over: choose other sizes"
    _assert_equal(*found)


def test_the_spread_is_that_of_the_outcomes() -> None:
    parameters, norm = network()
    bob = classifier(parameters, norm)
    form, bias = jnp.asarray(bob.forms, jnp.float32), parameters["bias"]
    scores = bob.scores(GRAPHS)
    differences = jnp.asarray(scores[:, 1:] - scores[:, :1], jnp.float32)
    found = spreads(form, bias, differences, Spread.of(GRAPHS, HEARD, HOPS))
    expected = np.stack([outcomes(bob, GRAPHS.graph(k)).spread for k in range(len(GRAPHS))])
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    graphs = Spread.of(GRAPHS, HEARD, HOPS)
    ratio = spread_over_margin(form, bias, jnp.asarray(scores, jnp.float32), graphs)
    np.testing.assert_allclose(
        ratio, np.sum(expected / np.sqrt(differences**2 + 1), axis=1), rtol=1e-3
    )


def test_copies_are_counted_and_their_mean_is_unbiased() -> None:
    bob, graph = classifier(*network()), GRAPHS.graph(0)
    _, ledger = classify_with_copies(bob, graph, copies=50)
    qubits = int(np.ceil(np.log2(1 + graph.features.size)))
    assert ledger.qubits == 50 * qubits * (CLASSES - 1)
    assert ledger.cbits == 32 + 2  # the norm, and one of three labels
    assert ledger.rounds == 2
    measured = outcomes(bob, graph)
    drawn = measured.sample(np.random.default_rng(0), copies=50, repeats=2000)
    error = measured.spread / np.sqrt(50 * 2000)
    assert np.all(np.abs(drawn.mean(axis=0) - measured.mean) < 4 * error)
    assert shipping_bits(graph) == len(graph.features)


def test_outcomes_without_a_matrix_have_the_law_of_those_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob, graph = classifier(*network()), GRAPHS.graph(0)
    whole = outcomes(bob, graph)
    operators = bob.observables(graph)
    vector = np.random.default_rng(0).normal(size=len(operators[0]))
    for c in range(1, CLASSES):
        expected = (operators[c] - operators[0]) @ vector
        found = bob.difference(graph, c)(vector)
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
    monkeypatch.setattr("ebit.communication.graphs.observable.MOST_AMPLITUDES", 1)
    sparse = outcomes(bob, graph)
    largest = np.abs(whole.values).max(axis=1)
    for power in range(6):
        moments = [
            np.sum((own.values / largest[:, None]) ** power * own.probabilities, axis=1)
            for own in (whole, sparse)
        ]
        np.testing.assert_allclose(moments[1], moments[0], rtol=1e-4, atol=1e-6)
    assert classify_with_copies(bob, graph, copies=50)[1].qubits == 50 * whole.qubits * 2


def test_a_large_graph_needs_no_matrix() -> None:
    bob, edges = classifier(*network()), np.arange(699)
    ring = graphs_of_arrays(
        "two", [0, 700, 701], np.arange(701) % 2, edges, (edges + 1) % 700, [0, 1]
    ).graph(0)
    assert 1 + ring.features.size == 1401
    seen = outcomes(bob, ring)
    scores = bob.scores(ring)[0]
    np.testing.assert_allclose(seen.mean, scores[1:] - scores[0], rtol=1e-4)
    assert np.all(seen.probabilities >= 0)


def test_too_large_a_graph_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    bob, graph = classifier(*network()), GRAPHS.graph(0)
    large = type(graph)(**{**graph.__dict__, "features": np.zeros((600, 2), np.float32)})
    with pytest.raises(EbitError, match="takes 1201 amplitudes, but a matrix is made for at most"):
        bob.observables(large)
    monkeypatch.setattr("ebit.communication.graphs.observable.MOST_SPARSE", 1000)
    with pytest.raises(EbitError, match="takes 1201 amplitudes, but finite shots are drawn for"):
        outcomes(bob, large)
    with pytest.raises(EbitError, match="Argument `copies` must be a whole number from 1"):
        classify_with_copies(bob, graph, copies=0)
    with pytest.raises(EbitError, match="must be 0 with the activation 'prelu'"):
        GraphSettings(activation="prelu", shot_weight=0.1)
