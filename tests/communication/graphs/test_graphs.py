"""Graph data: reading, checks, hops."""

import importlib.metadata
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.communication.graphs import Hops, hop_features, hop_operators, read_graphs
from ebit.communication.graphs.graphs import graphs_of_arrays
from ebit.errors import EbitError

TWO: dict[str, Any] = {
    "graph_ptr": [0, 2, 5],
    "node_label": [3, 4, 3, 3, 4],
    "edge_source": [0, 2, 3, 3],
    "edge_target": [1, 3, 4, 3],
    "graph_label": [7, 9],
}
TU = {
    "A": "1, 2\n2, 1\n3, 4\n4, 5\n5,4\n",
    "graph_indicator": "1\n1\n2\n2\n2\n",
    "graph_labels": "7\n9\n",
    "node_labels": "3\n4\n3\n3\n4\n",
}


def tu_folder(folder: Path, **changes: str | None) -> Path:
    """Files of the TU format; None leaves a file out."""
    for ending, text in {**TU, **changes}.items():
        if text is not None:
            (folder / f"X_{ending}.txt").write_text(text)
    return folder


def test_npz_folder_and_archive_are_the_same_graphs(tmp_path: Path) -> None:
    np.savez(tmp_path / "two.npz", **TWO)
    folder = tmp_path / "tu"
    folder.mkdir()
    tu_folder(folder)
    with zipfile.ZipFile(tmp_path / "tu.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"X/{path.name}")
    for source in (tmp_path / "two.npz", folder, tmp_path / "tu.zip"):
        graphs = read_graphs(source)
        assert graphs.starts.tolist() == [0, 2, 5]
        assert graphs.features.tolist() == [[1, 0], [0, 1], [1, 0], [1, 0], [0, 1]]
        assert graphs.sources.tolist() == [0, 1, 2, 3, 3, 4]  # both ways, once, no loop
        assert graphs.targets.tolist() == [1, 0, 3, 2, 4, 3]
        assert graphs.classes == ("7", "9")
        assert graphs.labels.tolist() == [0, 1]


def test_without_node_labels_the_degree_is_the_label(tmp_path: Path) -> None:
    graphs = read_graphs(tu_folder(tmp_path, node_labels=None))
    assert graphs.features.argmax(axis=1).tolist() == [0, 0, 0, 1, 0]  # degrees 1, 1, 1, 2, 1


def test_one_graph_stands_by_itself() -> None:
    graph = graphs_of_arrays("two", **TWO).graph(1)
    assert (graph.starts.tolist(), graph.sources.tolist()) == ([0, 3], [0, 1, 1, 2])
    assert graph.labels.tolist() == [1]


def test_mutag_comes_with_grakel() -> None:
    pytest.importorskip("grakel")
    graphs = read_graphs("mutag")
    assert (len(graphs), len(graphs.features), graphs.features.shape[1]) == (188, 3371, 7)
    assert np.bincount(graphs.labels).tolist() == [63, 125]
    assert len(graphs.sources) == 7442


def test_without_grakel_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(EbitError, match=r"grakel, which is not installed: install ebit\[graphs\]"):
        read_graphs("mutag")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"graph_ptr": [0, 2]}, "must have one more"),
        ({"graph_ptr": [0, 0, 5]}, "no graph may be empty"),
        ({"graph_ptr": [0, 2, 6]}, "to the number of nodes 5"),
        ({"graph_ptr": [[0, 2, 5]]}, r"whole numbers in one row in `graph_ptr`"),
        ({"node_label": [0.5] * 5}, "whole numbers in one row in `node_label`"),
        ({"node_label": [float("nan")] * 5}, "whole numbers in one row in `node_label`"),
        ({"edge_source": [0, 2, 3]}, "every edge needs two ends"),
        ({"edge_target": [1, 3, 5, 3]}, "an edge with the end 5"),
        ({"edge_target": [1, 3, -1, 3]}, "an edge with the end -1"),
        ({"edge_target": [2, 3, 4, 3]}, "from node 0 to node 2, which lie in two graphs"),
        ({"graph_label": [1, 1]}, "one class"),
        ({"graph_label": ["a", "b"]}, "whole numbers in one row in `graph_label`"),
    ],
)
def test_bad_arrays_are_one_line(change: dict[str, Any], message: str) -> None:
    with pytest.raises(EbitError, match=message):
        graphs_of_arrays("two", **{**TWO, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A": None}, "no file `..._A.txt`"),
        ({"A": "1, 2\n3\n"}, "2 whole numbers a line, but has 1 in line 2"),
        ({"A": "1, x\n"}, "whole numbers only"),
        ({"A": "1, 99999999999999999999999\n"}, "whole numbers only"),
        ({"A": "0, 1\n"}, "end -1"),
        ({"graph_indicator": "1\n2\n1\n2\n2\n"}, "the graphs 1 to 2 in rising order"),
        ({"graph_indicator": "1\n1\n3\n3\n3\n"}, "the graphs 1 to 2 in rising order"),
        ({"node_labels": "1\n"}, "must have 5 lines, one a node, but has 1"),
        ({"graph_labels": "\n"}, "the graphs 1 to 0"),
    ],
)
def test_bad_tu_files_are_one_line(
    tmp_path: Path, change: dict[str, str | None], message: str
) -> None:
    with pytest.raises(EbitError, match=message):
        read_graphs(tu_folder(tmp_path, **change))


def test_the_size_of_a_text_file_is_looked_at_before_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "1," * 1000 + "\n"
    with pytest.raises(EbitError, match="more than 1000 characters in line 2"):
        read_graphs(tu_folder(tmp_path, A="1, 2\n" + long))
    monkeypatch.setattr("ebit.communication.graphs.read.MOST_LINES", 4)
    with pytest.raises(EbitError, match=r"`.*_A.txt` has more than 4 lines"):
        read_graphs(tu_folder(tmp_path, A="1, 2\r" * 5))


def test_files_that_are_no_graphs(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "a.zip").write_bytes(b"nothing")
    np.savez(tmp_path / "b.npz", x=[1])
    np.savez(tmp_path / "c.npz", **{**TWO, "graph_ptr": np.array([None])}, allow_pickle=True)
    for name, message in (
        ("a.npz", "is no NPZ file, or damaged"),
        ("a.zip", "is no ZIP archive, or damaged"),
        ("b.npz", "lacks the arrays `graph_ptr`"),
        ("c.npz", "pickled Python objects, which are never loaded"),
        ("d.npz", "does not exist"),
        ("a.csv", "must be mutag, an .npz file, or a folder"),
    ):
        with pytest.raises(EbitError, match=message):
            read_graphs(tmp_path / name)
    with pytest.raises(EbitError, match="`data` must be a path, as text"):
        read_graphs(5)  # type: ignore[arg-type]


ROW = st.lists(st.integers(-2, 7), max_size=7)


@settings(max_examples=60)
@given(starts=ROW, labels=ROW, sources=ROW, targets=ROW, kinds=ROW)
def test_any_arrays_make_graphs_or_one_line(
    starts: list[int], labels: list[int], sources: list[int], targets: list[int], kinds: list[int]
) -> None:
    try:
        graphs = graphs_of_arrays("any", starts, labels, sources, targets, kinds)
    except EbitError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("Graphs 'any' ")
        return
    assert graphs.starts[-1] == len(graphs.features)
    of_node = graphs.graph_of_node
    assert np.array_equal(of_node[graphs.sources], of_node[graphs.targets])


@settings(max_examples=30, deadline=None)
@given(content=st.dictionaries(st.sampled_from(sorted(TU)), st.binary(max_size=20)))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, bytes]
) -> None:
    folder = tu_folder(tmp_path_factory.mktemp("tu"))
    for ending, raw in content.items():
        (folder / f"X_{ending}.txt").write_bytes(raw)
    try:
        read_graphs(folder)
    except EbitError as error:
        assert "\n" not in str(error)


def test_hops_follow_their_definitions() -> None:
    graph = graphs_of_arrays("two", **TWO).graph(1)  # a path of three nodes
    x, ends = graph.features.astype(float), (graph.sources, graph.targets)
    adjacency = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1.0]])
    degrees = adjacency.sum(axis=1)
    symmetric = adjacency / np.sqrt(np.outer(degrees, degrees))
    page = 0.8 * symmetric @ x + 0.2 * x
    expected = [
        x,
        symmetric @ x,
        symmetric @ symmetric @ x,
        page,
        0.8 * symmetric @ page + 0.2 * x,
        adjacency @ x,
        (adjacency / degrees[:, None]) @ x,
    ]
    heard = hop_features(x, *ends, Hops(gcn=2, ppr=2, raw=1, rw=1))
    np.testing.assert_allclose(heard, np.concatenate(expected, axis=1), atol=1e-6)
    steps = hop_operators(3, *ends, Hops(gcn=2, ppr=2, raw=1, rw=1))
    np.testing.assert_allclose(np.concatenate(list(steps @ x), axis=1), heard, atol=1e-6)


@pytest.mark.parametrize("steps", [-1, True, 1.0, 51])
def test_hops_are_whole_numbers(steps: Any) -> None:
    with pytest.raises(EbitError, match="Argument `gcn` must be a whole number from 0 to 50"):
        Hops(gcn=steps)
