"""The order in which a training sees its data."""

import numpy as np
from numpy.typing import NDArray

from ebit.learning.settings import TrainingSettings


def minibatch_indices(
    settings: TrainingSettings, rows: int, first: int, count: int
) -> NDArray[np.int32]:
    """Rows of `count` successive minibatches, a function of the seed and the step alone.

    With `permuted` every epoch is a new random order of all rows, cut into whole minibatches (what
    is left over waits for the next epoch). With `replacement` every row of every minibatch is
    drawn from all rows.

    Args:
        settings: Seed, size and kind of the minibatches.
        rows: Rows of training data.
        first: Step of the first minibatch.
        count: Number of minibatches.

    Returns:
        Row numbers (count, batch_size).

    Example:
        >>> settings = TrainingSettings(batch_size=2)
        >>> minibatch_indices(settings, rows=4, first=0, count=2).shape
        (2, 2)
    """
    draw = {"permuted": _permuted, "replacement": _with_replacement}[settings.minibatches]
    return draw(settings.seed, rows, settings.batch_size, first, count)


def _with_replacement(
    seed: int, rows: int, batch_size: int, first: int, count: int
) -> NDArray[np.int32]:
    steps = range(first, first + count)
    drawn = [np.random.default_rng([seed, step]).integers(rows, size=batch_size) for step in steps]
    return np.array(drawn, np.int32)


def _permuted(seed: int, rows: int, batch_size: int, first: int, count: int) -> NDArray[np.int32]:
    per_epoch = rows // batch_size
    result = np.empty((count, batch_size), np.int32)
    order, order_epoch = np.empty(0, np.int64), -1
    for step in range(first, first + count):
        epoch, position = divmod(step, per_epoch)
        if epoch != order_epoch:
            order = np.random.default_rng([seed, epoch]).permutation(rows)
            order_epoch = epoch
        result[step - first] = order[position * batch_size : (position + 1) * batch_size]
    return result
