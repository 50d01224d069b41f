"""Text files of users, and what is wrong with them in one line."""

import json
import os
import stat
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ebit.errors import EbitError, printable

MOST_BYTES = 10_000_000
"""A text file that a user writes is smaller than this."""
MOST_VALUES = 100_000
"""A file of settings holds fewer tables, lists and values than this, references written out."""
MOST_YAML_BYTES = 64_000
"""Reading YAML takes seconds for a file of this size."""
_MOST_DEPTH = 50
_MOST_DIGITS = 40
_LARGEST = 2**63


def read_bytes(path: str | Path, kind: str, most: int) -> bytes:
    """Read a regular file.

    What is no file of a disk is refused: to open a pipe or a device can wait for ever.

    Args:
        path: The file.
        kind: What it should be, for the message, such as `TOML`.
        most: Most bytes that it may have.

    Returns:
        Its bytes.

    Raises:
        EbitError: If it cannot be read, is no regular file or is too large.

    Example:
        >>> read_bytes("no-such-file.toml", "TOML", 100)
        Traceback (most recent call last):
        ebit.errors.EbitError: Cannot read 'no-such-file.toml' (No such file or directory): give
        the path of a TOML file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise EbitError(_cannot_read(path, "it is no regular file", kind))
            if status.st_size > most:
                raise _too_large(path, most)
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(most + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        if isinstance(error, EbitError):
            raise
        reason = error.strerror if isinstance(error, OSError) else error
        raise EbitError(_cannot_read(path, reason, kind)) from None
    if len(content) > most:
        raise _too_large(path, most)
    return content


def _cannot_read(path: str | Path, reason: object, kind: str) -> str:
    return f"Cannot read {str(path)!r} ({reason}): give the path of a {kind} file."


def _too_large(path: str | Path, most: int) -> EbitError:
    return EbitError(f"File {str(path)!r} has more than {most} bytes: give another one.")


def read_text(path: str | Path, kind: str, most: int = MOST_BYTES) -> str:
    """Read a text file.

    Args:
        path: The file.
        kind: What it should be, for the message, such as `TOML`.
        most: Most bytes that it may have.

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
    content = read_bytes(path, kind, most)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_of_kind(path, kind, f"byte {error.start} is not UTF-8") from None


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
    text = read_text(path, "TOML")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_of_kind(path, "TOML", error) from None
    except RecursionError:
        raise not_of_kind(path, "TOML", "its tables are nested too deeply") from None
    except ValueError:
        raise not_of_kind(path, "TOML", f"a number has more than {_MOST_DIGITS} digits") from None
    _check_content(path, "TOML", content)
    return content


def read_json(path: str | Path) -> Any:
    """The content of a JSON file.

    Args:
        path: The file.

    Returns:
        Its tables, lists and values.

    Raises:
        EbitError: If it cannot be read, is not JSON, or names a value twice.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.json"
        ...     _ = path.write_text('{"depth": [5}')
        ...     read_json(path)
        Traceback (most recent call last):
        ebit.errors.EbitError: File '...a.json' is not JSON (line 1, column 13): correct it.
    """
    text = read_text(path, "JSON")

    def whole(digits: str) -> int:
        if len(digits) > _MOST_DIGITS:
            raise not_of_kind(path, "JSON", f"a number has more than {_MOST_DIGITS} digits")
        return int(digits)

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            raise not_of_kind(path, "JSON", f"a table has {_twice(name for name, _ in pairs)}")
        return content

    try:
        content = json.loads(text, parse_int=whole, object_pairs_hook=table)
    except json.JSONDecodeError as error:
        raise not_of_kind(path, "JSON", f"line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise not_of_kind(path, "JSON", "its tables are nested too deeply") from None
    _check_content(path, "JSON", content)
    return content


def read_yaml(path: str | Path) -> Any:
    """The content of a YAML file; needs PyYAML.

    Args:
        path: The file.

    Returns:
        Its tables, lists and values.

    Raises:
        EbitError: If it cannot be read, is not YAML, holds objects of Python, names a value twice,
            or its references make it far larger than it is.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.yaml"
        ...     _ = path.write_text("depth: 5")
        ...     read_yaml(path)
        {'depth': 5}
    """
    import yaml

    text = read_text(path, "YAML", MOST_YAML_BYTES)
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _check_node(path, node)
        content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"
        raise not_of_kind(path, "YAML", where or "it breaks off") from None
    except yaml.reader.ReaderError as error:
        raise not_of_kind(path, "YAML", f"character {error.position} is not allowed") from None
    except RecursionError:
        raise not_of_kind(path, "YAML", "its tables are nested too deeply") from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, AttributeError) as error:
        if isinstance(error, EbitError):
            raise
        raise not_of_kind(path, "YAML", "a value in it has no meaning") from None
    finally:
        if loader is not None:
            loader.dispose()
    _check_content(path, "YAML", content)
    return content


def _check_node(path: str | Path, root: Any) -> None:
    """Refuse YAML that grows when it is read: sizes are counted with references written out."""
    sizes: dict[int, int] = {}

    def size(node: Any, above: frozenset[int]) -> int:
        if id(node) in above:
            raise not_of_kind(path, "YAML", f"a reference leads to itself, {_line(node)}")
        if id(node) in sizes:
            return sizes[id(node)]
        if len(above) > _MOST_DEPTH:
            raise not_of_kind(path, "YAML", "its tables are nested too deeply")
        total = 1
        if isinstance(node.value, str):
            if node.tag.endswith((":int", ":float")) and len(node.value) > _MOST_DIGITS:
                reason = f"a number has more than {_MOST_DIGITS} digits, {_line(node)}"
                raise not_of_kind(path, "YAML", reason)
        else:
            inside = above | {id(node)}
            for item in node.value:
                for part in item if isinstance(item, tuple) else (item,):
                    total += size(part, inside)
            _check_names(path, node)
        if total > MOST_VALUES:
            raise _too_many(path)
        sizes[id(node)] = total
        return total

    size(root, frozenset())


def _check_names(path: str | Path, node: Any) -> None:
    names = [
        item[0].value
        for item in node.value
        if isinstance(item, tuple) and isinstance(item[0].value, str) and item[0].value != "<<"
    ]
    if len(set(names)) < len(names):
        raise not_of_kind(path, "YAML", f"a table has {_twice(names)}, {_line(node)}")


def _twice(names: Iterable[str]) -> str:
    return f"the name {Counter(names).most_common(1)[0][0]!r} twice"


def _line(node: Any) -> str:
    return f"line {node.start_mark.line + 1}"


def _check_content(path: str | Path, kind: str, content: object) -> None:
    """Refuse numbers that no setting can mean, and files that are nested too deeply."""
    rest, depth, count = [content], 0, 0
    while rest:
        count += len(rest)
        if count > MOST_VALUES:
            raise _too_many(path)
        if depth > _MOST_DEPTH:
            raise not_of_kind(path, kind, "its tables are nested too deeply")
        if any(isinstance(item, int) and abs(item) >= _LARGEST for item in rest):
            raise not_of_kind(path, kind, "a whole number is beyond 64 bits")
        rest = [
            part
            for item in rest
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
        depth += 1


def _too_many(path: str | Path) -> EbitError:
    return EbitError(
        f"File {str(path)!r} holds more than {MOST_VALUES} values, references written out: give a "
        "smaller one."
    )


def not_of_kind(path: str | Path, kind: str, reason: object) -> EbitError:
    """The error for a file that does not hold what it should.

    Args:
        path: The file.
        kind: What it should be.
        reason: What is wrong with it.

    Returns:
        The error, with a message of one line.

    Example:
        >>> not_of_kind("a.toml", "TOML", "at the end")
        EbitError("File 'a.toml' is not TOML (at the end): correct it.")
    """
    return EbitError(f"File {str(path)!r} is not {kind} ({one_line(reason)}): correct it.")


def one_line(text: object) -> str:
    r"""The text on one printable line.

    Args:
        text: Anything with a text form.

    Returns:
        Its text without line breaks and control characters, at most 300 characters.

    Example:
        >>> one_line("a\n  b")
        'a b'
    """
    line = printable(text)
    return line if len(line) <= 300 else f"{line[:297]}..."
