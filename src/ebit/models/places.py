"""Where the features of a data set stand among those of a model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ebit.circuits.topology import qpu_names
from ebit.errors import EbitError


def feature_parts(
    features: int, shares: Sequence[int], blocks: Sequence[int] | None = None
) -> list[int]:
    """How many features each QPU gets: those chosen for it, or an equal share as far as it fits.

    Args:
        features: How many features there are.
        shares: How many each QPU takes.
        blocks: How many were chosen for each QPU; None if nothing was chosen.

    Returns:
        One number for each QPU; without a choice the first QPUs get what is left over.

    Raises:
        EbitError: If a QPU takes fewer than were chosen for it, the choice is for another number of
            QPUs, or all together take fewer than there are.

    Example:
        >>> feature_parts(5, (4, 4)), feature_parts(8, (4, 2, 2)), feature_parts(5, (4, 4), (1, 4))
        ([3, 2], [4, 2, 2], [1, 4])
    """
    if blocks is not None:
        check_blocks(blocks, len(shares))
        for name, block, share in zip(qpu_names(len(shares)), blocks, shares, strict=True):
            if block > share:
                raise EbitError(
                    f"Data option `features` gives QPU {name} {block} columns, but it takes "
                    f"{share}: choose fewer, or give it more qubits or all of them more `passes`."
                )
        return list(blocks)
    if features > sum(shares):
        raise EbitError(
            f"There are {features} features, but the QPUs take {list(shares)}, {sum(shares)} in "
            "all: choose fewer, or give more qubits or `passes`."
        )
    found = [0] * len(shares)
    left = features
    while left:  # in rounds, of which each fills up a QPU or ends
        open_ones = [k for k, share in enumerate(shares) if found[k] < share]
        each = min(min(shares[k] - found[k] for k in open_ones), left // len(open_ones))
        for number, k in enumerate(open_ones):
            found[k] += each if each else int(number < left)
        left = features - sum(found)
    return found


def check_blocks(blocks: Sequence[int], qpus: int) -> None:
    """Raise unless columns were chosen for as many QPUs as there are.

    Example:
        >>> check_blocks((2, 2, 2), 3)
    """
    if len(blocks) != qpus:
        raise EbitError(
            f"Data option `features` gives columns to {len(blocks)} QPUs "
            f"({', '.join(map(str, blocks))}), but `qpus` is {qpus}: write {qpus} blocks with | "
            f"between them, or set `qpus` to {len(blocks)}."
        )


def feature_places(parts: Sequence[int], shares: Sequence[int]) -> list[int]:
    """Places of features among those of a model.

    Args:
        parts: How many features each QPU gets.
        shares: How many it takes.

    Returns:
        The place of every feature; what is left over on a QPU is behind its own.

    Example:
        >>> feature_places((3, 2), (4, 4))
        [0, 1, 2, 4, 5]
    """
    starts = np.cumsum((0, *shares[:-1])).tolist()
    return [s + k for s, part in zip(starts, parts, strict=True) for k in range(part)]


def passes_needed(features: int, sizes: Sequence[int], blocks: Sequence[int] | None = None) -> int:
    """Passes of the embedding, each with one feature per qubit, that take all features.

    Args:
        features: How many features there are.
        sizes: Qubits of each QPU.
        blocks: How many were chosen for each QPU; None if nothing was chosen.

    Example:
        >>> passes_needed(13, (4, 4)), passes_needed(5, (2, 3), (4, 1))
        (2, 2)
    """
    if blocks is None:
        return -(-features // sum(sizes))
    check_blocks(blocks, len(sizes))
    return max(-(-block // size) for block, size in zip(blocks, sizes, strict=True))


def placed(x: NDArray[np.float64], places: Sequence[int], features: int) -> NDArray[np.float64]:
    """Angles at their places; the angle of what is left over is 0.

    Example:
        >>> placed(np.ones((1, 3)), [0, 1, 2], 4).tolist()
        [[1.0, 1.0, 1.0, 0.0]]
    """
    found = np.zeros((len(x), features))
    found[:, list(places)] = x
    return found
