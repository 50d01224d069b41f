r"""A whole graph network as one observable on one state per class.

Alice holds the features X of the v nodes of a graph and sends the state with amplitudes

.. math:: \tilde x = (\sqrt v,\ \mathrm{vec}\,X) / |\tilde x|, \qquad
          n = \lceil \log_2(v D + 1) \rceil \text{ qubits}.

Bob holds the edges and the network. What node i hears is linear in it,
:math:`(1, a_i) = F_i \tilde x`, and the score of class c is the mean of
:math:`O_c = \sum_i F_i^T Q_c F_i + (e_c / v)\, e_0 e_0^T`. He measures it in its eigenbasis.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from ebit import checks
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.hops import Hops, LinearHops, hop_features, hop_operators
from ebit.errors import EbitError
from ebit.ledger import Ledger

Real = NDArray[np.float64]

MOST_AMPLITUDES = 1024
"""Largest state whose observable is made as a matrix and diagonalised."""
MOST_SPARSE = 2**20
"""Largest state of a graph of which outcomes are drawn."""
KRYLOV = 64
"""Outcomes of a larger state than `MOST_AMPLITUDES`: their law has 2 KRYLOV - 1 equal moments."""
NORM_BITS = 32
"""Bits of the norm of the features, which Alice sends beside the copies."""


@dataclass(frozen=True, eq=False)
class GraphClassifier:
    """A trained polynomial network, as what Bob needs of it.

    Args:
        forms: Forms of the classes on (1, what a node hears), shape (classes, 1 + k, 1 + k).
        bias: Shape (classes,).
        hops: What every node hears.

    Example:
        >>> from ebit.communication.graphs.graphs import graphs_of_arrays
        >>> graphs = graphs_of_arrays("a", [0, 2, 4], [0, 1, 1, 1], [0, 2], [1, 3], [0, 1])
        >>> forms = np.random.default_rng(0).normal(size=(2, 5, 5))
        >>> network = GraphClassifier(forms + forms.transpose(0, 2, 1), np.ones(2), Hops(raw=1))
        >>> graph = graphs.graph(0)
        >>> state, norm = encode(graph)
        >>> means = norm * np.einsum("a,cab,b->c", state, network.observables(graph), state)
        >>> bool(np.allclose(means, network.scores(graph)))
        True
    """

    forms: Real
    bias: Real
    hops: Hops

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.bias)

    def scores(self, graphs: Graphs) -> Real:
        """Scores of all graphs without sampling error, shape (graphs, classes)."""
        heard = hop_features(graphs.features, graphs.sources, graphs.targets, self.hops)
        rows = np.concatenate([np.ones((len(heard), 1)), heard], axis=1)
        of_nodes = np.stack([np.sum((rows @ form) * rows, axis=1) for form in self.forms], axis=1)
        return np.add.reduceat(of_nodes, graphs.starts[:-1], axis=0) + self.bias

    def observables(self, graph: Graphs) -> Real:
        r"""The observable of each class on the state of a graph, padding left out.

        Args:
            graph: A single graph.

        Returns:
            Shape (classes, 1 + v D, 1 + v D), symmetric.

        Raises:
            EbitError: If the graph is too large to diagonalise.
        """
        nodes, kinds = graph.features.shape
        size = 1 + nodes * kinds
        if size > MOST_AMPLITUDES:
            raise EbitError(
                f"A graph of {graph.name!r} has {nodes} nodes with {kinds} features, which takes "
                f"{size} amplitudes, but a matrix is made for at most {MOST_AMPLITUDES}: take "
                "`outcomes`, which needs none."
            )
        steps = hop_operators(nodes, graph.sources, graph.targets, self.hops)
        hears = np.zeros((nodes, len(steps), kinds, nodes, kinds))
        for kind in range(kinds):
            hears[:, :, kind, :, kind] = steps.transpose(1, 0, 2)
        rows = np.zeros((nodes, 1 + len(steps) * kinds, size))
        rows[:, 0, 0] = 1 / math.sqrt(nodes)
        rows[:, 1:, 1:] = hears.reshape(nodes, -1, size - 1)  # (nodes, heard, amplitudes - 1)
        flat = rows.reshape(-1, size)  # (nodes (1 + heard), amplitudes)
        operators = [flat.T @ (form @ rows).reshape(-1, size) for form in self.forms]
        result = np.stack(operators)
        result[:, 0, 0] += self.bias / nodes
        return result

    def difference(self, graph: Graphs, which: int) -> Callable[[Real], Real]:
        """The observable of a class less that of the first one, as a function of a vector.

        It takes time in proportion to the edges, and no matrix.

        Args:
            graph: A single graph.
            which: The class.

        Returns:
            From (1 + v D,) to (1 + v D,).
        """
        nodes, kinds = graph.features.shape
        linear = LinearHops(nodes, graph.sources, graph.targets, self.hops)
        form = self.forms[which] - self.forms[0]
        bias = (self.bias[which] - self.bias[0]) / nodes
        root = math.sqrt(nodes)

        def times(vector: Real) -> Real:
            heard = linear.hear(vector[1:].reshape(nodes, kinds))  # (nodes, heard)
            rows = np.concatenate([np.full((nodes, 1), vector[0] / root), heard], axis=1) @ form
            first = rows[:, 0].sum() / root + bias * vector[0]
            return np.append(first, linear.send_back(rows[:, 1:]))

        return times


def encode(graph: Graphs) -> tuple[Real, float]:
    """The state that Alice sends, padding left out, and the squared norm that goes with it.

    Args:
        graph: A single graph.

    Returns:
        Amplitudes of shape (1 + v D,) and the squared norm before they were normalised.

    Example:
        >>> from ebit.communication.graphs.graphs import graphs_of_arrays
        >>> graphs = graphs_of_arrays("a", [0, 2, 4], [0, 1, 1, 1], [0, 2], [1, 3], [0, 1])
        >>> encode(graphs.graph(0))
        (array([0.70710678, 0.5       , 0.        , 0.        , 0.5       ]), 4.0)
    """
    nodes = len(graph.features)
    vector = np.concatenate([[math.sqrt(nodes)], graph.features.ravel()]).astype(np.float64)
    squared = float(vector @ vector)
    return vector / math.sqrt(squared), squared


def qubits_of(graph: Graphs) -> int:
    """Qubits of the state of a graph."""
    return math.ceil(math.log2(1 + graph.features.size))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What Bob's measurement of one copy shows: values and their probabilities.

    The classes are told apart by the differences to the first one, so two classes take one
    observable; each has copies of its own.

    Attributes:
        values: Score that an outcome stands for, shape (classes - 1, outcomes).
        probabilities: Shape (classes - 1, outcomes).
        qubits: Qubits of a copy.
    """

    values: Real
    probabilities: Real
    qubits: int

    @cached_property
    def mean(self) -> Real:
        """Scores less that of the first class, shape (classes - 1,)."""
        return np.sum(self.values * self.probabilities, axis=1)

    @cached_property
    def spread(self) -> Real:
        """Standard deviation of the outcome of one copy, shape (classes - 1,)."""
        square = np.sum(self.values**2 * self.probabilities, axis=1)
        return np.sqrt(np.maximum(square - self.mean**2, 0))

    def sample(self, generator: np.random.Generator, copies: int, repeats: int = 1) -> Real:
        """Estimates of the mean from some copies each, shape (repeats, classes - 1)."""
        drawn = [generator.multinomial(copies, p, size=repeats) for p in self.probabilities]
        pairs = zip(drawn, self.values, strict=True)
        return np.stack([counts @ values / copies for counts, values in pairs], axis=1)


def outcomes(classifier: GraphClassifier, graph: Graphs) -> Outcomes:
    """Eigenvalues of the observables of a graph, and how often each is seen on its state.

    Args:
        classifier: The network.
        graph: A single graph.

    Returns:
        The outcomes.

    Raises:
        EbitError: If the graph is too large.
    """
    state, squared = encode(graph)
    if len(state) > MOST_SPARSE:
        raise EbitError(
            f"A graph of {graph.name!r} takes {len(state)} amplitudes, but finite shots are drawn "
            f"for at most {MOST_SPARSE}: leave it out."
        )
    if len(state) > MOST_AMPLITUDES:
        found = [
            spectral_law(classifier.difference(graph, which), state)
            for which in range(1, classifier.classes)
        ]
        values, probabilities = (_padded([own[k] for own in found]) for k in (0, 1))
        return Outcomes(squared * values, probabilities, qubits_of(graph))
    operators = classifier.observables(graph)
    values, vectors = np.linalg.eigh(operators[1:] - operators[0])
    probabilities = np.einsum("a,cak->ck", state, vectors) ** 2
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Outcomes(squared * values, probabilities, qubits_of(graph))


def spectral_law(
    times: Callable[[Real], Real], state: Real, steps: int = KRYLOV
) -> tuple[Real, Real]:
    r"""Eigenvalues of a symmetric operator and how often each is measured on a state, by Lanczos.

    The law of k steps has the moments :math:`\langle O^j \rangle` for j < 2k; it is the whole one
    if the steps end before.

    Args:
        times: The operator, as a function of a vector.
        state: Normalised amplitudes.
        steps: Most steps k.

    Returns:
        Values and probabilities, each of shape (at most k,).

    Example:
        >>> state, diagonal = np.ones(3) / np.sqrt(3), np.array([1.0, 3.0, 3.0])
        >>> values, chances = spectral_law(lambda vector: diagonal * vector, state)
        >>> values.round(6).tolist(), chances.round(6).tolist()
        ([1.0, 3.0], [0.333333, 0.666667])

    Source:
        Golub and Meurant, Matrices, Moments and Quadrature (2010), chapter 4.
    """
    basis = [state]
    diagonal: list[float] = []
    beside: list[float] = []
    while True:
        image = times(basis[-1])
        diagonal.append(float(basis[-1] @ image))
        known = np.stack(basis)
        for _ in range(2):  # once leaves what rounding brings back
            image = image - known.T @ (known @ image)
        size = float(np.linalg.norm(image))
        scale = max(map(abs, [*diagonal, *beside]))
        if len(diagonal) == min(steps, len(state)) or size <= 1e-10 * scale:
            break
        beside.append(size)
        basis.append(image / size)
    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside))
    chances = vectors[0] ** 2
    return values, chances / chances.sum()


def _padded(rows: list[Real]) -> Real:
    """Rows of one length, zeros behind."""
    most = max(map(len, rows))
    return np.stack([np.pad(row, (0, most - len(row))) for row in rows])


def labels_of_differences(differences: Real) -> NDArray[np.int64]:
    """The class with the highest score, from differences to the first one; the first at a tie."""
    first = np.zeros((*differences.shape[:-1], 1))
    return np.argmax(np.concatenate([first, differences], axis=-1), axis=-1)


def classify_with_copies(
    classifier: GraphClassifier, graph: Graphs, copies: int, *, seed: int = 0
) -> tuple[int, Ledger]:
    """The class of a graph from copies of its state, and what was sent for it.

    Args:
        classifier: The network, which Bob holds.
        graph: A single graph; Alice holds its features, Bob its edges.
        copies: Copies for each class but the first.
        seed: Of the outcomes.

    Returns:
        The class, and a ledger of qubits and bits.

    Raises:
        EbitError: If the graph is too large, or there are no copies.

    Example:
        >>> from ebit.communication.graphs.graphs import graphs_of_arrays
        >>> graphs = graphs_of_arrays("a", [0, 2, 4], [0, 1, 1, 1], [0, 2], [1, 3], [0, 1])
        >>> network = GraphClassifier(np.stack([np.zeros((5, 5)), np.eye(5)]), np.zeros(2), Hops(1))
        >>> label, ledger = classify_with_copies(network, graphs.graph(0), copies=100)
        >>> label, ledger.qubits, ledger.cbits
        (1, 300, 33)
    """
    copies = checks.whole(1, 10**9)("copies", copies)
    measured = outcomes(classifier, graph)
    generator = np.random.default_rng(checks.seed("seed", seed))
    differences = measured.sample(generator, copies)[0]
    ledger = Ledger()
    for tag in range(1, classifier.classes):
        ledger.send(
            "alice",
            "bob",
            "qubit",
            measured.qubits,
            copies=copies,
            protocol="graph",
            tag=f"state, class {tag}",
        )
    ledger.send("alice", "bob", "cbit", NORM_BITS, protocol="graph", tag="norm")
    label_bits = math.ceil(math.log2(classifier.classes))
    ledger.send("bob", "alice", "cbit", label_bits, protocol="graph", tag="label")
    return int(labels_of_differences(differences)), ledger


def shipping_bits(graph: Graphs) -> int:
    """Bits of the labels of all nodes of a graph, which Alice could send instead."""
    nodes, kinds = graph.features.shape
    return nodes * math.ceil(math.log2(max(kinds, 2)))
