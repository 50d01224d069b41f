"""What can be wrong with the file of a node, and with what it names: one line each."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ebit.consensus.agreement.layout import lay_out
from ebit.consensus.agreement.node import run_node
from ebit.errors import EbitError


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nodes") / "net"
    lay_out(folder, 4, 1, 2)
    return folder


@pytest.fixture
def folder(laid_out: Path, tmp_path: Path) -> Path:
    shutil.copytree(laid_out, tmp_path / "net")
    return tmp_path / "net"


def said(folder: Path) -> str:
    with pytest.raises(EbitError) as caught:
        run_node(folder / "node-0.toml", lambda line: None)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("faulty = 1", "faulty = 2", "4 nodes bear at most 1 faulty node"),
        ("faulty = 1", "faulty = -1", "`faulty` must be"),
        ('name = "node-0"\nf', 'name = "node-7"\nf', "must be that of a node"),
        ('name = "node-1"', 'name = "node-2"', "Two nodes have the name"),
        ('"127.0.0.1:', '"192.0.2.1:', "loopback interface only"),
        ('peer = "node-3"', 'peer = "node-0"', "no key link from 'node-0' to 'node-3'"),
        ('authentication = "its"', 'authentication = "hmac"', "`authentication` must be"),
        ("[keys]", '[keys]\nurl = "https://127.0.0.1:1"', "either `url`"),
        ("certificates/node-0.pem", "certificates/node-1.pem", "belong together"),
        ("certificates/ca.pem", "certificates/nope.pem", "No such file"),
        ("node-0.npz", "node-0.toml", "is no NPZ file"),
        ('kind = "least-squares"', 'kind = "magic"', "`kind` must be"),
        ('kind = "least-squares"', 'kind = "dqnn"', "do not fit the work"),
        ("links/0-1.key", "node-0.npz", "has more than 32 bytes"),
        ("rounds = 2", "rounds = 2\nspeed = 3", "speed"),
    ],
)
def test_wrong_files_are_named(folder: Path, old: str, new: str, expected: str) -> None:
    path = folder / "node-0.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert expected in said(folder)


def test_a_certificate_of_another_node_is_refused(folder: Path) -> None:
    path = folder / "node-0.toml"
    path.write_text(path.read_text().replace("certificates/node-0", "certificates/node-1"))
    assert "is that of 'node-1', not of 'node-0'" in said(folder)


def _other_version(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=9")
    database.close()


def _damaged(path: Path) -> None:
    path.write_bytes(b"x" * 5000)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [(_other_version, "is of version 9, but this ebit reads version 2"), (_damaged, "damaged")],
)
def test_a_log_of_another_version_is_refused(
    folder: Path, spoil: Callable[[Path], None], expected: str
) -> None:
    (folder / "node-0").mkdir()
    spoil(folder / "node-0" / "log.sqlite")
    assert expected in said(folder)


@pytest.mark.slow
def test_nodes_that_are_not_there_are_named_and_what_is_there_is_kept(folder: Path) -> None:
    path = folder / "node-0.toml"
    path.write_text(path.read_text().replace("delta = 0.5", "delta = 0.1\npatience = 3.0"))
    text = said(folder)
    assert "No agreement on round 1 for 3 s: 0 of 3 other nodes are reachable" in text
    assert "Connection refused" in text
    assert said(folder) == text  # again, from its log


def test_the_log_of_another_training_is_refused(folder: Path) -> None:
    path = folder / "node-0.toml"
    path.write_text(path.read_text().replace("delta = 0.5", "delta = 0.1\npatience = 0.3"))
    said(folder)
    with np.load(folder / "node-0.npz") as file:
        x, y, theta = file["x"], file["y"], file["theta"]
    np.savez(folder / "node-0.npz", x=x, y=y, theta=theta + 1)
    assert "is the log of another training" in said(folder)


def test_a_folder_with_something_in_it_is_not_written_to(folder: Path) -> None:
    with pytest.raises(EbitError, match="is not empty"):
        lay_out(folder, 4, 1, 2)
    with pytest.raises(EbitError, match="`delta` must be a number more than 0"):
        lay_out(folder / "new", 4, 1, 2, delta=0.0)
    with pytest.raises(EbitError, match="3 nodes bear at most 0 faulty nodes"):
        lay_out(folder / "new", 3, 1, 2)
    assert not (folder / "new").exists()
