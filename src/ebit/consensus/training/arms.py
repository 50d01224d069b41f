"""The arms of the study: who schedules, how updates are weighted, and what filters them."""

from collections.abc import Mapping
from typing import NamedTuple


class Arm(NamedTuple):
    """One way to train.

    Attributes:
        policy: Schedule of the pairs.
        weights: Weights of the updates; `shuffled` are the right ones at wrong nodes.
        filter: `robust` or a name of `AGGREGATORS`.
    """

    policy: str
    weights: str
    filter: str


ROBUST = "robust"
"""Noise-floor test, nearest-neighbour mixing, trimmed mean."""

ARMS: Mapping[str, Arm] = {
    "fifo+mean": Arm("fifo", "uniform", "mean"),
    "fifo+robust": Arm("fifo", "uniform", ROBUST),
    "edf+robust": Arm("edf", "uniform", ROBUST),
    "freshest+robust": Arm("freshest", "uniform", ROBUST),
    "ceas": Arm("ceas", "minvar", ROBUST),
    "fifo+weights+mean": Arm("fifo", "minvar", "mean"),
    "fifo+weights+robust": Arm("fifo", "minvar", ROBUST),
    "ceas+mean": Arm("ceas", "uniform", "mean"),
    "ceas+robust": Arm("ceas", "uniform", ROBUST),
    "ceas+weights+mean": Arm("ceas", "minvar", "mean"),
    "ceas+info": Arm("ceas", "info", ROBUST),
    "ceas+shuffled": Arm("ceas", "shuffled", ROBUST),
    "ceas+krum": Arm("ceas", "minvar", "multikrum"),
    "ceas+geomedian": Arm("ceas", "minvar", "nnm+geomedian"),
}
"""Four baselines, CEAS, the other five corners of {schedule, weights, filter}, and controls."""

MAIN = ("fifo+mean", "fifo+robust", "edf+robust", "freshest+robust", "ceas")
CORNERS = (
    "fifo+mean", "fifo+robust", "fifo+weights+mean", "fifo+weights+robust",
    "ceas+mean", "ceas+robust", "ceas+weights+mean", "ceas",
)  # fmt: skip
