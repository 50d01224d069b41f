"""`ebit network`, and `ebit plan` on files of other tools."""

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
    assert "See `ebit network --help`" in error_of("network", "convert")


def test_plan_takes_the_file(tmp_path: Path, file: Path) -> None:
    outcome = run_ebit(
        *("plan", file, "--data", "chsh", "--resource", "none", "--shots", 100, "--quick"),
        *("--purification", 0, "--depth", 1, "--steps", 2, "--runs", 1, "--out", tmp_path / "out"),
    )
    assert outcome.code == 0, outcome.err
    assert "Note: left, qdevice_cfg: `init_time` has no counterpart" in outcome.err
