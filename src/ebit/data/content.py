"""The raw content of a user's file, before labels and features are told apart."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ebit.data.messages import bad_input
from ebit.errors import EbitError

MOST_BYTES = 2_000_000_000
"""Most bytes of a data file."""
MOST_COLUMNS = 10_000
"""Most columns of a data file; a model takes 32 of them."""
MOST_VALUES = 20_000_000
"""Most values of a data file: 2.5 million rows of 8 features, 160 MB as numbers."""
_BYTES_PER_VALUE = 32
"""Memory for one value: as it is read, as a column, as a number and as an angle."""


@dataclass(frozen=True)
class Part:
    """The rows of one table.

    Args:
        where: Start of every message about it, such as "File `a.csv`".
        frame: The columns as they are in the file.
    """

    where: str
    frame: pl.DataFrame


@dataclass(frozen=True)
class Content:
    """All rows of a file.

    Args:
        data: The rows of the file, or those of its training part.
        validation: The rows of its validation part, or None when the file has no such part.
        label: The label column where the format fixes it, else None.
        named: Whether the columns have names of their own, and not just numbers.
        notes: What the user should know about how the file was read.
    """

    data: Part
    validation: Part | None = None
    label: str | None = None
    named: bool = True
    notes: tuple[str, ...] = ()


def check_size(where: str, rows: int, columns: int) -> None:
    """Refuse a table that is too large, before its values are read.

    Args:
        where: Start of the message, such as "File `a.csv`".
        rows: Its rows.
        columns: Its columns.

    Raises:
        EbitError: If it has too many columns or values, or more than this machine has memory for.

    Example:
        >>> from ebit.data.content import check_size
        >>> check_size("File `a.npz`", 3, 2_000_000)
        Traceback (most recent call last):
        ebit.errors.EbitError: File `a.npz` has 2000000 columns, but at most 10000 are read: keep \
the features that you train on, 32 at most.
    """
    if columns > MOST_COLUMNS:
        raise bad_input(
            f"{where} has {columns} columns, but at most {MOST_COLUMNS} are read: keep the "
            "features that you train on, 32 at most."
        )
    if rows * columns > MOST_VALUES:
        raise bad_input(
            f"{where} has {rows} rows of {columns} columns, but at most {MOST_VALUES} values are "
            "read: keep fewer rows, or only the columns that you train on."
        )
    needed = rows * columns * _BYTES_PER_VALUE
    if needed > memory():
        raise bad_input(
            f"{where} has {rows} rows of {columns} columns, which takes {needed / 1e9:.1f} GB of "
            f"memory, but there are {memory() / 1e9:.1f} GB: keep fewer rows or columns."
        )


def memory() -> int:
    """Bytes of memory of this machine; more than any has where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2**60


def check_file(path: Path) -> os.stat_result:
    """Check that a file is there.

    Args:
        path: Where the file lies.

    Returns:
        What the system says about it.

    Raises:
        EbitError: If it is missing, is no regular file, or cannot be looked up.

    Example:
        >>> from pathlib import Path
        >>> from ebit.data.content import check_file
        >>> check_file(Path("no_such_file.csv"))
        Traceback (most recent call last):
        ebit.errors.EbitError: Data file `no_such_file.csv` does not exist: check the path.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise bad_input(f"Data file `{path}` does not exist: check the path.") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise bad_input(f"Data file `{path}` is a directory: name one file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise bad_input(
            f"Data file `{path}` is no regular file: name one, or send CSV text to --data -."
        )
    return status


def file_bytes(path: Path) -> bytes:
    """Read a whole file.

    Args:
        path: Where the file lies.

    Returns:
        Its bytes.

    Raises:
        EbitError: If it is missing, is no regular file, is empty, too large or may not be read.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data.content import file_bytes
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("a,label")
        ...     file_bytes(path)
        b'a,label'
    """
    size = check_file(path).st_size
    if size > min(MOST_BYTES, memory() // 2):
        raise bad_input(f"Data file `{path}` has {size} bytes, which is too much: keep fewer rows.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
    if not raw:
        raise bad_input(f"Data file `{path}` is empty: write it again.")
    return raw


def _unreadable(path: Path, error: OSError) -> EbitError:
    reason = error.strerror or type(error).__name__
    return bad_input(f"Data file `{path}` cannot be read ({reason}): check its rights and path.")
