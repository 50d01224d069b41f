"""E10: graph networks on MUTAG, with both activations, both scores and finite shots."""

from pathlib import Path

import numpy as np

from ebit.communication.graphs import PUBLISHED, Graphs, read_graphs
from ebit.communication.graphs.generate import ring_and_path
from ebit.communication.graphs.hops import Hops
from ebit.communication.graphs.settings import GraphSettings
from ebit.communication.graphs.shots import ShotCurve
from ebit.communication.graphs.study import Judged, judge_graphs
from ebit.communication.rows import Row

COPIES = (100, 738, 3_000, 10_000, None)
SHOT_WEIGHT = 0.003


def graph_sets(quick: bool, seed: int, folder: Path | None = None) -> list[Row]:
    """MUTAG as published, and copies of networks of 12 hidden units a hop; quick: rings and paths.

    Trainings are kept in the folder: interrupted ones go on, finished ones are read.
    """
    if quick:
        graphs = ring_and_path(60, seed)
        whole = GraphSettings(Hops(raw=2), 4, epochs=30, learning_rate=0.02, folds=5, seed=seed)
        small = whole
    else:
        graphs = read_graphs("mutag")
        whole = PUBLISHED["mutag"].but(seed=seed)
        small = whole.but(hidden=12, epochs=100)
    results = judge_graphs(graphs, whole, out=folder)
    for weight in (0.0, SHOT_WEIGHT):
        results += judge_graphs(
            graphs,
            small.but(shot_weight=weight),
            activations=("polynomial",),
            protocols=("nested",),
            copies=COPIES,
            out=folder,
        )
    rows = [_shipped(graphs, result) for result in results]
    rows += [_gap(graphs, results[:4], protocol) for protocol in ("published", "nested")]
    return rows + [row for result in results if result.curve for row in _sent(graphs, result)]


def _qubits(graphs: Graphs) -> int:
    """Qubits of the state of the largest graph."""
    return int(np.ceil(np.log2(1 + graphs.nodes.max() * graphs.features.shape[1])))


def _shipped(graphs: Graphs, result: Judged) -> Row:
    """Alice sends the labels of the nodes, and Bob computes."""
    kinds = max(2, graphs.features.shape[1])
    bits = round(float(graphs.nodes.mean()) * int(np.ceil(np.log2(kinds))))
    # the epoch is chosen on the same graphs only in the published score
    honest = "" if result.protocol == "nested" else "optimistic, "
    return Row(
        "E10", _qubits(graphs), f"C1 labels, {result.title}, hidden {result.hidden}", "one-way",
        cbits=bits, error=1 - result.score.mean, case=result.protocol,
        note=f"{honest}accuracy {result.score.mean:.3f} +- {result.score.std:.3f} over the folds",
    )  # fmt: skip


def _gap(graphs: Graphs, results: list[Judged], protocol: str) -> Row:
    """How far the polynomial is behind PReLU; nothing is sent for it."""
    found = {own.title: own.score.mean for own in results if own.protocol == protocol}
    return Row(
        "E10", _qubits(graphs), "gap of polynomial to PReLU", "one-way", rounds=0, executed=False,
        error=found["prelu"] - found["polynomial"], case=protocol, verdict="gap",
    )  # fmt: skip


def _sent(graphs: Graphs, result: Judged) -> list[Row]:
    """Alice sends copies of a state, and Bob measures."""
    curve = result.curve
    assert isinstance(curve, ShotCurve)
    return [
        Row(
            "E10", _qubits(graphs), f"copies, {result.title}, hidden {result.hidden}", "one-way",
            qubits=round(point.qubits), cbits=point.cbits, copies=point.copies, rounds=2,
            error=1 - point.accuracy, case="nested", quantum=True,
            note=f"standard error {point.error:.3f}; spread of a copy {curve.spread:.0f}, margin "
            f"{curve.margin:.1f}; without sampling {1 - curve.points[-1].accuracy:.3f}",
        )
        for point in curve.points
        if point.copies is not None and point.qubits is not None
    ]  # fmt: skip
