"""Random splits of the rows of a file."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ebit.data.dataset import labels_of_classes
from ebit.data.messages import bad_input


def stratified_split(
    where: str,
    y: NDArray[np.float64],
    fraction: float,
    seed: int,
    classes: Sequence[str] = ("-1", "1"),
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw the validation rows, from each class its share but at least one row.

    Args:
        where: Start of the message, such as "File `a.csv`".
        y: Labels of shape (rows,).
        fraction: Share of the rows that become validation rows, between 0 and 1.
        seed: Seed of the NumPy generator.
        classes: Names of the classes, in the order of their labels.

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
    for name, label in zip(classes, labels_of_classes(len(classes)), strict=True):
        rows = np.flatnonzero(y == label)
        if len(rows) < 2:
            numbers = "" if len(classes) == 2 else ", or say `target` = numbers if it is a number"
            raise bad_input(
                f"{where} has {len(rows)} row of one class (`{name}`): each class needs at least "
                f"2, one to train and one to validate{numbers}."
            )
        count = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        chosen[rng.permutation(rows)[:count]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def random_split(
    where: str, rows: int, fraction: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Draw the validation rows from all rows, where targets are numbers.

    Args:
        where: Start of the message, such as "File `a.csv`".
        rows: How many rows there are.
        fraction: Share of the rows that become validation rows, between 0 and 1.
        seed: Seed of the NumPy generator.

    Returns:
        Indices of the training rows and of the validation rows, each in the order of the file.

    Raises:
        EbitError: If there are fewer than 4 rows.

    Example:
        >>> [len(part) for part in random_split("File `a.csv`", 8, 0.25, 0)]
        [6, 2]
    """
    if rows < 4:
        raise bad_input(f"{where} has {rows} rows: give at least 4, two to train and to validate.")
    count = min(max(round(fraction * rows), 2), rows - 2)
    order = np.random.default_rng(seed).permutation(rows)
    return np.sort(order[count:]), np.sort(order[:count])
