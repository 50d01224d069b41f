"""E1: measured totals beside the formulas, copies run one by one beside the batch."""

import numpy as np

from ebit.communication import costs
from ebit.communication.gradient import gradient
from ebit.communication.inference import infer
from ebit.communication.model import model_for
from ebit.communication.rows import Row, row_of
from ebit.communication.split import ColumnSplit, even_columns

NAMES = ("alice", "bob", "carol", "dave")


def ledger(quick: bool, seed: int) -> list[Row]:
    """Inference and gradient for L turns, K parties and n qubits; the error is the difference."""
    sizes = (3, 6) if quick else range(3, 13)
    return [
        row
        for turns in (1, 2, 3)
        for count in (2, 3, 4)
        for qubits in sizes
        for row in _counted(turns, count, qubits, seed)
    ]


def _counted(turns: int, count: int, qubits: int, seed: int) -> list[Row]:
    copies, names = 16, NAMES[:count]
    block = (count - 1).bit_length()
    features = count * 2 ** (qubits - block)
    x = np.random.default_rng(seed).normal(size=(1, features))
    data = ColumnSplit(x, even_columns(features, names), bias=False, standardise=False)
    model = model_for(data, turns * count)
    theta, hops = model.init(seed), data.hops + model.hops
    _, batched = infer(model, theta, data, copies=copies)
    _, replayed = infer(model, theta, data, copies=copies, replay=True)
    _, both = gradient(model, theta, data, copies=copies)
    case = f"L={turns} K={count}"
    expected = costs.inference_qubits(data.qubits, hops, copies)
    wrong = batched.qubits != expected or replayed.merged() != batched.merged()
    of_gradient = costs.gradient_qubits(model, copies, data.hops)
    return [
        row_of(
            batched, experiment="E1", n=data.qubits, protocol="inference", model="two-way",
            copies=copies, error=float(wrong), expected=expected, case=case, verdict="exact",
        ),
        row_of(
            both, experiment="E1", n=data.qubits, protocol="gradient", model="two-way",
            copies=copies, error=float(both.qubits != of_gradient), expected=of_gradient,
            case=case, verdict="exact",
        ),
    ]  # fmt: skip
