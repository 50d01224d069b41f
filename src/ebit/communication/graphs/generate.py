"""Small graphs whose class is known."""

import numpy as np

from ebit.communication.graphs.graphs import Graphs, graphs_of_arrays


def ring_and_path(graphs: int, seed: int) -> Graphs:
    """Rings and paths of 5 to 9 nodes with two kinds of nodes; the class is which of the two it is.

    Args:
        graphs: How many.
        seed: Of sizes and kinds of nodes.

    Returns:
        The graphs, one half of each class.

    Example:
        >>> ring_and_path(4, seed=0).labels.tolist()
        [0, 1, 0, 1]
    """
    random = np.random.default_rng(seed)
    sizes = random.integers(5, 10, graphs)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    sources, targets = [], []
    for k, (first, size) in enumerate(zip(starts, sizes, strict=False)):
        edges = size if k % 2 else size - 1
        sources.append(first + np.arange(edges))
        targets.append(first + (np.arange(edges) + 1) % size)
    return graphs_of_arrays(
        "rings",
        starts,
        random.integers(0, 2, starts[-1]),
        np.concatenate(sources),
        np.concatenate(targets),
        np.arange(graphs) % 2,
    )
