"""Cross-validated accuracy: the published score, which is optimistic, and an honest one."""

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Protocol:
    """Which graphs the training of a fold leaves out, and how its epoch is chosen.

    Args:
        ahead: The epoch of fold k is chosen on fold k + ahead, which is left out of the training,
            too; 0: on the fold that the accuracy is told of, which makes it optimistic.
        choose: From accuracy and loss on those folds, each of shape (folds, epochs), to the epoch
            of every fold, counted from 0.
    """

    ahead: int
    choose: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class FoldCurve:
    """The training of one fold, after every epoch.

    Attributes:
        accuracy: On the graphs of the fold, shape (epochs,).
        validation_accuracy: On the graphs that the epoch is chosen on, shape (epochs,).
        validation_loss: Mean cross-entropy of those, shape (epochs,).
        classifier: The network after the last epoch; None for `prelu`, or if it was not kept.
    """

    accuracy: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    classifier: GraphClassifier | None = None


def train_folds(
    graphs: Graphs,
    settings: GraphSettings,
    protocol: str,
    folds: Sequence[int] | None = None,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> list[FoldCurve]:
    """Train a network for each of some folds.

    Args:
        graphs: The graphs.
        settings: The network and its training.
        protocol: One of `PROTOCOLS`.
        folds: Numbers of the folds, from 0; by default all. The numbers of a fold do not depend on
            which others are trained with it.
        progress: Called now and then.
        checkpoint: Where the state of the training is kept.

    Returns:
        One curve for each of these folds.

    Raises:
        EbitError: If a class has too few graphs, or the data do not fit the settings.
        TrainingDivergedError: If a loss stops being finite.
    """
    fold = stratified_folds(graphs.labels, settings.folds, FOLD_SEED)
    number = np.arange(settings.folds)[:, None]
    test = number == fold
    validation = (number + PROTOCOLS[protocol].ahead) % settings.folds == fold
    looked_at = test | validation
    curves = train_graphs(graphs, ~looked_at, settings, progress, checkpoint, looked_at, folds)
    chosen = np.arange(settings.folds) if folds is None else np.asarray(folds)
    parts = (
        _accuracy(curves.correct, test[chosen]),
        _accuracy(curves.correct, validation[chosen]),
        _mean(curves.loss.astype(np.float64), validation[chosen]),
    )
    networks = curves.classifiers or (None,) * len(chosen)
    return [FoldCurve(*own) for own in zip(*parts, networks, strict=True)]


def score_of(
    graphs: Graphs, settings: GraphSettings, protocol: str, curves: Sequence[FoldCurve]
) -> Score:
    """The score that the trainings of all folds give.

    Args:
        graphs: The graphs.
        settings: The network and its training.
        protocol: One of `PROTOCOLS`.
        curves: One for each fold, in order.

    Returns:
        The score.
    """
    accuracy, validation, loss = (
        np.stack(part)
        for part in zip(
            *((own.accuracy, own.validation_accuracy, own.validation_loss) for own in curves),
            strict=True,
        )
    )
    epochs = PROTOCOLS[protocol].choose(validation, loss)
    networks = tuple(own.classifier for own in curves if own.classifier is not None)
    fold = stratified_folds(graphs.labels, settings.folds, FOLD_SEED)
    return Score(accuracy[np.arange(len(curves)), epochs], epochs + 1, fold, networks)


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
    curves = train_folds(graphs, settings, "published", None, progress, checkpoint)
    return score_of(graphs, settings, "published", curves)


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
    curves = train_folds(graphs, settings, "nested", None, progress, checkpoint)
    return score_of(graphs, settings, "nested", curves)


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


def best_common_epoch(
    accuracy: NDArray[np.float64], loss: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The epoch with the highest mean accuracy, for all folds the same.

    Args:
        accuracy: Shape (runs, epochs).
        loss: Shape (runs, epochs); not looked at.

    Returns:
        Epochs counted from 0, shape (runs,).

    Example:
        >>> curves = np.array([[0.5, 0.9, 0.8], [0.5, 0.7, 0.9]])
        >>> best_common_epoch(curves, curves).tolist()
        [2, 2]
    """
    return np.full(len(accuracy), accuracy.mean(axis=0).argmax())


PROTOCOLS = {
    "published": Protocol(0, best_common_epoch),
    "nested": Protocol(1, best_epochs),
}
"""Protocols by name; the published one is optimistic."""


def _accuracy(correct: NDArray[np.bool_], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    return _mean(correct.astype(np.float64), members)


def _mean(values: NDArray[np.float64], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean over the member graphs of each run, shape (runs, epochs)."""
    return np.einsum("reg,rg->re", values, members) / members.sum(axis=1, keepdims=True)
