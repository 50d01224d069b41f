"""Everything that is told of one graph data set: both activations, both scores, and copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ebit import checks
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.kept import KeptFolds
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.shots import ShotCurve, shot_curve
from ebit.communication.graphs.training import Progress
from ebit.communication.graphs.validation import Score, score_of, train_folds
from ebit.statistics import Difference, paired


@dataclass(frozen=True, eq=False)
class Judged:
    """One network under one protocol.

    Attributes:
        activation: `polynomial` or `prelu`.
        protocol: `published` or `nested`.
        shot_weight: Weight of the spread over the margin in its loss.
        hidden: Hidden units a hop.
        score: Accuracies over the folds.
        curve: Accuracy against copies, where it was asked for.
    """

    activation: str
    protocol: str
    shot_weight: float
    hidden: int
    score: Score
    curve: ShotCurve | None = None

    @property
    def title(self) -> str:
        """Activation, and whether it was trained for few copies."""
        return self.activation + (f", shot weight {self.shot_weight:g}" if self.shot_weight else "")


def judge_graphs(
    graphs: Graphs,
    settings: GraphSettings,
    *,
    activations: Sequence[str] = ("polynomial", "prelu"),
    protocols: Sequence[str] = ("published", "nested"),
    copies: Sequence[int | None] = (),
    start: Callable[[str], Progress] | None = None,
    out: checks.PathLike | None = None,
) -> list[Judged]:
    """Train networks on the same folds, with every activation and protocol.

    Args:
        graphs: The graphs.
        settings: Network and training; its activation is set by `activations`.
        activations: `polynomial` and `prelu`, or one of them; `shot_weight` is that of polynomials.
        protocols: `published` and `nested`, or one of them.
        copies: Numbers of copies of the nested polynomials; None for infinitely many.
        start: Called with the title of every training; returns what is called now and then.
        out: Folder for the state of every training: interrupted ones go on, finished ones are read.

    Returns:
        One result for each protocol and activation.

    Raises:
        EbitError: If the data do not fit the settings, or a graph is too large for copies.
        TrainingDivergedError: If a loss stops being finite.
    """
    results = []
    for protocol in protocols:
        for activation in activations:
            chosen = _settings(settings, activation)
            progress = start(f"{activation}, {protocol}") if start is not None else None
            sent = bool(copies) and protocol == "nested" and activation == "polynomial"
            if out is None:
                curves = train_folds(graphs, chosen, protocol, None, progress)
            else:
                kept = KeptFolds(out, graphs, chosen, protocol, networks=sent)
                kept.train(range(chosen.folds), progress)
                curves = kept.curves()
            score = score_of(graphs, chosen, protocol, curves)
            curve = None
            if sent:
                seen = graphs.with_degrees() if settings.degrees else graphs
                curve = shot_curve(seen, score, copies, seed=settings.seed)
            results.append(
                Judged(activation, protocol, chosen.shot_weight, chosen.hidden, score, curve)
            )
    return results


def keep_folds(
    graphs: Graphs,
    settings: GraphSettings,
    folds: Sequence[int],
    out: checks.PathLike,
    *,
    activations: Sequence[str] = ("polynomial", "prelu"),
    protocols: Sequence[str] = ("published", "nested"),
    networks: bool = False,
    start: Callable[[str], Progress] | None = None,
) -> dict[tuple[str, str], list[int]]:
    """Train some of the folds into a folder, from which `judge_graphs` takes them.

    Args:
        graphs: The graphs.
        settings: Network and training; its activation is set by `activations`.
        folds: Numbers of the folds, from 0.
        out: The folder; other processes may train other folds into it at the same time.
        activations: `polynomial` and `prelu`, or one of them.
        protocols: `published` and `nested`, or one of them.
        networks: Whether the nested polynomials are kept, too, as copies of states need them.
        start: Called with the title of every training; returns what is called now and then.

    Returns:
        The folds that are in the folder then, by activation and protocol.

    Raises:
        EbitError: If the data do not fit the settings, or there is no fold of a number.
        TrainingDivergedError: If a loss stops being finite.
    """
    rule = checks.whole(0, settings.folds - 1)
    numbers = [rule("fold", fold) for fold in folds]
    found = {}
    for protocol in protocols:
        for activation in activations:
            progress = start(f"{activation}, {protocol}") if start is not None else None
            sent = networks and protocol == "nested" and activation == "polynomial"
            chosen = _settings(settings, activation)
            kept = KeptFolds(out, graphs, chosen, protocol, networks=sent)
            kept.train(numbers, progress)
            found[activation, protocol] = kept.finished()
    return found


def _settings(settings: GraphSettings, activation: str) -> GraphSettings:
    """With an activation; only polynomials are trained for few copies."""
    weight = settings.shot_weight if activation == "polynomial" else 0.0
    return settings.but(activation=activation, shot_weight=weight)


def gap(results: Sequence[Judged], protocol: str) -> Difference | None:
    """Accuracy of the polynomial less that of PReLU on the same folds; None if one is missing.

    The folds share training graphs, for which the standard error is corrected (Nadeau and Bengio).

    Args:
        results: Of one data set.
        protocol: `published` or `nested`.

    Returns:
        The paired difference.
    """
    found = {r.activation: r.score for r in results if r.protocol == protocol}
    if len(found) < 2:
        return None
    first, second = found["polynomial"], found["prelu"]
    folds = len(first.accuracies)
    size = np.bincount(first.fold_of_graph).max()
    return paired(
        first.accuracies.tolist(),
        second.accuracies.tolist(),
        step=1 / size,
        overlap=1 / (folds - 1),
    )
