"""Files that appear whole or not at all."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from ebit.errors import EbitError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that readers see the old content or the whole new one, never a part.

    Links are followed; what is no regular file, such as `/dev/stdout`, is written to and stays.

    Args:
        path: Where to write; missing folders are made.
        content: The bytes.

    Raises:
        EbitError: If the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_atomically(Path(folder) / "a" / "b.txt", b"text")
        ...     (Path(folder) / "a" / "b.txt").read_bytes()
        b'text'
    """
    try:
        if _is_stream(path):
            path.write_bytes(content)
        else:
            _replace(followed(path), content)
    except OSError as error:
        raise _cannot_write(path, error) from None


def check_writable(path: Path) -> None:
    """Raise now, before hours of work, if `write_atomically` could not write a file.

    Args:
        path: The file; neither it nor its folder is there afterwards if it was not before.

    Raises:
        EbitError: If it cannot be written.
    """
    try:
        if not _is_stream(path):
            _try(followed(path))
    except OSError as error:
        raise _cannot_write(path, error) from None


def followed(path: Path) -> Path:
    """The whole path without links; links that go round in circles stay, and fail when opened.

    Example:
        >>> followed(Path("/a/../b"))
        PosixPath('/b')
    """
    return Path(os.path.realpath(path))


def _try(path: Path) -> None:
    """Make a file beside this one, and take away what was made for it."""
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        _new_beside(path, b"").unlink()
    finally:
        for folder in missing:  # the innermost first
            with suppress(OSError):  # another process may have put something into it
                folder.rmdir()


def _is_stream(path: Path) -> bool:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return path.exists() and not path.is_file()


def _new_beside(path: Path, content: bytes) -> Path:
    """A new file in the same folder; `_try` of another process may take an empty folder away."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    for attempt in reversed(range(10)):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            if not attempt:
                raise
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        else:
            break
    return temporary


def _replace(path: Path, content: bytes) -> None:
    temporary = _new_beside(path, content)
    try:
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> EbitError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    cure = "free some space" if full else "choose a place that you may write to"
    return EbitError(f"Cannot write {str(path)!r} ({error.strerror or error}): {cure}.")
