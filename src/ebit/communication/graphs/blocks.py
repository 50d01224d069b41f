r"""Graphs of which each has few of the features, as second moments of those that it has.

A node hears every feature after every step, so the matrix of second moments of a graph has a block
for every pair of features, and most of them are 0: a molecule of NCI1 has 3 of 37 kinds of atoms.
A batch needs the blocks of its graphs, and the weights of the features that any of them has.
"""

from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.communication.graphs.batches import Schedule
from ebit.communication.graphs.graphs import Whole
from ebit.communication.graphs.network import Activation, Norm, Parameters, node_form


class Blocks(NamedTuple):
    """A batch of graphs as blocks of their second moments; for polynomials.

    A block and its transpose are kept once, and of a feature with itself half of the block.

    Attributes:
        moments: The blocks, shape (blocks, steps, steps).
        pair: Both features of every block, as place of the first one times the number of places and
            place of the second one, shape (blocks,).
        of_block: Graph of every block within the batch, in rising order, shape (blocks,).
        sums: What the nodes of a graph hear of a feature, summed, shape (sums, steps).
        place: Place of the feature of every sum, shape (sums,).
        of_sum: Graph of every sum, in rising order, shape (sums,).
        features: The feature of every place, shape (places,).
        nodes: Number of nodes of every graph, 0 for padding, shape (graphs,).
        weight: 1 for a graph, 0 for padding, shape (graphs,).
    """

    moments: jax.Array
    pair: jax.Array
    of_block: jax.Array
    sums: jax.Array
    place: jax.Array
    of_sum: jax.Array
    features: jax.Array
    nodes: jax.Array
    weight: jax.Array

    @property
    def number(self) -> jax.Array:
        """Nodes of the batch."""
        return jnp.sum(self.nodes)

    def scores(
        self, activation: Activation, parameters: Parameters, norm: Norm | None = None
    ) -> tuple[jax.Array, Norm]:
        """Scores less that of the first class, shape (graphs, classes), and the norm taken.

        Args:
            activation: A polynomial.
            parameters: Of the network.
            norm: Mean and variance of the hidden units; by default those of the batch.
        """
        steps, hidden = self.sums.shape[1], parameters["scale"].shape[0]
        every = parameters["weights"].reshape(steps, -1, hidden)  # (steps, features, hidden)
        weights = every[:, self.features].swapaxes(0, 1).reshape(-1, hidden)  # place by place
        norm = self._norm(weights) if norm is None else norm
        head, bias = parameters["head"], parameters["bias"]
        form = node_form(
            {**parameters, "weights": weights, "head": head[:, 1:] - head[:, :1]}, norm
        )
        places, graphs = len(self.features), len(self.weight)
        line = form[:, 0, 1:].reshape(-1, places, steps)  # (classes - 1, places, steps)
        squares = form[:, 1:, 1:].reshape(-1, places, steps, places, steps)
        squares = squares.swapaxes(2, 3).reshape(-1, places**2, steps, steps)  # pair by pair
        of_blocks = jnp.einsum("gab,cgab->gc", self.moments, squares[:, self.pair])
        of_sums = jnp.einsum("ga,cga->gc", self.sums, line[:, self.place])
        twice = jax.ops.segment_sum(
            of_blocks, self.of_block, graphs, indices_are_sorted=True
        ) + jax.ops.segment_sum(of_sums, self.of_sum, graphs, indices_are_sorted=True)
        differences = 2 * twice + self.nodes[:, None] * form[:, 0, 0] + bias[1:] - bias[0]
        return jnp.pad(differences, ((0, 0), (1, 0))), norm

    def _norm(self, weights: jax.Array) -> Norm:
        """Mean and variance of the hidden units over all nodes of the batch."""
        places, steps = len(self.features), self.sums.shape[1]
        half = jax.ops.segment_sum(self.moments, self.pair, places**2) / self.number
        half = half.reshape(places, places, steps, steps).swapaxes(1, 2)
        half = half.reshape(places * steps, places * steps)
        mean = jax.ops.segment_sum(self.sums, self.place, places).reshape(-1) / self.number
        # the slope of w.Cw is 2 Cw, so that one product gives both
        fixed = lax.stop_gradient((half + half.T - jnp.outer(mean, mean)) @ weights)
        variance = 2 * jnp.sum(weights * fixed, axis=0)
        return Norm(mean @ weights, variance - lax.stop_gradient(variance) / 2)


def features_of(heard: NDArray[np.float32], starts: Whole, features: int) -> NDArray[np.bool_]:
    """Which features the nodes of a graph have, and so hear, shape (graphs, features)."""
    return np.logical_or.reduceat(heard[:, :features] != 0, starts[:-1])


def most_features(has: NDArray[np.bool_], schedule: Schedule) -> int:
    """Most features that the graphs of any batch have."""
    none = np.append(has, np.zeros_like(has[:1]), axis=0)
    epochs = schedule.graphs.reshape(-1, *schedule.graphs.shape[2:])  # (., batches, places)
    return max(int(none[own].any(axis=1).sum(axis=1).max()) for own in epochs)


class BlockTable:
    """The blocks of all graphs.

    Args:
        heard: What every node hears, step by step, shape (nodes, steps * features).
        starts: First node of every graph, and the number of nodes, shape (graphs + 1,).
        has: Which features each has, shape (graphs, features).
    """

    has_all_graphs: ClassVar[bool] = False

    def __init__(self, heard: NDArray[np.float32], starts: Whole, has: NDArray[np.bool_]) -> None:
        self._has, features = has, has.shape[1]
        columns = heard.reshape(len(heard), -1, features)  # (nodes, steps, features)
        blocks, ends, sums = [], [], []
        for (first, last), own in zip(pairwise(starts), has, strict=True):
            kinds = np.flatnonzero(own)
            rows = columns[first:last][:, :, kinds]
            one, other = np.triu_indices(len(kinds))
            half = np.where(one == other, np.float32(0.5), np.float32(1))
            blocks.append(np.einsum("vam,vbm,m->mab", rows[..., one], rows[..., other], half))
            ends.append(np.stack([kinds[one], kinds[other]], axis=1))
            sums.append(rows.sum(axis=0).T)
        nothing = np.zeros((1, *columns.shape[1:2] * 2), np.float32)
        self._moments = np.concatenate([*blocks, nothing])
        self._sums = np.concatenate([*sums, nothing[0, :1]])
        self._ends = np.concatenate([*ends, [[features, features]]])
        self._kind = np.append(np.nonzero(has)[1], features)  # row by row, as the sums
        self._nodes = np.append(np.diff(starts), 0)
        self._rows = np.array([len(own) for own in ends]), has.sum(axis=1)

    def budget(self, schedule: Schedule) -> tuple[int, int, int]:
        """Most blocks, sums and features of any batch."""
        blocks, sums = map(schedule.most_rows, self._rows)
        return blocks, sums, most_features(self._has, schedule)

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""
        return {
            "moments": jnp.asarray(self._moments),
            "sums": jnp.asarray(self._sums),
            "nodes": jnp.asarray(self._nodes, jnp.float32),
        }

    def drawn(self, schedule: Schedule, epochs: slice, budget: tuple[int, int, int]) -> Any:
        """Blocks and sums of the batches of some epochs, and the places of their features."""
        places = budget[2]
        (block, of_block), (own, of_sum) = (
            schedule.rows(rows, epochs, most)
            for rows, most in zip(self._rows, budget[:2], strict=True)
        )
        kind = self._kind[own]
        has = np.zeros((*own.shape[:-1], 1 + self._has.shape[1]), bool)
        np.put_along_axis(has, kind, True, axis=-1)
        has[..., -1] = False  # that of padding
        place_of = np.maximum(np.cumsum(has, axis=-1) - 1, 0)
        one, other, place = (
            np.take_along_axis(place_of, kinds, axis=-1)
            for kinds in (self._ends[block, 0], self._ends[block, 1], kind)
        )
        features = np.argsort(~has, axis=-1, kind="stable")[..., :places]
        pair = one * places + other
        made = (block, of_block, pair, own, of_sum, place, features)
        return tuple(part.astype(np.int32, copy=False) for part in made)

    @staticmethod
    def batch(which: jax.Array, places: Any, arrays: dict[str, Any]) -> Blocks:
        """The graphs of one batch of one run."""
        block, of_block, pair, own, of_sum, place, features = places
        graphs = len(arrays["nodes"]) - 1
        return Blocks(
            arrays["moments"][block],
            pair,
            of_block,
            arrays["sums"][own],
            place,
            of_sum,
            features,
            arrays["nodes"][which],
            (which < graphs).astype(jnp.float32),
        )
