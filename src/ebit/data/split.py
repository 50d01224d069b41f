"""A random split that keeps the share of each class."""

import numpy as np
from numpy.typing import NDArray

from ebit.data.messages import bad_input


def stratified_split(
    where: str, y: NDArray[np.float64], fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw the validation rows, from each class its share but at least one row.

    Args:
        where: Start of the message, such as "File `a.csv`".
        y: Labels of shape (rows,), each -1 or 1.
        fraction: Share of the rows that become validation rows, between 0 and 1.
        seed: Seed of the NumPy generator.

    Returns:
        Indices of the training rows and of the validation rows, each in the order of the file.

    Raises:
        EbitError: If a class has fewer than 2 rows.

    Example:
        >>> import numpy as np
        >>> from ebit.data.split import stratified_split
        >>> y = np.array([1.0, 1.0, -1.0, -1.0])
        >>> train, validation = stratified_split("File `a.csv`", y, 0.25, 0)
        >>> y[train].tolist(), y[validation].tolist()
        ([1.0, -1.0], [1.0, -1.0])
    """
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(y), dtype=bool)
    for sign in (-1.0, 1.0):
        rows = np.flatnonzero(y == sign)
        if len(rows) < 2:
            raise bad_input(
                f"{where} has {len(rows)} row of one class: each class needs at least 2, one to "
                "train and one to validate."
            )
        count = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        chosen[rng.permutation(rows)[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)
