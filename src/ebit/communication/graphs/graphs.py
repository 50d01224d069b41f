"""Many labelled graphs as plain arrays."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.errors import EbitError

MOST_NODES = 2_000_000
MOST_EDGES = 20_000_000
MOST_FEATURES = 200_000_000
"""Most values of all node features together."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Graphs:
    """Undirected graphs with a class each; the nodes of all graphs stand one after the other.

    Args:
        name: What they are called.
        starts: First node of every graph, and the number of nodes, shape (graphs + 1,).
        features: Features of the nodes, shape (nodes, features); one-hot where nodes have labels.
        sources: One end of every edge, both ways, shape (edges,).
        targets: The other end, shape (edges,).
        labels: Class of every graph, counted from 0, shape (graphs,).
        classes: The classes as the data name them, in order.

    Example:
        >>> two = graphs_of_arrays("two", [0, 2, 5], [0, 1, 0, 0, 1], [0, 2, 3], [1, 3, 4], [7, 9])
        >>> len(two), two.nodes.tolist(), two.classes, two.features.shape
        (2, [2, 3], ('7', '9'), (5, 2))
    """

    name: str
    starts: Whole
    features: NDArray[np.float32]
    sources: Whole
    targets: Whole
    labels: Whole
    classes: tuple[str, ...]

    def __len__(self) -> int:
        """Number of graphs."""
        return len(self.labels)

    @property
    def nodes(self) -> Whole:
        """Number of nodes of every graph."""
        return np.diff(self.starts)

    @cached_property
    def graph_of_node(self) -> Whole:
        """Graph of every node, shape (nodes,)."""
        return np.repeat(np.arange(len(self)), self.nodes)

    @property
    def digest(self) -> str:
        """Hash of all arrays, by which finished trainings are found again."""
        sha = hashlib.sha256()
        for array in (self.starts, self.features, self.sources, self.targets, self.labels):
            sha.update(f"{array.dtype} {array.shape}".encode())
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()

    def graph(self, which: int) -> "Graphs":
        """One of the graphs, by itself."""
        first, last = self.starts[which], self.starts[which + 1]
        inside = (self.sources >= first) & (self.sources < last)
        return replace(
            self,
            starts=np.array([0, last - first]),
            features=self.features[first:last],
            sources=self.sources[inside] - first,
            targets=self.targets[inside] - first,
            labels=self.labels[which : which + 1],
        )

    def with_degrees(self) -> "Graphs":
        """The same graphs, with the number of neighbours as the label of every node."""
        degrees = np.bincount(self.sources, minlength=len(self.features))
        return replace(self, features=one_hot(self.name, degrees))


def graphs_of_arrays(
    where: str,
    graph_ptr: Any,
    node_label: Any,
    edge_source: Any,
    edge_target: Any,
    graph_label: Any,
) -> Graphs:
    """Graphs from five arrays of whole numbers.

    An edge counts both ways and once, however often it is given; loops are left out, since every
    node hears itself anyway.

    Args:
        where: Their name, with which every message begins.
        graph_ptr: First node of every graph, and the number of nodes, shape (graphs + 1,).
        node_label: Label of every node, shape (nodes,).
        edge_source: One end of every edge, counted over all graphs, shape (edges,).
        edge_target: The other end, shape (edges,).
        graph_label: Class of every graph, shape (graphs,).

    Returns:
        The graphs; node labels become one-hot features.

    Raises:
        EbitError: If an array has a wrong shape or type, or an edge leads out of its graph.

    Example:
        >>> graphs_of_arrays("two", [0, 2, 5], [0] * 5, [0], [4], [0, 1])
        Traceback (most recent call last):
        ebit.errors.EbitError: Graphs 'two' have an edge from node 0 to node 4, which lie in two
        graphs: correct `edge_source` and `edge_target`.
    """
    starts = whole_numbers(where, "graph_ptr", graph_ptr)
    labels = whole_numbers(where, "node_label", node_label)
    sources = whole_numbers(where, "edge_source", edge_source)
    targets = whole_numbers(where, "edge_target", edge_target)
    kinds = whole_numbers(where, "graph_label", graph_label)
    _check_starts(where, starts, len(labels), len(kinds))
    sources, targets = undirected(where, sources, targets, len(labels))
    of_node = np.repeat(np.arange(len(kinds)), np.diff(starts))
    across = np.flatnonzero(of_node[sources] != of_node[targets])
    if across.size:
        raise EbitError(
            f"Graphs {where!r} have an edge from node {sources[across[0]]} to node "
            f"{targets[across[0]]}, which lie in two graphs: correct `edge_source` and "
            "`edge_target`."
        )
    found, places = np.unique(kinds, return_inverse=True)
    if len(found) < 2:
        raise EbitError(
            f"Graphs {where!r} have one class in `graph_label`, but at least 2 are needed."
        )
    features = one_hot(where, labels)
    return Graphs(where, starts, features, sources, targets, places, tuple(map(str, found)))


def whole_numbers(where: str, name: str, value: Any) -> Whole:
    """One row of whole numbers.

    Args:
        where: Name of the graphs, for messages.
        name: Name of the array.
        value: What was given.

    Returns:
        The numbers, shape (length,).

    Raises:
        EbitError: If it is something else.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty((0, 0))
    if array.ndim != 1 or not (array.dtype.kind in "iu" or array.size == 0):
        raise EbitError(
            f"Graphs {where!r} must have whole numbers in one row in `{name}`, but it is an array "
            f"of {array.dtype} of shape {array.shape}."
        )
    if array.size and (array.max() >= 2**62 or array.min() <= -(2**62)):
        raise EbitError(f"Graphs {where!r} have a number beyond 2^62 in `{name}`: correct it.")
    return array.astype(np.int64)


def _check_starts(where: str, starts: Whole, nodes: int, graphs: int) -> None:
    if len(starts) != graphs + 1 or graphs == 0:
        raise EbitError(
            f"Graphs {where!r} have {graphs} numbers in `graph_label`, but {len(starts)} in "
            "`graph_ptr`: it must have one more, and there must be a graph."
        )
    if starts[0] != 0 or starts[-1] != nodes or np.any(np.diff(starts) < 1):
        raise EbitError(
            f"Graphs {where!r} must have in `graph_ptr` the first node of every graph in rising "
            f"order, from 0 to the number of nodes {nodes}: no graph may be empty."
        )
    if nodes > MOST_NODES:
        raise EbitError(
            f"Graphs {where!r} have {nodes} nodes, but at most {MOST_NODES} are read: keep fewer "
            "graphs."
        )


def undirected(where: str, sources: Whole, targets: Whole, nodes: int) -> tuple[Whole, Whole]:
    """Every edge both ways and once, without loops.

    Args:
        where: Name of the graphs, for messages.
        sources: One end of every edge, shape (edges,).
        targets: The other end, shape (edges,).
        nodes: Number of nodes.

    Returns:
        Both ends in rising order, each of shape (edges,).

    Raises:
        EbitError: If there are too many edges, or one has an end that is no node.

    Example:
        >>> undirected("a", np.array([0, 1, 1]), np.array([1, 0, 1]), 2)
        (array([0, 1]), array([1, 0]))
    """
    if len(sources) != len(targets):
        raise EbitError(
            f"Graphs {where!r} have {len(sources)} numbers in `edge_source`, but {len(targets)} in "
            "`edge_target`: every edge needs two ends."
        )
    if len(sources) > MOST_EDGES:
        raise EbitError(
            f"Graphs {where!r} have {len(sources)} edges, but at most {MOST_EDGES} are read: keep "
            "fewer graphs."
        )
    ends = np.concatenate([sources, targets])
    if ends.size and (ends.min() < 0 or ends.max() >= nodes):
        wrong = ends[(ends < 0) | (ends >= nodes)][0]
        raise EbitError(
            f"Graphs {where!r} have an edge with the end {wrong}, but the nodes are 0 to "
            f"{nodes - 1}: correct `edge_source` and `edge_target`."
        )
    others = np.concatenate([targets, sources])
    first, second = np.divmod(np.unique((ends * nodes + others)[ends != others]), nodes)
    return first, second


def one_hot(where: str, labels: Whole) -> NDArray[np.float32]:
    """Labels as one-hot rows; labels that do not occur have no column.

    Args:
        where: Name of the graphs, for messages.
        labels: Label of every node, shape (nodes,).

    Returns:
        Zeros and ones, shape (nodes, labels).

    Raises:
        EbitError: If there are too many different labels.

    Example:
        >>> one_hot("a", np.array([5, 2, 5]))
        array([[0., 1.],
               [1., 0.],
               [0., 1.]], dtype=float32)
    """
    found, places = np.unique(labels, return_inverse=True)
    if len(found) * len(labels) > MOST_FEATURES:
        raise EbitError(
            f"Graphs {where!r} have {len(found)} labels on {len(labels)} nodes, which makes more "
            f"than {MOST_FEATURES} features: join some labels."
        )
    features = np.zeros((len(labels), len(found)), np.float32)
    features[np.arange(len(labels)), places] = 1
    return features
