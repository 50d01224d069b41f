"""Training of all folds in one program."""

import numpy as np
import pytest

from ebit.communication.graphs import GraphSettings, Hops, train_graphs
from ebit.communication.graphs.batches import Schedule, stratified_folds
from ebit.communication.graphs.generate import ring_and_path
from ebit.communication.graphs.validation import nested_score, published_score
from ebit.errors import EbitError, TrainingDivergedError

GRAPHS = ring_and_path(40, seed=3)
SETTINGS = GraphSettings(
    Hops(raw=2), hidden=4, batch_size=16, learning_rate=0.02, epochs=20, folds=4
)
HELD_OUT = np.arange(4)[:, None] == stratified_folds(GRAPHS.labels, 4, seed=0)


def test_every_graph_is_in_one_batch_of_every_epoch() -> None:
    schedule = Schedule.of(~HELD_OUT, batch_size=16, epochs=3, seed=0)
    assert schedule.graphs.shape == (4, 3, 2, 15)
    for run in range(4):
        for epoch in schedule.graphs[run]:
            members = np.sort(epoch.ravel())
            assert np.array_equal(members, np.flatnonzero(~HELD_OUT[run]))
    assert not np.array_equal(schedule.graphs[0, 0], schedule.graphs[0, 1])


def test_nodes_of_batches_are_those_of_their_graphs() -> None:
    schedule = Schedule.of(~HELD_OUT[:1], batch_size=7, epochs=2, seed=0)
    budget = schedule.most_nodes(GRAPHS.nodes)
    node, place = schedule.nodes(GRAPHS, slice(0, 2), budget)
    for index in np.ndindex(node.shape[:-1]):
        present = node[index] < len(GRAPHS.features)
        found = schedule.graphs[index][place[index][present]]
        assert np.array_equal(found, GRAPHS.graph_of_node[node[index][present]])
        sizes = GRAPHS.nodes[schedule.graphs[index][schedule.graphs[index] < len(GRAPHS)]]
        assert present.sum() == sizes.sum()
    assert (node < len(GRAPHS.features)).sum(axis=-1).max() == budget


@pytest.fixture(scope="module", params=["polynomial", "prelu"])
def activation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_training_learns_and_is_repeatable(activation: str) -> None:
    settings = SETTINGS.but(activation=activation)
    calls: list[tuple[int, int]] = []
    curves = train_graphs(GRAPHS, ~HELD_OUT, settings, lambda *done: calls.append(done))
    assert calls == [(10, 20), (20, 20)]
    assert curves.correct[:, -1].mean() > 0.9
    again = train_graphs(GRAPHS, ~HELD_OUT, settings)
    assert np.array_equal(again.loss, curves.loss)


def test_the_classifier_is_what_was_trained() -> None:
    curves = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS)
    for run, classifier in enumerate(curves.classifiers):
        right = classifier.scores(GRAPHS).argmax(axis=1) == GRAPHS.labels
        assert np.array_equal(right, curves.correct[run, -1])


def test_scores_of_both_protocols(monkeypatch: pytest.MonkeyPatch) -> None:
    published = published_score(GRAPHS, SETTINGS)
    assert len(set(published.epochs)) == 1
    assert published.mean > 0.9
    nested = nested_score(GRAPHS, SETTINGS)
    assert nested.accuracies.shape == (4,)
    assert 0.7 < nested.mean <= 1


def test_training_for_few_copies_lowers_the_spread_over_the_margin() -> None:
    from ebit.communication.graphs import outcomes

    def ratio(shot_weight: float) -> float:
        settings = SETTINGS.but(shot_weight=shot_weight)
        bob = train_graphs(GRAPHS, ~HELD_OUT, settings).classifiers[0]
        seen = [outcomes(bob, GRAPHS.graph(k)) for k in range(0, 40, 4)]
        return float(np.median([abs(o.spread[0] / o.mean[0]) for o in seen]))

    assert ratio(0.05) < 0.7 * ratio(0.0)


def test_what_cannot_be_trained_is_one_line() -> None:
    with pytest.raises(EbitError, match="`folds` is 30, but a class has 20 graphs only"):
        published_score(GRAPHS, SETTINGS.but(folds=30))
    with pytest.raises(TrainingDivergedError, match="lower the learning rate"):
        train_graphs(GRAPHS, ~HELD_OUT[:1], SETTINGS.but(learning_rate=1e30))
