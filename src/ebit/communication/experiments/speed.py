"""CPU time and memory of a simulated sample against N log N."""

import resource
import sys
import time

import numpy as np

from ebit.communication.experiments.travelling import DELTA, EPS, LAYERS, NAMES
from ebit.communication.gradient import gradient
from ebit.communication.inference import infer
from ebit.communication.model import walsh_model
from ebit.communication.rows import Row, row_of
from ebit.communication.split import ColumnSplit


def speed(quick: bool, seed: int) -> list[Row]:
    """CPU seconds of one inference (to N = 2^20) and of one gradient (to N = 2^16), real shots."""
    rows = []
    for n in (8, 10, 12) if quick else (8, 10, 12, 14, 16, 18, 20):
        rows.append(_timed(n, "inference", seed))
        if n <= 16:
            rows.append(_timed(n, "gradient", seed))
    return rows


def _timed(n: int, what: str, seed: int) -> Row:
    model = walsh_model(n, LAYERS, NAMES)
    theta = model.init(seed)
    x = np.random.default_rng(seed).normal(size=(1, 2**n))
    data = ColumnSplit(x, {"alice": range(2**n)}, bias=False, standardise=False)
    started = time.process_time()
    if what == "inference":
        _, ledger = infer(model, theta, data, eps=EPS, delta=DELTA, seed=seed)
    else:
        _, ledger = gradient(model, theta, data, eps=EPS, delta=DELTA, seed=seed)
    seconds = time.process_time() - started
    return row_of(
        ledger, experiment="speed", n=n, protocol=what, model="two-way", seconds=seconds,
        verdict="CPU time of the simulation",
        note=f"{1e9 * seconds / (2**n * n):.1f} ns for each of N log2 N; "
        f"peak memory of the process {_peak():.2f} GB",
    )  # fmt: skip


def _peak() -> float:
    """Most memory that this process has held, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
