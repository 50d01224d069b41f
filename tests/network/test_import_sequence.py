"""Files of SeQUeNCe."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import import_sequence
from network.conftest import error_of, written


def sequence() -> dict[str, Any]:
    errors = [1 / 3] * 3
    return {
        "templates": {
            "good": {
                "MemoryArray": {
                    "fidelity": 0.95,
                    "efficiency": 0.6,
                    "coherence_time": 2,
                    "decoherence_errors": errors,
                },
                "EntanglementSwapping": {"swapping_success_prob": 0.99},
            },
            "plain": {"MemoryArray": {"fidelity": 0.9, "frequency": 1000, "coherence_time": 1}},
        },
        "nodes": [
            {"name": "r0", "type": "QuantumRouter", "seed": 0, "memo_size": 5, "template": "good",
             "gate_fidelity": 0.99, "measurement_fidelity": 0.98},
            {"name": "r1", "type": "DQCNode", "seed": 1, "memo_size": 5, "data_memo_size": 3,
             "template": "good"},
            {"name": "r2", "type": "DQCNode", "data_memo_size": 2, "template": "plain"},
            {"name": "middle", "type": "BSMNode", "seed": 0, "encoding_type": "x"},
        ],
        "qchannels": [
            {"source": "r0", "destination": "middle", "distance": 2500.0, "attenuation": 0.0002},
            {"source": "r1", "destination": "middle", "distance": 500.0, "attenuation": 0.0004},
        ],
        "qconnections": [
            {"type": "meet_in_the_middle", "node1": "r1", "node2": "r2", "distance": 1000,
             "attenuation": 0.0002, "seed": 42}
        ],
        "cconnections": [{"node1": "r1", "node2": "r2", "delay": 1000000000}],
        "cchannels": [
            {"source": "r0", "destination": "middle", "distance": 2500.0, "delay": 0},
            {"source": "r0", "destination": "r1", "delay": 15000000},
        ],
        "stop_time": 100,
    }  # fmt: skip


def imported(folder: Path, content: object) -> tuple[Any, list[str]]:
    return import_sequence(written(folder, "topology.json", json.dumps(content)))


def test_sequence_qpus_and_links(tmp_path: Path) -> None:
    network, _ = imported(tmp_path, sequence())
    assert [qpu.qubits for qpu in network.qpus] == [5, 3, 2]
    assert network.qpu("r0").two_qubit_gate_error == pytest.approx(0.01)
    assert network.qpu("r0").readout_error == pytest.approx(0.02)
    far = network.link("r0", "r1")
    assert far.length == 3.0
    assert far.loss * 3 == pytest.approx(0.5 + 0.2)
    assert far.message_time == pytest.approx(3 / 200_000)
    assert far.efficiency == pytest.approx(0.6**2 / 2)
    assert far.period == pytest.approx(2 * 2.5 / 200_000)
    assert far.fidelity == 0.95
    assert far.coherence_time == pytest.approx(3 * 2 / 8)
    near = network.link("r1", "r2")
    assert (near.length, near.fidelity, near.coherence_time) == (1.0, 0.9, None)
    assert near.loss == pytest.approx(0.2)
    assert near.period == pytest.approx(1e-3)


def test_sequence_says_what_is_left_out(tmp_path: Path) -> None:
    _, lines = imported(tmp_path, sequence())
    text = "\n".join(lines)
    for part in (
        "r0: a router has no data qubits; its memories are taken as qubits.",
        "r0: `EntanglementSwapping` has no counterpart",
        "r1: `memo_size` has no counterpart",
        "r2, MemoryArray: `coherence_time` is left out",
        "middle: `encoding_type` has no counterpart",
        "r1-r2: the memories have fidelities 0.95 and 0.9; the lower one is taken.",
        "r1-r2: detectors are taken as perfect",
        "r1-r2: the delay of 1e+09 ps of its messages is left out; the length gives 5e+06 ps.",
    ):
        assert part in text, part
    assert "r0-r1: the delay" not in text
    assert "stop_time" not in text


def test_sequence_default_fidelity(tmp_path: Path) -> None:
    content = sequence()
    del content["nodes"][2]["template"]
    network, lines = imported(tmp_path, content)
    assert network.link("r1", "r2").fidelity == 0.85
    assert "r2: the fidelity of its pairs is not given; 0.85 is taken." in lines


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("nodes", 0, "type"), "QKDNode", "r0: `type` must be DQCNode, QuantumRouter or BSMNode"),
        (("nodes", 0, "gate_fidelity"), 2, "r0: Argument `two_qubit_gate_error` must be at least"),
        (("nodes", 0, "memo_size"), "x", "r0: `memo_size` must be a finite number, but is 'x'."),
        (("nodes", 0, "memo_size"), [1], "r0: `memo_size` must be a finite number, but is [1]."),
        (("nodes", 0), 3, "nodes 1 must be a table of names and values"),
        (("nodes",), {}, "`nodes` must be a list of tables, but is {}."),
        (("qchannels", 0, "destination"), "r1", "a quantum channel must lead to a BSMNode."),
        (("qchannels",), [], "middle: must join two quantum channels, but joins 0."),
        (("qconnections", 0, "type"), "mediated", "`type` must be meet_in_the_middle"),
        (("qconnections", 0, "node2"), "r9", "Link r1-r9 leads to `r9`, which is no QPU"),
        (("qconnections", 0, "distance"), -5, "Argument `length` must be at least 0 km"),
        (("templates", "good", "MemoryArray", "fidelity"), 0.1, "`fidelity` must be at least 0.25"),
        (("templates", "good", "MemoryArray", "frequency"), 0, "`frequency` must be more than 0"),
        (("templates", "good", "MemoryArray", "decoherence_errors"), 3, "must be a list"),
        (("templates", "good"), 3, "must be a table"),
    ],
)  # fmt: skip
def test_bad_sequence_files(
    tmp_path: Path, path: tuple[Any, ...], value: object, message: str
) -> None:
    content: Any = sequence()
    where = content
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    error = error_of(imported, tmp_path, content)
    assert error.startswith("topology.json")
    assert message in error


def test_no_json(tmp_path: Path) -> None:
    for text in ("{", "[" * 100_000, "[]", '{"nodes": NaN}', '{"nodes": [{"name": "a"}]}'):
        path = written(tmp_path, "topology.json", text)
        assert "topology.json" in error_of(import_sequence, path)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


def places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to every value inside."""
    if not isinstance(content, dict | list):
        return [path]
    items = content.items() if isinstance(content, dict) else enumerate(content)
    return [path, *(way for key, value in items for way in places(value, (*path, key)))][1:]


@given(st.sampled_from(places(sequence())), JUNK)
def test_any_value_is_imported_or_refused_in_one_line(
    folder: Path, path: tuple[Any, ...], value: object
) -> None:
    content: Any = sequence()
    where = content
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    try:
        network, lines = imported(folder, content)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error
    else:
        assert len(network.qpus) == 3
        assert all(len(line.splitlines()) == 1 for line in lines)


def test_templates_of_the_editor_and_connections_without_a_type(tmp_path: Path) -> None:
    node = {"type": "QuantumRouter", "template": "mine"}
    content = {
        "templates": {
            "Memory": {"good": {"raw_fidelity": 0.93, "efficiency": 0.5, "frequency": 2000.0}},
            "QuantumRouter": {"mine": {"mem_type": "good", "memo_size": 7}},
            "Detector": {"default": {"efficiency": 0.8}},
        },
        "nodes": [{"name": "a", **node}, {"name": "b", **node}],
        "qconnections": [{"node1": "a", "node2": "b", "distance": 2000, "attenuation": 1e-5}],
        "stop_time": float("inf"),
    }
    network, _ = imported(tmp_path, content)
    link = network.link("a", "b")
    assert network.qpu("a").qubits == 7
    assert (link.fidelity, link.efficiency, link.period) == (0.93, 0.125, pytest.approx(5e-4))
    assert (link.length, link.loss) == (2.0, pytest.approx(0.01))


def test_a_template_that_is_not_in_the_file(tmp_path: Path) -> None:
    content = sequence()
    content["nodes"][2]["template"] = "elsewhere"
    _, lines = imported(tmp_path, content)
    assert any(line.startswith("r2: template `elsewhere` is not in the file") for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON (line 1, column 2)"),
        ('{"a": 1, "a": 2}', "a table has the name 'a' twice"),
        ('{"a": ' + "9" * 5000 + "}", "a number has more than 40 digits"),
        ('{"a": ' + "9" * 30 + "}", "a whole number is beyond 64 bits"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("[" + "0," * 100_001 + "0]", "holds more than 100000 values"),
        ("{}", "has 0 QPUs and 0 links between them"),
    ],
)
def test_json_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    assert message in error_of(import_sequence, written(tmp_path, "topology.json", text))
