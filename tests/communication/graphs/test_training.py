"""Training of all folds in one program."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ebit.communication.graphs import (
    Curves,
    GraphClassifier,
    GraphSettings,
    Hops,
    outcomes,
    train_graphs,
    training,
)
from ebit.communication.graphs.batches import Schedule, stratified_folds
from ebit.communication.graphs.blocks import BlockTable, features_of
from ebit.communication.graphs.generate import ring_and_path
from ebit.communication.graphs.tables import NodeTable, Table
from ebit.communication.graphs.validation import nested_score, published_score
from ebit.errors import EbitError, TrainingDivergedError
from ebit.learning import Checkpoint

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
    budget = schedule.most_rows(GRAPHS.nodes)
    node, place = schedule.rows(GRAPHS.nodes, slice(0, 2), budget)
    for index in np.ndindex(node.shape[:-1]):
        present = node[index] < len(GRAPHS.features)
        found = schedule.graphs[index][place[index][present]]
        assert np.array_equal(found, GRAPHS.graph_of_node[node[index][present]])
        sizes = GRAPHS.nodes[schedule.graphs[index][schedule.graphs[index] < len(GRAPHS)]]
        assert present.sum() == sizes.sum()
    assert (node < len(GRAPHS.features)).sum(axis=-1).max() == budget


@pytest.fixture(scope="module")
def curves() -> Curves:
    return train_graphs(GRAPHS, ~HELD_OUT, SETTINGS)


def test_training_learns_and_is_repeatable(curves: Curves) -> None:
    calls: list[tuple[int, int]] = []
    again = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, lambda *done: calls.append(done))
    assert calls == [(10, 20), (20, 20)]
    assert curves.correct[:, -1].mean() > 0.9
    assert np.array_equal(again.loss, curves.loss)


def test_the_classifier_is_what_was_trained(curves: Curves) -> None:
    for run, classifier in enumerate(curves.classifiers):
        right = classifier.scores(GRAPHS).argmax(axis=1) == GRAPHS.labels
        assert np.array_equal(right, curves.correct[run, -1])


@pytest.mark.slow
def test_another_activation_learns_too() -> None:
    prelu = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS.but(activation="prelu"))
    assert prelu.correct[:, -1].mean() > 0.9
    assert prelu.classifiers == ()


def test_the_published_score_takes_one_epoch_for_all_folds(curves: Curves) -> None:
    score = published_score(GRAPHS, SETTINGS)
    means = [
        np.mean([curves.correct[k, e, HELD_OUT[k]].mean() for k in range(4)]) for e in range(20)
    ]
    assert score.mean == pytest.approx(max(means))
    assert score.epochs.tolist() == [1 + int(np.argmax(means))] * 4


@pytest.mark.slow
def test_the_nested_score_chooses_its_epoch_elsewhere() -> None:
    nested = nested_score(GRAPHS, SETTINGS)
    assert nested.accuracies.shape == (4,)
    assert 0.7 < nested.mean <= 1


@pytest.mark.slow
def test_training_for_few_copies_lowers_the_spread_over_the_margin(curves: Curves) -> None:
    def ratio(bob: GraphClassifier) -> float:
        seen = [outcomes(bob, GRAPHS.graph(k)) for k in range(0, 40, 4)]
        return float(np.median([abs(o.spread[0] / o.mean[0]) for o in seen]))

    aware = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS.but(shot_weight=0.05))
    assert ratio(aware.classifiers[0]) < 0.7 * ratio(curves.classifiers[0])


@pytest.mark.slow
def test_a_loss_that_is_not_finite_is_one_line() -> None:
    with pytest.raises(TrainingDivergedError, match="lower the learning rate"):
        train_graphs(GRAPHS, ~HELD_OUT[:1], SETTINGS.but(learning_rate=1e30))


def test_folds_need_graphs() -> None:
    with pytest.raises(EbitError, match="`folds` is 30, but a class has 20 graphs only"):
        published_score(GRAPHS, SETTINGS.but(folds=30))


def test_an_interrupted_training_goes_on_with_the_same_numbers(
    curves: Curves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "EVERY_SECONDS", 0.0)
    kept = Checkpoint(tmp_path / "state.safetensors", "some training")

    def stop(done: int, epochs: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, stop, kept)
    calls: list[tuple[int, int]] = []
    found = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, lambda *done: calls.append(done), kept)
    assert calls == [(20, 20)]
    assert np.array_equal(found.loss, curves.loss)
    again = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, lambda *done: calls.append(done), kept)
    assert calls == [(20, 20)]
    assert np.array_equal(again.correct, curves.correct)


def test_only_judged_graphs_are_looked_at(curves: Curves) -> None:
    found = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, judged=HELD_OUT)
    assert np.array_equal(found.correct, curves.correct & HELD_OUT[:, None])


@pytest.mark.slow
def test_a_fold_has_the_same_numbers_whatever_is_trained_with_it(curves: Curves) -> None:
    alone = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, only=[2])
    np.testing.assert_allclose(alone.loss[0, :5], curves.loss[2, :5], rtol=1e-3, atol=1e-4)
    assert alone.correct.shape == (1, 20, 40)


@pytest.mark.slow
@pytest.mark.parametrize("form", [NodeTable, BlockTable])
def test_all_forms_of_the_graphs_train_to_the_same(
    form: type[Table], curves: Curves, monkeypatch: pytest.MonkeyPatch
) -> None:
    def table(heard: Any, starts: Any, features: int, *_: Any) -> Table:
        if form is NodeTable:
            return NodeTable(heard, starts)
        return BlockTable(heard, starts, features_of(heard, starts, features))

    monkeypatch.setattr(training, "table_of", table)
    found = train_graphs(GRAPHS, ~HELD_OUT, SETTINGS, judged=HELD_OUT)
    np.testing.assert_allclose(found.loss[:, 0], curves.loss[:, 0] * HELD_OUT, rtol=1e-2, atol=1e-3)
    assert abs(found.correct[:, -1].sum() - (curves.correct[:, -1] & HELD_OUT).sum()) <= 2
