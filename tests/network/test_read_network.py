"""Network files."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import profile, profile_names, read_description, read_network, to_toml
from network.conftest import TWO, error_of, written


def test_a_file(folder: Path) -> None:
    network = read_network(written(folder, "network.toml", TWO))
    assert network.qpu("alice").t2 == 8e-5
    assert network.qpu("bob") == profile("trapped-ion").qpu("bob", qubits=4)
    assert network.link("alice", "bob").length == 10.0


def test_the_example_of_the_page(folder: Path) -> None:
    """Its TOML and its Python describe the same network."""
    page = (Path(__file__).parents[2] / "docs" / "network.md").read_text("utf-8")
    (example, *_) = re.findall(r"^```toml\n(.*?)^```", page, re.M | re.S)
    (python, *_) = re.findall(r"^```pycon\n(.*?)>>> network.qpu", page, re.M | re.S)
    made: dict[str, Any] = {}
    exec("".join(line[4:] for line in python.splitlines(keepends=True)), made)
    assert read_network(written(folder, "network.toml", example)) == made["network"]


@pytest.mark.parametrize("name", profile_names("link"))
def test_every_link_profile_in_a_file(folder: Path, name: str) -> None:
    text = TWO.split("[[link]]")[0]
    text += f'[[link]]\nbetween = ["alice", "bob"]\nprofile = "{name}"\npurification_rounds = 1\n'
    network = read_network(written(folder, "network.toml", text))
    wanted = profile(name).link("alice", "bob", purification_rounds=1)
    assert network.links == (wanted,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fidelity = 0.9", "fidelity = 0.1", "[[link]] 1: Argument `fidelity` must be at least"),
        ('t2 = "80 us"', 't2 = "300 us"', "[[qpu]] 1: Argument `t2` must be at most 2 t1"),
        ('"10 km"', '"-10 km"', "[[link]] 1: Argument `length` must be at least 0 km"),
        ('"10 km"', '"10 miles"', "[[link]] 1: Argument `length` has the unknown unit `miles`"),
        ('["alice", "bob"]', '["alice", "eve"]', "leads to `eve`, which is no QPU: use alice, bob"),
        ("qubits = 4\nt1", "colour = 1\nqubits = 4\nt1", "`colour` is unknown: leave it out."),
        ("qubits = 4\nt1", "t1", "[[qpu]] 1: Argument `qubits` is missing."),
        ("[[link]]", "[link]", "`link` must be tables: write [[link]] before each of them."),
        ("[[link]]", '"a\\nb" = 1\n[[link]]', "[[qpu]] 2: Argument `a b` is unknown"),
        ("[[qpu]]", "title = 3\n[[qpu]]", "Field `title` is unknown: use [[qpu]] and [[link]]"),
        ('"trapped-ion"', '"ions"', "[[qpu]] 2: Argument `profile` must be one of laboratory"),
        ('"trapped-ion"', "3", "[[qpu]] 2: Argument `profile` must be one of laboratory"),
        ('"trapped-ion"', '"satellite"', "Profile `satellite` is for a link, not for a qpu: use"),
        ("[[link]]", '[[qpu]]\nname = "eve"\nqubits = 1\n[[link]]', "Network is not connected"),
        ("[[qpu]]", "[[qpu", "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(folder: Path, old: str, new: str, message: str) -> None:
    assert old in TWO
    path = written(folder, "network.toml", TWO.replace(old, new, 1))
    error = error_of(read_network, path)
    assert "network.toml" in error
    assert message in error


def test_too_few_tables(folder: Path) -> None:
    assert "has 0 [[qpu]] tables, but needs 2" in error_of(
        read_network, written(folder, "network.toml", "")
    )
    text = TWO.split("[[link]]")[0]
    assert "has 0 [[link]] tables, but needs 1" in error_of(
        read_network, written(folder, "network.toml", text)
    )


def test_files_that_are_none(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        assert error_of(read_network, path).startswith("Cannot read ")
    assert "`path` must be the path of a file" in error_of(read_network, "a\0b")
    for content in (b"\xff\xfe", b"a = " + b"[" * 5000):
        (tmp_path / "a.toml").write_bytes(content)
        assert "is not TOML" in error_of(read_network, tmp_path / "a.toml")
    (tmp_path / "a.toml").write_bytes(b"#" * 10_000_001)
    assert "has more than 10000000 bytes" in error_of(read_network, tmp_path / "a.toml")


@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_one_line(folder: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TWO)))
    end = data.draw(st.integers(start, min(len(TWO), start + 30)))
    between = data.draw(st.text('ab1. =[]"\n\\', max_size=5))
    path = written(folder, "damaged.toml", TWO[:start] + between + TWO[end:])
    try:
        read_network(path)
    except EbitError as error:
        assert len(str(error).splitlines()) == 1, error


@pytest.mark.parametrize("suffix", [".yaml", ".YML", ".json"])
def test_a_file_of_another_tool_is_named_with_the_cure(tmp_path: Path, suffix: str) -> None:
    error = error_of(read_network, written(tmp_path, f"net{suffix}", "{}"))
    assert "not TOML: read it with import_s" in error
    assert f"ebit network convert net{suffix} net.toml" in error


@pytest.mark.parametrize("profile_name", profile_names("qpu"))
def test_what_is_written_is_read_again(folder: Path, profile_name: str) -> None:
    network = read_network(
        written(folder, "network.toml", TWO.replace("trapped-ion", profile_name))
    )
    path = written(folder, "again.toml", to_toml(network))
    assert read_description(path) == (network, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "9" * 5000, "a number has more than 40 digits"),
        ("a = 0x" + "f" * 5000, "a whole number is beyond 64 bits"),
        ("a = " + "[" * 60 + "]" * 60, "nested too deeply"),
        ("a = [" + "0," * 100_001 + "]", "holds more than 100000 values"),
    ],
)
def test_sizes_of_toml(folder: Path, text: str, message: str) -> None:
    assert message in error_of(read_network, written(folder, "network.toml", text))


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path / "pipe.toml", "/dev/zero"):
        assert "it is no regular file" in error_of(read_network, path)
