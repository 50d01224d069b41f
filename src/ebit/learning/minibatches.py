"""The order in which a training sees its data."""

import numpy as np
from numpy.typing import NDArray


def minibatch_indices(
    seed: int, rows: int, batch_size: int, first: int, count: int
) -> NDArray[np.int32]:
    """Rows of `count` successive minibatches, a function of the seed and the step alone.

    Every epoch is a new random order of all rows, cut into whole minibatches (what is left over
    waits for the next epoch).

    Args:
        seed: Seed of the task.
        rows: Rows of training data.
        batch_size: Rows of a minibatch, at most `rows`.
        first: Step of the first minibatch.
        count: Number of minibatches.

    Returns:
        Row numbers (count, batch_size).

    Example:
        >>> minibatch_indices(0, rows=4, batch_size=2, first=0, count=2).shape
        (2, 2)
    """
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
