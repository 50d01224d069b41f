"""Cross-validated accuracy: the published score, which is optimistic, and an honest one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.communication.graphs.batches import stratified_folds
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.observable import GraphClassifier
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.training import Progress, train_graphs
from ebit.learning import Checkpoint

FOLD_SEED = 0
"""Of the folds, as published, and the same for all settings and seeds: results are paired."""


@dataclass(frozen=True, eq=False)
class Score:
    """Accuracy of a graph network over the folds.

    Attributes:
        accuracies: Accuracy on the graphs of each fold, shape (folds,).
        epochs: Epoch after which each was taken, counted from 1, shape (folds,).
        fold_of_graph: Shape (graphs,).
        classifiers: The network of each fold after its last epoch; none for `prelu`.
    """

    accuracies: NDArray[np.float64]
    epochs: NDArray[np.int64]
    fold_of_graph: NDArray[np.int64]
    classifiers: tuple[GraphClassifier, ...]

    @property
    def mean(self) -> float:
        """Mean over the folds."""
        return float(self.accuracies.mean())

    @property
    def std(self) -> float:
        """Standard deviation over the folds, as the published tables have it."""
        return float(self.accuracies.std())


def published_score(
    graphs: Graphs,
    settings: GraphSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Score:
    """The score of the published protocol: the best epoch of the mean curve of the test folds.

    Each fold is left out of one training. The epoch is chosen on the graphs that the accuracy is
    told of, which makes it optimistic.

    Args:
        graphs: The graphs.
        settings: The network and its training.
        progress: Called now and then.
        checkpoint: Where the state of the training is kept.

    Returns:
        The score.

    Raises:
        EbitError: If a class has too few graphs, or the data do not fit the settings.
        TrainingDivergedError: If a loss stops being finite.
    """
    fold = stratified_folds(graphs.labels, settings.folds, FOLD_SEED)
    held_out = np.arange(settings.folds)[:, None] == fold
    curves = train_graphs(graphs, ~held_out, settings, progress, checkpoint, held_out)
    on_test = _accuracy(curves.correct, held_out)
    best = int(on_test.mean(axis=0).argmax())
    epochs = np.full(settings.folds, best + 1)
    return Score(on_test[:, best], epochs, fold, curves.classifiers)


def nested_score(
    graphs: Graphs,
    settings: GraphSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Score:
    """An honest score: the epoch of every fold is chosen on another fold.

    Run k is trained without the folds k and k + 1; the epoch with the highest accuracy (then the
    lowest loss) on fold k + 1 is taken, and its accuracy on fold k is told.

    Args:
        graphs: The graphs.
        settings: The network and its training; at least 3 folds.
        progress: Called now and then.
        checkpoint: Where the state of the training is kept.

    Returns:
        The score.

    Raises:
        EbitError: If a class has too few graphs, or the data do not fit the settings.
        TrainingDivergedError: If a loss stops being finite.
    """
    fold = stratified_folds(graphs.labels, settings.folds, FOLD_SEED)
    number = np.arange(settings.folds)[:, None]
    test, validation = number == fold, (number + 1) % settings.folds == fold
    looked_at = test | validation
    curves = train_graphs(graphs, ~looked_at, settings, progress, checkpoint, looked_at)
    on_test = _accuracy(curves.correct, test)
    chosen = best_epochs(
        _accuracy(curves.correct, validation), _mean(curves.loss.astype(np.float64), validation)
    )
    return Score(on_test[np.arange(settings.folds), chosen], chosen + 1, fold, curves.classifiers)


def best_epochs(accuracy: NDArray[np.float64], loss: NDArray[np.float64]) -> NDArray[np.int64]:
    """The epoch with the highest accuracy and, among those, the lowest loss.

    Args:
        accuracy: Shape (runs, epochs).
        loss: Shape (runs, epochs).

    Returns:
        Epochs counted from 0, shape (runs,).

    Example:
        >>> best_epochs(np.array([[0.5, 0.9, 0.9]]), np.array([[0.1, 0.5, 0.4]])).tolist()
        [2]
    """
    highest = accuracy.max(axis=1, keepdims=True)
    return np.where(accuracy == highest, loss, np.inf).argmin(axis=1)


def _accuracy(correct: NDArray[np.bool_], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    return _mean(correct.astype(np.float64), members)


def _mean(values: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean over the member graphs of each run, shape (runs, epochs)."""
    return np.einsum("reg,rg->re", values, members) / members.sum(axis=1, keepdims=True)
