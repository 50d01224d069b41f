"""E1: measured totals beside the formulas, copies run one by one beside the batch."""

import numpy as np

from ebit.communication import costs
from ebit.communication.gradient import gradient
from ebit.communication.inference import infer
from ebit.communication.model import model_for
from ebit.communication.rows import Row, row_of
from ebit.communication.split import ColumnSplit, even_columns
from ebit.ledger import Kind, Ledger

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


def all_reduce(quick: bool, seed: int) -> list[Row]:
    """E15: sum the vectors of K parties around a ring, with and without pairs shared before."""
    rows = []
    for count in (2, 4, 8) if quick else range(2, 9):
        plain, dense = ring_all_reduce(count, seed=seed), ring_all_reduce(count, True, seed=seed)
        expected = 2 * (count - 1) * BITS_OF_A_CHUNK
        link = [f"p{k}" for k in range(2)]
        on_line = dense.where(src=link[0], dst=link[1], tag="chunk").qubits
        before = dense.where(src=link[0], dst=link[1], tag="half a pair").qubits
        rows += [
            row_of(
                plain, experiment="E15", n=count, protocol="C- ring", model="two-way",
                error=0.0, case="in all", quantum=False,
            ),
            row_of(
                dense, experiment="E15", n=count, protocol="quantum, superdense ring",
                model="two-way", error=0.0, case="in all",
                verdict="no advantage: the same traffic in all",
            ),
            Row("E15", count, "C- ring", "two-way", cbits=expected, error=0.0, case="a link"),
            Row(
                "E15", count, "quantum, superdense ring", "two-way", qubits=on_line, error=0.0,
                case="a link", quantum=True, expected=expected / 2,
                verdict="half on line, and as much before", note=f"{before} qubits before",
            ),
        ]  # fmt: skip
    return rows


BITS_OF_A_CHUNK = 32 * 4
"""A chunk is four whole numbers of 32 bits."""


def ring_all_reduce(count: int, dense: bool = False, *, seed: int = 0) -> Ledger:
    """Sum vectors of `count` chunks around a ring: everybody ends with the sum of all.

    Args:
        count: Parties.
        dense: Send two bits in a qubit, with the half of a pair that was sent before.
        seed: Seed of the vectors.

    Returns:
        What was sent.

    Example:
        >>> ring_all_reduce(3).cbits, ring_all_reduce(3, dense=True).where(tag="chunk").qubits
        (1536, 768)
    """
    book = Ledger()
    names = [f"p{k}" for k in range(count)]
    values = np.random.default_rng(seed).integers(0, 2**20, (count, count, 4))
    total = values.sum(axis=0)
    if dense:
        for k in range(count):
            book.send(
                names[k], names[(k + 1) % count], "qubit", BITS_OF_A_CHUNK // 2,
                copies=2 * (count - 1), protocol="all-reduce", tag="half a pair",
            )  # fmt: skip
    for step in range(2 * (count - 1)):
        adding = step < count - 1
        chunks = [(k - step) % count for k in range(count)]
        moved = [values[k, chunk].copy() for k, chunk in enumerate(chunks)]
        for k, chunk in enumerate(chunks):
            to = (k + 1) % count
            kind: Kind = "qubit" if dense else "cbit"
            amount = BITS_OF_A_CHUNK // 2 if dense else BITS_OF_A_CHUNK
            book.send(
                names[k], names[to], kind, amount, step=step, protocol="all-reduce", tag="chunk"
            )
            values[to, chunk] = moved[k] + (values[to, chunk] if adding else 0)
    if not (values == total).all():
        raise AssertionError("the ring has not summed everything")
    return book
