"""Everything that is told of one graph data set: both activations, both scores, and copies."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ebit import checks
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.shots import ShotCurve, shot_curve
from ebit.communication.graphs.training import Progress
from ebit.communication.graphs.validation import Score, nested_score, published_score
from ebit.learning import Checkpoint
from ebit.results import Store
from ebit.settings import hash_of
from ebit.statistics import Difference, paired

PROTOCOLS = {"published": published_score, "nested": nested_score}
"""Scores by name; the published one is optimistic."""


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
            weight = settings.shot_weight if activation == "polynomial" else 0.0
            chosen = settings.but(activation=activation, shot_weight=weight)
            progress = start(f"{activation}, {protocol}") if start is not None else None
            kept = None if out is None else _checkpoint(out, graphs, chosen, protocol)
            score = PROTOCOLS[protocol](graphs, chosen, progress, kept)
            curve = None
            if copies and protocol == "nested" and activation == "polynomial":
                seen = graphs.with_degrees() if settings.degrees else graphs
                curve = shot_curve(seen, score, copies, seed=settings.seed)
            results.append(Judged(activation, protocol, weight, chosen.hidden, score, curve))
    return results


def _checkpoint(
    out: checks.PathLike, graphs: Graphs, settings: GraphSettings, protocol: str
) -> Checkpoint:
    """Where the training of all folds is kept, under a name of all that its numbers depend on."""
    content = {"graphs": graphs.digest, "protocol": protocol, "settings": asdict(settings)}
    name = hash_of({"graph training": 1, **content})  # raised when its numbers change
    return Checkpoint(Store(out).checkpoint_path(name), name)


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
