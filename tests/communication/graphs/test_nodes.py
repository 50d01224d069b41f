"""Classes of the nodes of one graph."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from command_line import error_of
from ebit.communication.graphs import Hops, NodeSettings, node_accuracy, read_nodes
from ebit.communication.graphs.nodes import node_scores
from ebit.errors import EbitError


def two_halves() -> dict[str, Any]:
    """Two cliques of twelve nodes; the features of their nodes are of one kind each."""
    nodes = np.arange(24)
    labels = nodes // 12
    pairs = np.array([(a, b) for a in nodes for b in nodes if a < b and labels[a] == labels[b]])
    return {
        "feature_row": nodes,
        "feature_column": 2 * labels + nodes % 2,
        "shape": [24, 4],
        "node_label": labels + 5,
        "edge_source": pairs[:, 0],
        "edge_target": pairs[:, 1],
        "train_index": [0, 1, 12, 13],
        "validation_index": [2, 3, 14, 15],
        "test_index": [4, 5, 6, 16, 17, 18],
    }


def test_nodes_are_read_and_classified(tmp_path: Path) -> None:
    np.savez(tmp_path / "halves.npz", **two_halves())
    nodes = read_nodes(tmp_path / "halves.npz")
    assert nodes.features.shape == (24, 4)
    assert nodes.labels.tolist() == [0] * 12 + [1] * 12
    settings = NodeSettings(Hops(gcn=1), hidden=4, learning_rate=0.05, epochs=50, runs=2)
    scores = node_scores(nodes, settings)
    assert 0.9 < scores["nested"].mean <= scores["published"].mean
    assert node_accuracy(nodes, settings) == scores["nested"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": [24]}, "must have in `shape` the numbers of nodes"),
        ({"shape": [23, 4]}, "must have in `shape` the numbers of nodes"),
        ({"shape": [24, 10**9]}, "values are read: keep fewer features"),
        ({"feature_row": [0]}, "as many numbers in `feature_row`"),
        ({"feature_column": np.full(24, 4)}, "numbers from 0 to 3 in `feature_column`"),
        ({"test_index": [24]}, "numbers from 0 to 23 in `test_index`"),
        ({"test_index": [0]}, "a node belongs to one part"),
        ({"train_index": np.array([], int)}, "in `train_index`, and one at least"),
        ({"node_label": np.full(24, np.nan)}, "whole numbers in one row in `node_label`"),
        ({"edge_source": [30], "edge_target": [0]}, "an edge with the end 30"),
    ],
)
def test_bad_arrays_are_one_line(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "bad.npz", **{**two_halves(), **change})
    with pytest.raises(EbitError, match=message):
        read_nodes(tmp_path / "bad.npz")


def test_the_verb_names_what_is_wrong(tmp_path: Path) -> None:
    np.savez(tmp_path / "halves.npz", **two_halves())
    message = error_of("communication", "nodes", "--data", tmp_path / "halves.npz", "--epochs", 5)
    assert "`epochs` must be a whole number from 10 to 10000, but is 5" in message
