"""Tables of another tool's file: typed access, and a line for all that nobody asked for."""

import math
from collections.abc import Iterator
from pathlib import Path

from ebit.errors import EbitError
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.qpu import Qpu
from ebit.reading import one_line


class ForeignTable:
    """A table of a file that another tool made for itself.

    Args:
        where: Where it stands, for messages.
        content: What was read there.

    Raises:
        EbitError: If it is no table with names.

    Example:
        >>> table = ForeignTable("stack alice", {"T1": "1e5", "colour": "red"})
        >>> table.number("T1")
        100000.0
        >>> table.unread()
        ['stack alice: `colour` has no counterpart and is left out.']
    """

    def __init__(self, where: str, content: object) -> None:
        self.where = one_line(where)
        if not isinstance(content, dict):
            raise EbitError(f"{self.where} must be a table of names and values: correct it.")
        self._content = {
            one_line(name): value for name, value in content.items() if value is not None
        }
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        """Whether the table has a value of this name."""
        return name in self._content

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number; text such as `1e5`, which YAML readers do not convert, counts, too.

        Args:
            name: Its name.
            default: What to take if it is not there; without it the number is required.

        Returns:
            The number.

        Raises:
            EbitError: If it is missing or is no finite number.
        """
        value = self._value(name, default)
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise ValueError
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self._wrong(name, "a finite number", value)
        return number

    def text(self, name: str, default: str | None = None) -> str:
        """A text.

        Args:
            name: Its name.
            default: What to take if it is not there; without it the text is required.

        Returns:
            The text.

        Raises:
            EbitError: If it is missing or is no text.
        """
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "text", value)
        return value

    def numbers(self, name: str) -> list[float]:
        """A list of finite numbers; empty if it is not there.

        Args:
            name: Its name.

        Returns:
            The numbers.

        Raises:
            EbitError: If it is something else.
        """
        items = self._value(name, [])
        if not isinstance(items, list):
            raise self._wrong(name, "a list of numbers", items)
        entries = ForeignTable(f"{self.where}, {name}", dict(enumerate(items, start=1)))
        return [entries.number(str(number)) for number in range(1, len(items) + 1)]

    def table(self, name: str) -> "ForeignTable":
        """A table inside this one; empty if it is not there.

        Args:
            name: Its name.

        Returns:
            The table.

        Raises:
            EbitError: If it is something else.
        """
        return ForeignTable(f"{self.where}, {name}", self._value(name, {}))

    def tables(self, name: str) -> list["ForeignTable"]:
        """A list of tables inside this one; empty if it is not there.

        Args:
            name: Its name.

        Returns:
            The tables.

        Raises:
            EbitError: If it is something else.
        """
        items = self._value(name, [])
        if not isinstance(items, list):
            raise self._wrong(name, "a list of tables", items)
        return [
            ForeignTable(f"{self.where}, {name} {number}", item)
            for number, item in enumerate(items, start=1)
        ]

    def skip(self, *names: str) -> None:
        """Count names as read, because they say nothing about the network.

        Args:
            *names: The names.
        """
        self._read.update(names)

    def unread(self) -> list[str]:
        """A line for each name that was never asked for."""
        return [
            f"{self.where}: `{name}` has no counterpart and is left out."
            for name in self._content
            if name not in self._read
        ]

    def _value(self, name: str, default: object) -> object:
        self._read.add(name)
        if name in self._content:
            return self._content[name]
        if default is None:
            raise EbitError(f"{self.where}: `{name}` is missing: add it.")
        return default

    def _wrong(self, name: str, rule: str, value: object) -> EbitError:
        return EbitError(f"{self.where}: `{name}` must be {rule}, but is {one_line(repr(value))}.")


class Located:
    """Puts the place in front of the message of an `EbitError`.

    Args:
        where: The place.

    Example:
        >>> with Located("line 3"):
        ...     raise EbitError("Argument `t1` is missing.")
        Traceback (most recent call last):
        ebit.errors.EbitError: line 3: Argument `t1` is missing.
    """

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Say where it happened."""
        if isinstance(error, EbitError):
            raise EbitError(one_line(f"{self.where}: {error}")) from None


def joined(path: str | Path, qpus: list[Qpu], links: list[Link]) -> Network:
    """The network of all parts of a file.

    Args:
        path: The file, for the message.
        qpus: Its QPUs.
        links: Its links.

    Returns:
        The network.

    Raises:
        EbitError: If the parts are no network.
    """
    file = Path(path).name
    if len(qpus) < 2 or not links:
        raise EbitError(
            f"{file}: has {len(qpus)} QPUs and {len(links)} links between them, but needs 2 QPUs "
            "and a link: name a file that describes a network."
        )
    with Located(file):
        return Network(qpus=qpus, links=links)


def all_unread(*tables: ForeignTable) -> Iterator[str]:
    """Lines for all that was not read in some tables.

    Args:
        *tables: The tables.

    Returns:
        The lines.
    """
    for table in tables:
        yield from table.unread()
