"""Text files of users, and what is wrong with them in one line."""

import tomllib
from pathlib import Path
from typing import Any

from ebit.errors import EbitError

MOST_BYTES = 10_000_000
"""A text file that a user writes is smaller than this."""


def read_text(path: str | Path, kind: str) -> str:
    """Read a text file.

    Args:
        path: The file.
        kind: What it should be, for the message, such as `TOML`.

    Returns:
        Its text.

    Raises:
        EbitError: If it cannot be read, is too large or is not UTF-8.

    Example:
        >>> read_text("no-such-file.toml", "TOML")
        Traceback (most recent call last):
        ebit.errors.EbitError: Cannot read 'no-such-file.toml' (No such file or directory): give
        the path of a TOML file.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise EbitError(
            f"Cannot read {str(path)!r} ({reason}): give the path of a {kind} file."
        ) from None
    if len(content) > MOST_BYTES:
        raise EbitError(f"File {str(path)!r} has more than {MOST_BYTES} bytes: give another one.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise not_of_kind(path, kind, error) from None


def read_toml(path: str | Path) -> dict[str, Any]:
    """The content of a TOML file.

    Args:
        path: The file.

    Returns:
        Its tables and values.

    Raises:
        EbitError: If it cannot be read or is not TOML.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.toml"
        ...     _ = path.write_text("depth = 5")
        ...     read_toml(path)
        {'depth': 5}
    """
    try:
        return tomllib.loads(read_text(path, "TOML"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise not_of_kind(path, "TOML", error) from None


def not_of_kind(path: str | Path, kind: str, reason: object) -> EbitError:
    """The error for a file that does not hold what it should.

    Args:
        path: The file.
        kind: What it should be.
        reason: What a parser said.

    Returns:
        The error, with a message of one line.

    Example:
        >>> not_of_kind("a.toml", "TOML", "at the end")
        EbitError("File 'a.toml' is not TOML (at the end): correct it.")
    """
    return EbitError(f"File {str(path)!r} is not {kind} ({one_line(reason)}): correct it.")


def one_line(text: object) -> str:
    r"""The text on one line.

    Args:
        text: Anything with a text form.

    Returns:
        Its text without line breaks, at most 300 characters.

    Example:
        >>> one_line("a\n  b")
        'a b'
    """
    joined = " ".join(str(text).split())
    return joined if len(joined) <= 300 else f"{joined[:297]}..."
