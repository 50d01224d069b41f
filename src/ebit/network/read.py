"""Read a network from a file: TOML, or a description that another tool reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ebit import checks
from ebit.errors import EbitError
from ebit.network.import_sequence import import_sequence
from ebit.network.import_squidasm import import_squidasm
from ebit.network.link import Link
from ebit.network.network import Network
from ebit.network.profile import profile
from ebit.network.qpu import Qpu
from ebit.reading import one_line, read_toml

Part = TypeVar("Part", Qpu, Link)

FOREIGN: dict[str, tuple[str, Callable[[checks.PathLike], tuple[Network, list[str]]]]] = {
    ".yaml": ("SquidASM", import_squidasm),
    ".yml": ("SquidASM", import_squidasm),
    ".json": ("SeQUeNCe", import_sequence),
}
"""Extension of a file, the tool that reads such files, and the function that imports them."""


def read_description(path: checks.PathLike) -> tuple[Network, list[str]]:
    """Read a network from a file of ebit (TOML), SquidASM (YAML) or SeQUeNCe (JSON).

    Args:
        path: The file; `.yaml`, `.yml` and `.json` tell those of other tools.

    Returns:
        The network, and one line for each entry of the file that has no counterpart.

    Raises:
        EbitError: If the file cannot be read or something in it is wrong.

    Example:
        >>> read_description("no-such-file.json")
        Traceback (most recent call last):
        ebit.errors.EbitError: Cannot read 'no-such-file.json' (No such file or directory): give
        the path of a JSON file.
    """
    path = checks.path("path", path)
    if (suffix := path.suffix.lower()) in FOREIGN:
        return FOREIGN[suffix][1](path)
    return read_network(path), []


def read_network(path: checks.PathLike) -> Network:
    """Read a network file: one `[[qpu]]` table per QPU and one `[[link]]` table per link.

    The fields are those of `Qpu` and `Link`. With `profile = "NAME"` a table takes the figures of
    a profile for all fields it does not name.

    Args:
        path: A TOML file.

    Returns:
        The network.

    Raises:
        EbitError: If the file cannot be read, or something in it is wrong; one line says what.

    Example:
        >>> import tempfile
        >>> from ebit.network import read_network
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "network.toml"
        ...     _ = path.write_text('''
        ...         [[qpu]]
        ...         name = "alice"
        ...         profile = "trapped-ion"
        ...         [[qpu]]
        ...         name = "bob"
        ...         qubits = 4
        ...         t1 = "50 us"
        ...         [[link]]
        ...         between = ["alice", "bob"]
        ...         profile = "laboratory"
        ...     ''')
        ...     network = read_network(path)
        >>> network.qpu("alice").qubits, network.link("alice", "bob").pair_rate
        (25, 9.7)
    """
    path = checks.path("path", path)
    file = path.name
    if (suffix := path.suffix.lower()) in FOREIGN:
        tool, reader = FOREIGN[suffix]
        raise EbitError(
            f"File {str(path)!r} is one of {tool}, not TOML: read it with {reader.__name__}, or "
            f"write it as TOML with `ebit network convert {file} {Path(file).stem}.toml`."
        )
    content = read_toml(path)
    for name in content:
        if name not in ("qpu", "link"):
            raise EbitError(
                one_line(f"{file}: Field `{name}` is unknown: use [[qpu]] and [[link]] tables.")
            )
    qpus = [
        _part(f"{file}, [[qpu]] {number}", "qpu", table, Qpu)
        for number, table in enumerate(_tables(file, content, "qpu"), start=1)
    ]
    links = [
        _part(f"{file}, [[link]] {number}", "link", table, Link)
        for number, table in enumerate(_tables(file, content, "link"), start=1)
    ]
    try:
        return Network(qpus=qpus, links=links)
    except EbitError as error:
        raise EbitError(one_line(f"{file}: {error}")) from None


def _tables(file: str, content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    least = 2 if name == "qpu" else 1
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise EbitError(f"{file}: `{name}` must be tables: write [[{name}]] before each of them.")
    if len(tables) < least:
        raise EbitError(f"{file}: has {len(tables)} [[{name}]] tables, but needs {least} or more.")
    return tables


def _part(where: str, kind: str, table: dict[str, Any], make: Callable[..., Part]) -> Part:
    """One QPU or link; an error says where it stands in the file."""
    try:
        given = dict(table)
        if "profile" in given:
            given = profile(given.pop("profile")).settings(kind, given)
        return make(**given)
    except EbitError as error:
        raise EbitError(one_line(f"{where}: {error}")) from None
