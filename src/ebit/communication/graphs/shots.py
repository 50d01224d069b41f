"""Accuracy of trained graph networks when classes are read off a number of copies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ebit import checks
from ebit.communication.graphs.graphs import Graphs
from ebit.communication.graphs.observable import (
    NORM_BITS,
    labels_of_differences,
    outcomes,
    shipping_bits,
)
from ebit.communication.graphs.validation import Score
from ebit.errors import EbitError

REPEATS = 20
"""How often the copies of every graph are drawn."""


@dataclass(frozen=True)
class ShotAccuracy:
    """Accuracy at a number of copies.

    Attributes:
        copies: Copies for each class but the first; None for infinitely many.
        accuracy: Mean over all graphs, each judged by the network that was trained without it.
        error: Standard error of the accuracy over the graphs.
        qubits: Mean number of qubits that Alice sends for a label; None where it has no end.
        cbits: Bits beside them: the norm and the label.
    """

    copies: int | None
    accuracy: float
    error: float
    qubits: float | None
    cbits: int


@dataclass(frozen=True)
class ShotCurve:
    """Accuracy against copies, and what a graph asks for.

    Attributes:
        points: One for each number of copies.
        spread: Median standard deviation of one copy.
        margin: Median distance of the difference of scores from 0.
        shipping_bits: Mean bits of all labels of the nodes, the classical rival.
    """

    points: tuple[ShotAccuracy, ...]
    spread: float
    margin: float
    shipping_bits: float


def shot_curve(
    graphs: Graphs, score: Score, copies: Sequence[int | None], *, seed: int = 0
) -> ShotCurve:
    """Accuracy of cross-validated networks at some numbers of copies.

    Args:
        graphs: The graphs, with the features that the networks were trained on.
        score: A cross-validation of a polynomial network; its last epochs are taken, so that
            nothing is chosen on the graphs that are judged.
        copies: Numbers of copies; None for infinitely many.
        seed: Of the outcomes.

    Returns:
        The curve.

    Raises:
        EbitError: If the networks are no polynomials, or a graph is too large.
    """
    if not score.classifiers:
        raise EbitError(
            "Argument `activation` must be polynomial for copies of a state: 'prelu' has no "
            "observable."
        )
    numbers = checks.several(checks.maybe(checks.whole(1, 10**9)))("copies", copies)
    generator = np.random.default_rng([checks.seed("seed", seed), 2])
    right = np.zeros((len(numbers), len(graphs)))
    spreads, margins, qubits = [], [], []
    for k in range(len(graphs)):
        seen = outcomes(score.classifiers[score.fold_of_graph[k]], graphs.graph(k))
        spreads.append(seen.spread.max())
        margins.append(np.abs(seen.mean).min())
        qubits.append(seen.qubits)
        for place, number in enumerate(numbers):
            exact = seen.mean[None]
            drawn = exact if number is None else seen.sample(generator, number, REPEATS)
            right[place, k] = np.mean(labels_of_differences(drawn) == graphs.labels[k])
    classes = len(graphs.classes)
    points = [
        ShotAccuracy(
            number,
            float(row.mean()),
            float(row.std() / math.sqrt(len(graphs))),
            None if number is None else float(np.mean(qubits)) * number * (classes - 1),
            NORM_BITS + math.ceil(math.log2(classes)),
        )
        for number, row in zip(numbers, right, strict=True)
    ]
    shipped = np.mean([shipping_bits(graphs.graph(k)) for k in range(len(graphs))])
    return ShotCurve(
        tuple(points), float(np.median(spreads)), float(np.median(margins)), float(shipped)
    )
