"""C2 and C8: ship the columns of the training rows, whole or projected, then train in one place."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebit.communication.baselines.budget import BITS
from ebit.communication.baselines.vectors import quantised


class Shipped(NamedTuple):
    """What a party that has received columns can do with them.

    Attributes:
        bits: Bits sent.
        error: Error on the test rows.
    """

    bits: int
    error: float


def ridge_error(
    train: NDArray[np.float64],
    y: NDArray[np.float64],
    test: NDArray[np.float64],
    y_test: NDArray[np.float64],
) -> float:
    """Error of a linear classifier by ridge regression, its strength chosen by leaving one out.

    Args:
        train: Rows (rows, features).
        y: Labels +-1.
        test: Test rows.
        y_test: Their labels.

    Returns:
        Share of wrong labels of the test rows.
    """
    mean = train.mean(axis=0)
    left, values, right = np.linalg.svd(train - mean, full_matrices=False)
    target = left.T @ (y - y.mean())
    best, weights = np.inf, np.zeros(train.shape[1])
    for strength in values[0] ** 2 * 10.0 ** np.arange(-6, 1):
        kept = values**2 / (values**2 + strength)
        residual = (y - y.mean()) - left @ (kept * target)
        leverage = 1 - (left**2 @ kept) - 1 / len(y)
        loss = float(np.mean((residual / np.maximum(leverage, 1e-9)) ** 2))
        if loss < best:
            best = loss
            weights = right.T @ (kept * target / np.maximum(values, 1e-12))
    scores = (test - mean) @ weights + y.mean()
    return float(np.mean(np.where(scores >= 0, 1, -1) != y_test))


def ship_columns(
    own: NDArray[np.float64],
    others: NDArray[np.float64],
    y: NDArray[np.float64],
    own_test: NDArray[np.float64],
    others_test: NDArray[np.float64],
    y_test: NDArray[np.float64],
    *,
    bits: int,
    kept: int | None = None,
    seed: int = 0,
) -> Shipped:
    """One party ships its columns once, the other trains on all of them.

    Args:
        own: Columns that are shipped, training rows, in standard deviations.
        others: Columns of the party that trains; may have no column.
        y: Labels +-1.
        own_test: As `own`, test rows; what they cost is not counted here.
        others_test: As `others`, test rows.
        y_test: Labels of the test rows.
        bits: Bits per number.
        kept: Project the columns onto so many shared random directions first (C8).
        seed: Seed of the directions.

    Returns:
        Bits sent, D d b, and error.
    """
    both = [own, own_test]
    if kept is not None:
        rng = np.random.default_rng(seed)
        directions = rng.normal(size=(own.shape[1], kept)) / np.sqrt(own.shape[1])
        both = [part @ directions for part in both]
    size = float(both[0].std()) or 1.0
    sent = [quantised(part, bits, size) for part in both]
    error = ridge_error(np.hstack([sent[0], others]), y, np.hstack([sent[1], others_test]), y_test)
    return Shipped(both[0].size * bits, error)


def cheapest_shipment(
    ship: Callable[[int, int | None], Shipped], widths: Sequence[int | None], target: float
) -> tuple[Shipped, str, bool]:
    """The cheapest shipment that reaches an error, over 1 to 8 bits and some widths.

    Args:
        ship: From bits per number and directions (None: the columns themselves) to what came of it.
        widths: Directions that are tried.
        target: Error to reach.

    Returns:
        What was sent and reached, its settings in words, and whether the error was reached; if not,
        the run with the smallest error.
    """
    runs = []
    for kept in widths:
        for bits in BITS[:4]:
            words = f"{bits} bits" if kept is None else f"{kept} directions, {bits} bits"
            runs.append((ship(bits, kept), words))
    good = [run for run in runs if run[0].error <= target + 1e-12]
    if good:
        return *min(good, key=lambda run: run[0].bits), True
    return *min(runs, key=lambda run: run[0].error), False
