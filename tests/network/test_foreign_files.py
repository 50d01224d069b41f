"""Files of SquidASM and SeQUeNCe."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import Qpu, import_sequence, import_squidasm
from network.conftest import error_of, written

SQUIDASM = """
device: &device
  num_qubits: 5
  T1: 1e99
  T2: 85e6
  init_time: 36_000
  single_qubit_gate_time: 26_600
  two_qubit_gate_time: 107_000
  measure_time: 1_500_000
  single_qubit_gate_depolar_prob: 0.02
  two_qubit_gate_depolar_prob: 0.1

stacks:
  - name: Alice
    qdevice_typ: generic
    qdevice_cfg:
      <<: *device
  - name: Bob
    qdevice_typ: generic
    qdevice_cfg: {T1: 0, T2: 0, two_qubit_gate_depolar_prob: 0.}
  - name: Carol
    qdevice_typ: generic
    qdevice_cfg: {dummy: null}

links:
  - stack1: Alice
    stack2: Bob
    typ: heralded-double-click
    cfg:
      length_A: 0.5
      length_B: 1.5
      p_loss_init_A: 0.9
      p_loss_init_B: 0.8
      p_loss_length: 0.25
      speed_of_light: 200_000
      visibility: 0.9
      detector_efficiency: 0.5
      dark_count_probability: 1e-5
  - stack1: Bob
    stack2: Carol
    typ: depolarise
    cfg: {fidelity: 0.9, prob_success: 0.3, t_cycle: 1e5}
  - stack1: Alice
    stack2: Carol
    typ: perfect
    cfg: {length: 20}

clinks:
  - {stack1: Bob, stack2: Alice, typ: default, cfg: {delay: 20}}
  - {stack1: Bob, stack2: Carol, typ: default, cfg: {distance: 10}}
"""


def test_squidasm_qpus(tmp_path: Path) -> None:
    network, _ = import_squidasm(written(tmp_path, "config.yaml", SQUIDASM))
    alice, bob, carol = network.qpus
    assert (alice.qubits, bob.qubits, carol.qubits) == (5, 2, 2)
    assert (alice.t1, alice.t2) == (1e90, 0.085)
    assert (bob.t1, bob.t2) == (float("inf"), float("inf"))
    assert (carol.t1, carol.t2) == (10.0, 1.0)
    assert alice.one_qubit_gate_time == pytest.approx(26.6e-6)
    assert alice.two_qubit_gate_time == pytest.approx(107e-6)
    assert alice.readout_time == pytest.approx(1.5e-3)
    assert alice.one_qubit_gate_error == pytest.approx(0.01)
    entanglement_fidelity = (1 - 0.75 * 0.1) ** 2
    assert alice.two_qubit_gate_error == pytest.approx(1 - (4 * entanglement_fidelity + 1) / 5)
    assert bob.two_qubit_gate_error == 0


def test_squidasm_links(tmp_path: Path) -> None:
    network, _ = import_squidasm(written(tmp_path, "config.yaml", SQUIDASM))
    click = network.link("Alice", "Bob")
    assert click.length == 2.0
    assert click.fidelity == pytest.approx(0.95)
    assert click.efficiency == pytest.approx(0.5 * 0.5**2 * 0.1 * 0.2)
    assert click.message_time == pytest.approx(1e-5)
    halves = 10 ** (-0.25 * 0.5 / 10) * 10 ** (-0.25 * 1.5 / 10)
    assert click.raw_pair_rate == pytest.approx(0.0025 * halves / 1.5e-5)
    depolarised = network.link("Bob", "Carol")
    assert depolarised.pair_rate == pytest.approx(0.3 / 1e-4)
    assert depolarised.message_time == pytest.approx(10 / 200_000)
    perfect = network.link("Alice", "Carol")
    assert perfect.fidelity == 1.0
    assert perfect.pair_rate == pytest.approx(1e4)


def test_squidasm_says_what_is_left_out(tmp_path: Path) -> None:
    _, lines = import_squidasm(written(tmp_path, "config.yaml", SQUIDASM))
    text = "\n".join(lines)
    for part in (
        "Alice, qdevice_cfg: `init_time` has no counterpart",
        "`dark_count_probability` has no counterpart",
        "Alice-Bob: the clink's delay of 20 ns is left out; the length gives 10000 ns.",
        "Alice-Carol: no clink says how long a message takes; 0 s is taken.",
        "`device` has no counterpart",
    ):
        assert part in text, part
    assert len(lines) == 5


def test_squidasm_colour_centres(tmp_path: Path) -> None:
    device = (
        "{num_qubits: 2, electron_T1: 3.6e12, electron_T2: 5e8, electron_rot_x: 5, measure: 3_700,"
        " ec_controlled_dir_x: 500_000, electron_single_qubit_depolar_prob: 0.01,"
        " ec_gate_depolar_prob: 0.06, prob_error_0: 0.07, prob_error_1: 0.005, carbon_T1: 3.6e13}"
    )
    text = (
        f"processing_nodes: [{{name: A, qdevice_typ: nv, qdevice_cfg: {device}}},"
        " {name: B, qdevice_typ: generic}]\n"
        "links: [{node1: A, node2: B, typ: perfect}]\nclinks: [{node1: A, node2: B, typ: instant}]"
    )
    network, lines = import_squidasm(written(tmp_path, "config.yaml", text))
    wanted = Qpu(
        name="A",
        qubits=2,
        t1="1 h",
        t2="0.5 s",
        one_qubit_gate_time="5 ns",
        two_qubit_gate_time="500 us",
        readout_time="3.7 us",
        one_qubit_gate_error=0.005,
        two_qubit_gate_error=network.qpus[0].two_qubit_gate_error,
        readout_error=network.qpus[0].readout_error,
    )
    assert network.qpus[0] == wanted
    assert wanted.readout_error == pytest.approx(0.0375)
    assert wanted.two_qubit_gate_error == pytest.approx(0.07, rel=0.01)
    assert lines == ["A, qdevice_cfg: `carbon_T1` has no counterpart and is left out."]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("T2: 85e6", "T2: soon", "Alice, qdevice_cfg: `T2` must be a finite number, but is 'soon'"),
        ("T2: 85e6", "T2: -5", "config.yaml: Alice: Argument `t2` must be more than 0 s"),
        ("T1: 1e99", "T1: 1e6", "Alice: Argument `t2` must be at most 2 t1 = 0.002 s"),
        ("qdevice_typ: generic", "qdevice_typ: ion", "`qdevice_typ` must be generic or nv"),
        ("typ: perfect", "typ: heralded-single-click", "link `typ` must be perfect, depolarise or"),
        ("t_cycle: 1e5", "t_cycle: 0", "the time of a cycle must be more than 0 ns"),
        ("prob_success: 0.3", "prob_success: 3", "`prob_success` must be from 0 to 1"),
        ("fidelity: 0.9,", "", "Bob-Carol, cfg: `fidelity` is missing: add it."),
        ("stack2: Carol", "stack2: Dave", "leads to `Dave`, which is no QPU"),
        ("links:", "links: 3\nothers:", "`links` must be a list of tables, but is 3."),
        ("typ: default, cfg: {delay", "typ: slow, cfg: {delay", "must be default or instant"),
        ("speed_of_light: 200_000", "speed_of_light: 0", "`speed_of_light` must be more than 0"),
        ("device: &device", "device: &device [", "is not YAML"),
        ("device: &device", "!!python/object:os.system a: &device", "is not YAML"),
    ],
)
def test_bad_squidasm_files(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SQUIDASM
    path = written(tmp_path, "config.yaml", SQUIDASM.replace(old, new, 1))
    assert message in error_of(import_squidasm, path)


def test_squidasm_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    error = error_of(import_squidasm, written(tmp_path, "config.yaml", SQUIDASM))
    assert error == 'SquidASM files need PyYAML: install it with `pip install "ebit[network]"`.'


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
    assert far.attempt_time == pytest.approx(2 * 2.5 / 200_000)
    assert far.fidelity == 0.95
    assert far.coherence_time == pytest.approx(3 * 2 / 8)
    near = network.link("r1", "r2")
    assert (near.length, near.fidelity, near.coherence_time) == (1.0, 0.9, None)
    assert near.loss == pytest.approx(0.2)
    assert near.attempt_time == 1e-3


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


@given(st.data())
def test_a_damaged_yaml_file_is_imported_or_refused_in_one_line(
    folder: Path, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(SQUIDASM)))
    end = data.draw(st.integers(start, min(len(SQUIDASM), start + 30)))
    between = data.draw(st.text("ab1.: -[]{}&*<\n", max_size=5))
    path = written(folder, "damaged.yaml", SQUIDASM[:start] + between + SQUIDASM[end:])
    try:
        _, lines = import_squidasm(path)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error
    else:
        assert all(len(line.splitlines()) == 1 for line in lines)
