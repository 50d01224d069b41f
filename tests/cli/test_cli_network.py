"""`ebit network`, and `ebit plan` on files of other tools."""

import json
from pathlib import Path

import pytest

from command_line import error_of, run_ebit
from ebit.network import read_description, read_network

SQUIDASM = """
stacks:
  - {name: left, qdevice_typ: generic, qdevice_cfg: {num_qubits: 4, init_time: 5}}
  - {name: right, qdevice_typ: nv}
links:
  - {stack1: left, stack2: right, typ: perfect}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(SQUIDASM)
    return path


def test_convert_writes_the_same_network_and_says_what_is_left_out(
    tmp_path: Path, file: Path
) -> None:
    outcome = run_ebit("network", "convert", file, tmp_path / "two.toml")
    assert outcome.code == 0, outcome.err
    assert "left, qdevice_cfg: `init_time` has no counterpart" in outcome.err
    assert outcome.out.endswith("2 QPUs and 1 link.\n")
    assert read_network(tmp_path / "two.toml") == read_description(file)[0]


def test_convert_never_writes_over_its_file(file: Path) -> None:
    assert "it holds the data" in error_of("network", "convert", file, file)


def test_usage_of_the_group() -> None:
    assert "See `ebit network convert --help`" in error_of("network", "convert")


@pytest.mark.slow
def test_plan_takes_the_file(tmp_path: Path, file: Path) -> None:
    outcome = run_ebit(
        *("plan", file, "--data", "chsh", "--resource", "none", "--shots", 100, "--quick"),
        *("--purification", 0, "--depth", 1, "--steps", 2, "--runs", 1, "--out", tmp_path / "out"),
    )
    assert outcome.code == 0, outcome.err
    assert "Note: left, qdevice_cfg: `init_time` has no counterpart" in outcome.err


BAD = """
[[qpu]]
name = "near"
qubits = 2
t1 = "1 ms"
[[qpu]]
name = "far"
qubits = 2
[[link]]
between = ["near", "far"]
length = "1000 km"
efficiency = 0.1
fidelity = 0.45
"""


def test_check_says_what_a_network_cannot_be_used_for(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    outcome = run_ebit("network", "check", path)
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "near-far: an attempt takes 0.0049 s, but memories keep a pair for 0.002 s.",
        "near-far: its pairs have fidelity 0.45 and are not entangled.",
    ]
    good = run_ebit("network", "check", file)
    assert (good.code, good.out) == (0, f"{file}: 2 QPUs and 1 link, no trouble.\n")


def test_detected_pairs_are_no_pairs_in_a_memory(tmp_path: Path) -> None:
    path = tmp_path / "detected.toml"
    link = 'profile = "metropolitan"\n'
    path.write_text(BAD[: BAD.index("length")] + link)
    outcome = run_ebit("network", "check", path)
    assert outcome.code == 1
    assert "say with `storage_efficiency`" in outcome.out


def test_show_draws_every_link_once(file: Path) -> None:
    lines = run_ebit("network", "show", file).out.splitlines()
    assert [line.split()[0] for line in lines] == ["[left]", "[right]", "[left]----[right]"]


def test_convert_for_sequence_names_what_changes(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    outcome = run_ebit("network", "convert", path, tmp_path / "bad.json")
    assert outcome.code == 0, outcome.err
    assert "near: `t1` is another one there: 0.001 becomes inf." in outcome.err
    back = run_ebit("network", "show", tmp_path / "bad.json").out
    assert "fibre, 1000 km" in back


def test_qpus_without_their_network() -> None:
    for verb in ("train", "compare"):
        message = error_of(verb, "--data", "chsh", "--resource", "none", "--between", "a,b")
        assert message.endswith("names QPUs of a network: give --network, too.")


def test_train_runs_under_the_noise_of_the_network(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    rows = []
    for options in ((), ("--network", path)):
        outcome = run_ebit(
            *("train", "--data", "chsh", "--resource", "bell:1", "--depth", 1, "--steps", 2),
            *("--runs", 1, "--out", tmp_path / "out", "--json", tmp_path / "rows.json", *options),
        )
        assert outcome.code == 0, outcome.err
        rows += json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert rows[0]["noise"] is None
    assert rows[1]["noise"] is not None
    assert rows[0]["task"] != rows[1]["task"]
