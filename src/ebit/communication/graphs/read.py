"""Graph data sets: NPZ files of plain arrays, folders and archives of the TU format, and MUTAG."""

import importlib.metadata
import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.graphs.graphs import MOST_EDGES, Graphs, Whole, graphs_of_arrays
from ebit.data.content import MOST_BYTES, file_bytes
from ebit.data.messages import listed
from ebit.data.npz import array_head, read_array
from ebit.errors import EbitError

ARRAYS = ("graph_ptr", "node_label", "edge_source", "edge_target", "graph_label")
"""Arrays of an NPZ file with graphs."""
TABLES = {"A": 2, "graph_indicator": 1, "graph_labels": 1, "node_labels": 1}
"""Files of the TU format that are read, by the end of their name, and their columns."""
MOST_LINES = MOST_EDGES
"""Lines of a file of the TU format."""
MOST_LINE = 1000
"""Characters of one of its lines."""
MUTAG = "mutag"
_MUTAG_FOLDER = "grakel/tests/data/MUTAG"
_NO_NODE_LABELS = "node_labels"


def read_graphs(source: str | Path) -> Graphs:
    """Graphs from a file or folder, or the embedded set `mutag`.

    An NPZ file has the arrays `graph_ptr`, `node_label`, `edge_source`, `edge_target` and
    `graph_label`. A folder or ZIP archive of the TU format has `DS_A.txt`,
    `DS_graph_indicator.txt`, `DS_graph_labels.txt` and, unless the number of neighbours is to be
    the label of a node, `DS_node_labels.txt`; its other files are not read. `mutag` comes with the
    package grakel.

    Args:
        source: Path of a file or folder, or `mutag`.

    Returns:
        The graphs.

    Raises:
        EbitError: If nothing is there, it cannot be read, is damaged or too large, or its numbers
            make no graphs.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "two.npz"
        ...     np.savez(path, graph_ptr=[0, 2, 5], node_label=[0, 1, 0, 0, 1],
        ...              edge_source=[0, 2, 3], edge_target=[1, 3, 4], graph_label=[0, 1])
        ...     len(read_graphs(path))
        2
    """
    if source == MUTAG:
        return _embedded_mutag()
    path = checks.path("data", source)
    if os.path.isdir(path):
        return _tu(path.name, _folder(path))
    if path.suffix == ".zip":
        return _tu(path.stem, _archive(path))
    if path.suffix == ".npz":
        return graphs_of_arrays(path.stem, **read_arrays(path, ARRAYS))
    raise EbitError(
        f"Argument `data` must be mutag, an .npz file, or a folder or .zip file of the TU format, "
        f"but is {str(source)!r}."
    )


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Arrays of an NPZ file, none of them larger than can be read.

    Args:
        path: The file.
        names: The arrays.

    Returns:
        The arrays by name.

    Raises:
        EbitError: If the file is missing, damaged or too large, or lacks an array.

    Example:
        >>> read_arrays(Path("no_such_file.npz"), ["x"])
        Traceback (most recent call last):
        ebit.errors.EbitError: Data file `no_such_file.npz` does not exist: check the path.
    """
    where = f"File `{path.name}`"
    raw = file_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            missing = [name for name in names if f"{name}.npy" not in archive.namelist()]
            if missing:
                raise EbitError(f"{where} lacks the arrays {listed(missing)}: add them.")
            for name in names:
                array_head(where, archive, name)
            return {name: read_array(archive, name) for name in names}
    except EbitError:
        raise
    except Exception as error:  # the decoders raise errors of many unrelated types
        raise EbitError(
            f"{where} is no NPZ file, or damaged ({type(error).__name__}): write it with "
            "numpy.savez."
        ) from None


def _embedded_mutag() -> Graphs:
    """The set that the package grakel ships; no code of it is loaded."""
    try:
        package = importlib.metadata.distribution("grakel")
    except importlib.metadata.PackageNotFoundError:
        raise EbitError(
            "The graphs 'mutag' come with the package grakel, which is not installed: install "
            "ebit[graphs], or give a file or folder."
        ) from None
    return _tu("mutag", _folder(Path(str(package.locate_file(_MUTAG_FOLDER)))))


def _folder(path: Path) -> dict[str, bytes]:
    """The files of the TU format in a folder, by the end of their name."""
    if not os.path.isdir(path):
        raise EbitError(f"Folder {str(path)!r} does not exist: check the path.")
    found = _by_ending(str(path), [item.name for item in path.iterdir()])
    return {ending: file_bytes(path / name) for ending, name in found.items()}


def _archive(path: Path) -> dict[str, bytes]:
    """The files of the TU format in a ZIP archive, by the end of their name."""
    raw = file_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sizes = {item.filename: item.file_size for item in archive.infolist()}
            found = _by_ending(str(path), list(sizes))
            if sum(sizes[name] for name in found.values()) > MOST_BYTES:
                raise EbitError(f"File {str(path)!r} holds more than {MOST_BYTES} bytes of graphs.")
            return {ending: archive.read(name) for ending, name in found.items()}
    except EbitError:
        raise
    except Exception as error:  # the decoders raise errors of many unrelated types
        raise EbitError(
            f"File {str(path)!r} is no ZIP archive, or damaged ({type(error).__name__}): write it "
            "again."
        ) from None


def _by_ending(where: str, names: Sequence[str]) -> dict[str, str]:
    found = {}
    for ending in TABLES:
        fitting = [name for name in names if name.endswith(f"_{ending}.txt")]
        if len(fitting) > 1:
            raise EbitError(f"{where!r} has {listed(fitting)}: keep one data set in it.")
        if not fitting and ending != _NO_NODE_LABELS:
            raise EbitError(
                f"{where!r} has no file `..._{ending}.txt`, which the TU format needs: add it."
            )
        if fitting:
            found[ending] = fitting[0]
    return found


def _tu(name: str, files: Mapping[str, bytes]) -> Graphs:
    """Graphs of the TU format, which counts graphs and nodes from 1."""
    tables = {
        ending: _table(f"{name}_{ending}.txt", raw, TABLES[ending]) for ending, raw in files.items()
    }
    graph_of_node = tables["graph_indicator"][:, 0]
    number = len(tables["graph_labels"])
    if np.any(np.diff(graph_of_node) < 0) or not np.array_equal(
        np.unique(graph_of_node), np.arange(1, number + 1)
    ):
        raise EbitError(
            f"File `{name}_graph_indicator.txt` must have the graphs 1 to {number} in rising "
            f"order, one line a node: `{name}_graph_labels.txt` has {number} lines."
        )
    labels = tables.get("node_labels", np.zeros((len(graph_of_node), 1), np.int64))
    if len(labels) != len(graph_of_node):
        raise EbitError(
            f"File `{name}_node_labels.txt` must have {len(graph_of_node)} lines, one a node, but "
            f"has {len(labels)}."
        )
    graphs = graphs_of_arrays(
        name,
        np.searchsorted(graph_of_node, np.arange(1, number + 2)),
        labels[:, 0],
        tables["A"][:, 0] - 1,
        tables["A"][:, 1] - 1,
        tables["graph_labels"][:, 0],
    )
    return graphs if "node_labels" in tables else graphs.with_degrees()


def _table(name: str, raw: bytes, columns: int) -> Whole:
    """Whole numbers between commas, shape (lines, columns)."""
    if max(raw.count(b"\n"), raw.count(b"\r")) > MOST_LINES:
        raise EbitError(f"File `{name}` has more than {MOST_LINES} lines: keep fewer graphs.")
    lines = [line for line in raw.splitlines() if line.strip()]
    long = next((k for k, line in enumerate(lines) if len(line) > MOST_LINE), None)
    if long is not None:
        raise EbitError(f"File `{name}` has more than {MOST_LINE} characters in line {long + 1}.")
    rows = [line.split(b",") for line in lines]
    wrong = next((k for k, row in enumerate(rows) if len(row) != columns), None)
    if wrong is not None:
        raise EbitError(
            f"File `{name}` must have {columns} whole number{'s' if columns > 1 else ''} a line, "
            f"but has {len(rows[wrong])} in line {wrong + 1}."
        )
    try:
        table = np.array([[int(cell) for cell in row] for row in rows], np.int64)
    except (ValueError, OverflowError):
        raise EbitError(f"File `{name}` must have whole numbers only: correct it.") from None
    return table.reshape(-1, columns)  # (lines, columns)
