"""Folds of a cross-validation, and the batches of every epoch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.communication.graphs.graphs import Whole
from ebit.errors import EbitError


def stratified_folds(labels: Whole, folds: int, seed: int) -> Whole:
    """A fold for every graph, by `sklearn.model_selection.StratifiedKFold`.

    With seed 0 these are the folds of the published code.

    Args:
        labels: Classes, shape (graphs,).
        folds: Number of folds.
        seed: Of the shuffling.

    Returns:
        Numbers from 0 to folds - 1, shape (graphs,).

    Raises:
        EbitError: If a class has fewer graphs than there are folds, or scikit-learn is missing.

    Example:
        >>> fold = stratified_folds(np.array([0, 1] * 6), 3, seed=0)
        >>> np.bincount(fold).tolist(), np.bincount(fold[::2]).tolist()
        ([4, 4, 4], [2, 2, 2])
    """
    counts = np.bincount(labels)
    if counts.min() < folds:
        raise EbitError(
            f"Argument `folds` is {folds}, but a class has {counts.min()} graphs only: take at "
            f"most {counts.min()} folds."
        )
    try:
        from sklearn.model_selection import StratifiedKFold
    except ImportError:
        raise EbitError(
            'Folds are those of scikit-learn: install it with `pip install "ebit[graphs]"`.'
        ) from None
    fold = np.empty(len(labels), np.int64)
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    for number, (_, members) in enumerate(parts):
        fold[members] = number
    return fold


@dataclass(frozen=True, eq=False)
class Schedule:
    """Which graphs are in which batch of which epoch, for some runs.

    The graphs of an epoch are shuffled and shared evenly by the fewest batches of at most the given
    size; places that are left over hold the number of graphs, which is no graph.

    Attributes:
        graphs: Shape (runs, epochs, batches, places).
    """

    graphs: NDArray[np.int32]

    @classmethod
    def of(cls, training: NDArray[np.bool_], batch_size: int, epochs: int, seed: int) -> "Schedule":
        """Shuffle the graphs of every run anew for every epoch.

        Args:
            training: Which graphs a run is trained on, shape (runs, graphs).
            batch_size: Most graphs of a batch.
            epochs: Number of epochs.
            seed: Of the shuffling.

        Returns:
            The schedule.
        """
        most = int(training.sum(axis=1).max())
        batches = -(-most // batch_size)
        places = -(-most // batches)
        table = np.full((len(training), epochs, batches * places), training.shape[1], np.int32)
        for run, chosen in enumerate(training):
            random = np.random.default_rng([seed, 1, run])
            members = np.flatnonzero(chosen).astype(np.int32)
            table[run, :, : len(members)] = random.permuted(np.tile(members, (epochs, 1)), axis=1)
        order = table.reshape(len(training), epochs, places, batches)  # batches fill evenly
        return cls(np.ascontiguousarray(order.swapaxes(2, 3)))

    @classmethod
    def in_order(cls, chosen: NDArray[np.bool_]) -> "Schedule":
        """One epoch of one batch with the chosen graphs of every run, shape (runs, graphs)."""
        none = chosen.shape[1]
        order = np.sort(np.where(chosen, np.arange(none), none), axis=1)
        kept = order[:, : max(1, int(chosen.sum(axis=1).max()))]
        return cls(kept[:, None, None].astype(np.int32))  # (runs, 1, 1, places)

    def of_runs(self, runs: Whole) -> "Schedule":
        """That of some of the runs, by their numbers."""
        return Schedule(self.graphs[runs])

    def most_rows(self, rows: Whole) -> int:
        """Most rows of any batch, with `rows` for every graph."""
        return int(np.append(rows, 0)[self.graphs].sum(axis=-1).max())

    def rows(
        self, rows: Whole, epochs: slice, budget: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The rows of the batches of some epochs, in a table of the rows of all graphs.

        Args:
            rows: Number of rows of every graph, shape (graphs,).
            epochs: Which epochs.
            budget: Places for rows in a batch.

        Returns:
            Row of every place, and its graph within the batch; each of shape
            (runs, epochs, batches, budget). Places left over hold the number of rows, which is no
            row, and the last place for a graph.
        """
        batches = self.graphs[:, epochs]
        sizes, starts = np.append(rows, 0), np.cumsum([0, *rows])
        row = np.full((*batches.shape[:-1], budget), starts[-1], np.int32)
        place = np.full(row.shape, batches.shape[-1] - 1, np.int32)
        for index in np.ndindex(batches.shape[:-1]):
            members = batches[index]
            counts = sizes[members]
            total = counts.sum()
            ends = np.cumsum(counts)
            row[index][:total] = np.arange(total) + np.repeat(
                starts[members] - ends + counts, counts
            )
            place[index][:total] = np.repeat(np.arange(len(members)), counts)
        return row, place
