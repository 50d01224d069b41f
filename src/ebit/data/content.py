"""The raw content of a user's file, before labels and features are told apart."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ebit.data.messages import bad_input
from ebit.errors import EbitError


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
    """

    data: Part
    validation: Part | None = None
    label: str | None = None
    named: bool = True


def check_file(path: Path) -> None:
    """Check that a file is there.

    Args:
        path: Where the file lies.

    Raises:
        EbitError: If it is missing, is a directory, or cannot be looked up.

    Example:
        >>> from pathlib import Path
        >>> from ebit.data.content import check_file
        >>> check_file(Path("no_such_file.csv"))
        Traceback (most recent call last):
        ebit.errors.EbitError: Data file `no_such_file.csv` does not exist: check the path.
    """
    try:
        if path.is_dir():
            raise bad_input(f"Data file `{path}` is a directory: name one file in it.")
        if not path.is_file():
            raise bad_input(f"Data file `{path}` does not exist: check the path.")
    except OSError as error:
        raise _unreadable(path, error) from None


def file_bytes(path: Path) -> bytes:
    """Read a whole file.

    Args:
        path: Where the file lies.

    Returns:
        Its bytes.

    Raises:
        EbitError: If it is missing, is a directory, is empty or may not be read.

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
    check_file(path)
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
