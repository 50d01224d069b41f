"""What a node computes: the work that its file names, on rows of its own."""

from pathlib import Path

import numpy as np

from ebit.consensus.agreement.fixed_point import add_trimmed_mean
from ebit.consensus.agreement.settings import NodeSettings
from ebit.consensus.agreement.state import Integers
from ebit.consensus.agreement.work import LocalUpdate, Work
from ebit.consensus.agreement.workers import WORKERS
from ebit.errors import EbitError
from ebit.reading import one_line, read_bytes

MOST_DATA = 1 << 30


def work_of(settings: NodeSettings, folder: Path) -> Work:
    """What a node computes, from its own rows.

    Args:
        settings: Those of the node.
        folder: Where its file lies.

    Returns:
        Its work.

    Raises:
        EbitError: If the file of its rows is wrong.
    """
    path, work = folder / settings.work.data, settings.work
    read_bytes(path, "NPZ", MOST_DATA)
    try:
        with np.load(path, allow_pickle=False) as file:
            x, y = file["x"].astype(np.float64), file["y"].astype(np.float64)
            theta = file["theta"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise EbitError(
            f"File {str(path)!r} is no NPZ file with `x`, `y` and `theta` ({error}): give the rows "
            "of this node."
        ) from None
    if x.ndim != 2 or y.shape != x.shape[:1] or not len(y):
        raise EbitError(
            f"File {str(path)!r} must have `x` of shape (rows, features) and `y` of shape (rows,), "
            f"but they are {x.shape} and {y.shape}."
        )
    if theta.ndim != 1 or theta.dtype.kind != "i" or not len(theta):
        raise EbitError(
            f"In file {str(path)!r} `theta` must be a vector of whole numbers in units of 2^-20, "
            f"but is an array of {theta.dtype} of shape {theta.shape}."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise EbitError(f"File {str(path)!r} holds numbers that are not finite: leave them out.")
    local = WORKERS[work.kind](x, y, work.rate)
    _try(local, theta, path)
    theta = theta.astype(np.int64)
    if not work.broker:
        return Work(theta, [local], add_trimmed_mean(settings.faulty))
    from ebit.consensus.agreement.book import book_of  # imports JAX

    book = book_of(settings, len(theta))
    carried = book.carried(local, settings.me)
    return Work(theta, [carried], book.apply, book.ledger, book.record)


def _try(local: LocalUpdate, theta: Integers, path: Path) -> None:
    """Compute one update now: rows that do not fit are found before anything is said."""
    try:
        update = local(theta.astype(np.int64), 0, 0)
    except (TypeError, ValueError) as error:
        raise EbitError(
            f"The rows in file {str(path)!r} do not fit the work ({one_line(error)}): correct them."
        ) from None
    if update is None or update.shape != theta.shape:
        raise EbitError(f"The rows in file {str(path)!r} do not fit the parameters: correct them.")
