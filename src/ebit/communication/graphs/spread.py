r"""The spread of one copy over the margin, which training for few copies makes small.

The mean of an observable on copies of a state has the standard deviation :math:`s/\sqrt m` with

.. math:: s^2 = |\tilde x|^2\, |O \tilde x|^2 - (\tilde x^T O \tilde x)^2,

so m has to be about :math:`(s / \text{margin})^2`.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.hops import Hops, hop_operators
from ebit.errors import EbitError

MOST_BYTES = 1_000_000_000
"""Most memory of the operators of all graphs."""
SMALLEST_MARGIN = 1.0
"""Margins below this count no smaller, so that the quotient stays finite."""


class Spread(NamedTuple):
    """What the spread of every graph needs, padded to the largest graph.

    Attributes:
        operators: Steps of the hops, shape (graphs, steps, nodes, nodes).
        heard: (1, what a node hears), shape (graphs, nodes, 1 + heard).
        nodes: Number of nodes, shape (graphs,).
        squared: Squared norm of the vector that is encoded, shape (graphs,).
    """

    operators: jax.Array
    heard: jax.Array
    nodes: jax.Array
    squared: jax.Array

    @classmethod
    def of(cls, graphs: Graphs, heard: NDArray[np.float32], hops: Hops) -> "Spread":
        """Lay all graphs side by side.

        Args:
            graphs: The graphs.
            heard: What every node hears, shape (nodes, heard).
            hops: The steps.

        Returns:
            The arrays.

        Raises:
            EbitError: If they would take too much memory.
        """
        most = int(graphs.nodes.max())
        size = 4 * len(graphs) * most * (most * (1 + hops.number) + heard.shape[1])
        if size > MOST_BYTES:
            raise EbitError(
                f"Argument `shot_weight` must be 0 for {graphs.name!r}: it would take "
                f"{size / 1e9:.1f} GB for graphs of up to {most} nodes."
            )
        operators = np.zeros((len(graphs), 1 + hops.number, most, most), np.float32)
        rows = np.zeros((len(graphs), most, 1 + heard.shape[1]), np.float32)
        for k in range(len(graphs)):
            graph, first = graphs.graph(k), graphs.starts[k]
            nodes = len(graph.features)
            steps = hop_operators(nodes, graph.sources, graph.targets, hops)
            operators[k, :, :nodes, :nodes] = steps
            rows[k, :nodes, 0] = 1
            rows[k, :nodes, 1:] = heard[first : first + nodes]
        squares = np.add.reduceat(np.sum(graphs.features**2, axis=1), graphs.starts[:-1])
        return cls(
            jnp.asarray(operators),
            jnp.asarray(rows),
            jnp.asarray(graphs.nodes, jnp.float32),
            jnp.asarray(graphs.nodes + squares, jnp.float32),
        )

    def take(self, which: jax.Array) -> "Spread":
        """That of some graphs."""
        return Spread(*(array[which] for array in self))


def spread_over_margin(
    form: jax.Array, bias: jax.Array, scores: jax.Array, graphs: Spread
) -> jax.Array:
    """Standard deviation of one copy over the margin, summed over the classes but the first.

    Args:
        form: Forms of the classes, shape (classes, 1 + heard, 1 + heard).
        bias: Shape (classes,).
        scores: Scores, shape (graphs, classes).
        graphs: The graphs.

    Returns:
        Shape (graphs,).
    """
    differences = scores[:, 1:] - scores[:, :1]
    spread = spreads(form, bias, differences, graphs)
    return jnp.sum(spread / jnp.sqrt(differences**2 + SMALLEST_MARGIN**2), axis=1)


def spreads(form: jax.Array, bias: jax.Array, differences: jax.Array, graphs: Spread) -> jax.Array:
    """Standard deviation of the outcome of one copy, shape (graphs, classes - 1)."""
    answers = jnp.einsum("gva,cab->gcvb", graphs.heard, form[1:] - form[:1])
    root = jnp.sqrt(graphs.nodes)[:, None]
    first = jnp.sum(answers[..., 0], axis=2) / root + (bias[1:] - bias[0]) / root
    steps = graphs.operators.shape[1]
    split = answers[..., 1:].reshape(*answers.shape[:3], steps, -1)  # (g, c, v, steps, kinds)
    rest = jnp.einsum("grvw,gcvrk->gcwk", graphs.operators, split)
    square = first**2 + jnp.sum(rest**2, axis=(2, 3))
    return jnp.sqrt(jnp.maximum(graphs.squared[:, None] * square - differences**2, 1e-6))
