"""Classification of graphs by one observable on one state per class, with every qubit counted."""

from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.hops import Hops, hop_features, hop_operators
from ebit.communication.graphs.nodes import NodeSet, NodeSettings, node_accuracy, read_nodes
from ebit.communication.graphs.observable import (
    GraphClassifier,
    Outcomes,
    classify_with_copies,
    encode,
    outcomes,
    qubits_of,
    shipping_bits,
)
from ebit.communication.graphs.read import read_graphs
from ebit.communication.graphs.settings import PUBLISHED, PUBLISHED_ACCURACY, GraphSettings
from ebit.communication.graphs.training import Curves, train_graphs

__all__ = [
    "PUBLISHED",
    "PUBLISHED_ACCURACY",
    "Curves",
    "GraphClassifier",
    "GraphSettings",
    "Graphs",
    "Hops",
    "NodeSet",
    "NodeSettings",
    "Outcomes",
    "classify_with_copies",
    "encode",
    "hop_features",
    "hop_operators",
    "node_accuracy",
    "outcomes",
    "qubits_of",
    "read_graphs",
    "read_nodes",
    "shipping_bits",
    "train_graphs",
]
