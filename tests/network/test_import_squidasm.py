"""Files of SquidASM."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import Qpu, import_squidasm
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
        (
            "typ: perfect",
            "typ: heralded-single-click",
            "link `typ` must be perfect, depolarise or heralded",
        ),
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


def test_the_name_that_squidasm_gives_the_double_click_link(tmp_path: Path) -> None:
    text = (
        "stacks: [{name: A, qdevice_typ: generic}, {name: B, qdevice_typ: generic}]\n"
        "links: [{stack1: A, stack2: B, typ: KIND, cfg: {length: 4.0, visibility: 0.8}}]\n"
    )
    networks = [
        import_squidasm(written(tmp_path, "config.yaml", text.replace("KIND", kind)))[0]
        for kind in ("heralded", "heralded-double-click")
    ]
    assert networks[0] == networks[1]
    assert networks[0].links[0].fidelity == pytest.approx(0.9)


def test_defaults_of_the_nv_device(tmp_path: Path) -> None:
    text = (
        "stacks: [{name: A, qdevice_typ: nv, qdevice_cfg: null}, {name: B, qdevice_typ: nv}]\n"
        "links: [{stack1: A, stack2: B, typ: perfect}]"
    )
    (qpu, _) = import_squidasm(written(tmp_path, "config.yaml", text))[0].qpus
    assert qpu.t1 == 1.0
    assert qpu.t2 == pytest.approx(0.3)
    assert qpu.readout_time == pytest.approx(3.7e-6)
    assert qpu.readout_error == pytest.approx(0.0275)
    assert qpu.two_qubit_gate_error == pytest.approx(0.0096, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "is not YAML (line 2, column 1)"),
        ("a: 1\na: 2\n", "a table has the name 'a' twice, line 1"),
        ("a: &x [*x]\n", "a reference leads to itself, line 1"),
        ("a: " + "9" * 5000, "a number has more than 40 digits, line 1"),
        ("a: " + "1:" * 5000 + "1", "a number has more than 40 digits, line 1"),
        ("a: 0x" + "f" * 30, "a whole number is beyond 64 bits"),
        ("[" * 20_000, "nested too deeply"),
        ("a: 2020-99-99\n", "a value in it has no meaning"),
        ("a: \x1b[31m\n", "character 3 is not allowed"),
        ("", "must be a table of names and values"),
        ("# nothing: 1\n", "must be a table of names and values"),
        ("stacks: []\n", "has 0 QPUs and 0 links between them, but needs 2 QPUs"),
    ],
)
def test_yaml_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    assert message in error_of(import_squidasm, written(tmp_path, "config.yaml", text))


@pytest.mark.parametrize("first", ["[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", "{k: 1}"])
def test_references_that_grow_are_refused_before_they_do(tmp_path: Path, first: str) -> None:
    lines = [f"l0: &l0 {first}"]
    for level in range(1, 30):
        inside = ", ".join([f"*l{level - 1}"] * 9)
        body = f"[{inside}]" if first.startswith("[") else "{<<: [" + inside + "]}"
        lines.append(f"l{level}: &l{level} {body}")
    path = written(tmp_path, "config.yaml", "\n".join(lines))
    assert "holds more than 100000 values" in error_of(import_squidasm, path)
