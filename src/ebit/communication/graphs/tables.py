"""All graphs of a training, in the form in which its batches cost least."""

from itertools import pairwise
from typing import Any, ClassVar, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.communication.graphs.batches import Schedule
from ebit.communication.graphs.blocks import Blocks, BlockTable, features_of, most_features
from ebit.communication.graphs.graphs import Whole
from ebit.communication.graphs.network import Moments, Nodes, moments_of

MOST_MOMENTS = 1_000_000_000
"""Most bytes of the second moments of all graphs; beyond, a batch has only what its graphs need."""


Batch = Moments | Nodes | Blocks


class Table(Protocol):
    """All graphs; a batch takes its own from it.

    Attributes:
        has_all_graphs: Whether a batch has all graphs, with weights that say which of them count.
    """

    has_all_graphs: ClassVar[bool]

    def budget(self, schedule: Schedule) -> Any:
        """The most that any batch takes."""

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""

    def drawn(self, schedule: Schedule, epochs: slice, budget: Any) -> Any:
        """What the batches of some epochs take, arrays of shape (runs, epochs, batches, ...)."""

    @staticmethod
    def batch(which: jax.Array, taken: Any, arrays: dict[str, Any]) -> Batch:
        """The graphs of one batch of one run."""


class MomentTable:
    """Second moments of all graphs."""

    has_all_graphs: ClassVar[bool] = True

    def __init__(self, heard: NDArray[np.float32], starts: Whole) -> None:
        self._moments = moments_of(heard, starts)

    def budget(self, schedule: Schedule) -> None:
        """Every batch takes all."""

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""
        return {"table": self._moments}

    def drawn(self, schedule: Schedule, epochs: slice, budget: None) -> None:
        """One product for all runs is cheaper than picking graphs."""

    @staticmethod
    def batch(which: jax.Array, taken: None, arrays: dict[str, Any]) -> Moments:
        """All graphs, of which those of the batch count."""
        table = arrays["table"]
        return Moments(table, jnp.zeros(len(table), jnp.float32).at[which].set(1, mode="drop"))


class NodeTable:
    """What the nodes of all graphs hear; nodes of a graph that hear the same are one row."""

    has_all_graphs: ClassVar[bool] = False

    def __init__(self, heard: NDArray[np.float32], starts: Whole) -> None:
        found = [
            np.unique(heard[first:last], axis=0, return_counts=True)
            for first, last in pairwise(starts)
        ]
        self.rows = np.array([len(own) for own, _ in found])
        self._table, self._counts = (np.concatenate(parts) for parts in zip(*found, strict=True))

    def budget(self, schedule: Schedule) -> int:
        """Most rows of any batch."""
        return schedule.most_rows(self.rows)

    def arrays(self) -> dict[str, Any]:
        """What goes into the compiled program."""
        return {
            "table": jnp.asarray(self._table),
            "counts": jnp.asarray(self._counts, jnp.float32),
            "graphs": jnp.asarray(len(self.rows), jnp.int32),
        }

    def drawn(self, schedule: Schedule, epochs: slice, budget: int) -> Any:
        """Rows of the batches of some epochs, and their graphs."""
        return schedule.rows(self.rows, epochs, budget)

    @staticmethod
    def batch(which: jax.Array, taken: Any, arrays: dict[str, Any]) -> Nodes:
        """The graphs of one batch of one run."""
        row, place = taken
        present = arrays["counts"].at[row].get(mode="fill", fill_value=0)
        weight = (which < arrays["graphs"]).astype(jnp.float32)
        return Nodes(arrays["table"][row], place, present, weight)


def table_of(
    heard: NDArray[np.float32], starts: Whole, features: int, quadratic: bool, schedule: Schedule
) -> Table:
    """The form with the fewest multiplications for every hidden unit.

    Args:
        heard: What every node hears, step by step, shape (nodes, steps * features).
        starts: First node of every graph, and the number of nodes, shape (graphs + 1,).
        features: Number of features of a node.
        quadratic: Whether the activation is a polynomial of degree 2.
        schedule: The batches.

    Returns:
        The graphs.
    """
    graphs, width = len(starts) - 1, heard.shape[1]
    if quadratic and 2 * graphs * (1 + width) * (2 + width) <= MOST_MOMENTS:
        return MomentTable(heard, starts)
    nodes = NodeTable(heard, starts)
    if not quadratic:
        return nodes
    has, steps = features_of(heard, starts, features), width // features
    each = has.sum(axis=1)
    size = 2 * steps**2 * int(np.sum(each * (each + 1)))
    by_blocks = 3 * (most_features(has, schedule) * steps) ** 2  # a form, its slope, and the norm
    by_nodes = 2 * nodes.budget(schedule) * width  # the hidden units, and their slope
    if size > MOST_MOMENTS or by_blocks > by_nodes:
        return nodes
    return BlockTable(heard, starts, has)
