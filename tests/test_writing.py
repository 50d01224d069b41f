import errno
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from ebit.errors import EbitError
from ebit.writing import check_writable, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_a_new_file_and_its_folders(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "c.bin", b"12")
    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"12"
    assert names(tmp_path / "a" / "b") == ["c.bin"]


def test_the_rights_are_those_of_any_new_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(EbitError, match="Cannot write") as caught:
        write_atomically(path, b"new")
    assert ("free some space" in str(caught.value)) == (code != errno.EIO)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    """Neither a file nor its folders: what follows may fail."""
    check_writable(tmp_path / "a" / "b" / "c.bin")
    assert names(tmp_path) == []
    (tmp_path / "a").mkdir()
    check_writable(tmp_path / "a" / "b" / "c.bin")
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == []


def test_another_process_takes_the_empty_folder_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own check ends between our folder and our file."""
    folder, made = tmp_path / "a", Path.mkdir
    times = iter(range(3))

    def away(path: Path, *args: Any, **kwargs: Any) -> None:
        made(path, *args, **kwargs)
        if path == folder and next(times, None) is not None:
            folder.rmdir()

    monkeypatch.setattr(Path, "mkdir", away)
    write_atomically(folder / "b", b"12")
    assert names(folder) == ["b"]


def test_links_that_go_round_in_circles(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path / "loop" / "a", tmp_path / "loop"):
        try:
            check_writable(path)
            write_atomically(path, b"new")
        except EbitError as error:
            assert str(error).startswith("Cannot write")
    assert names(tmp_path) == ["loop"]


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("function", [lambda p: write_atomically(p, b"1"), check_writable])
@pytest.mark.parametrize("place", ["file/x", "folder", "", "file/a/b", "x" * 300])
def test_places_that_cannot_be_written(tmp_path: Path, function: object, place: str) -> None:
    (tmp_path / "file").write_text("keep")
    (tmp_path / "folder").mkdir()
    assert callable(function)
    with pytest.raises(EbitError, match=r"^Cannot write '.*' \(.*\): choose a place.*\.$"):
        function(tmp_path / place)
    assert names(tmp_path) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "keep"


def test_checking_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("keep")
    check_writable(tmp_path / "a")
    check_writable(tmp_path / "b")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "keep"


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder" / "target")
    write_atomically(tmp_path / "link", b"1")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "target").read_bytes() == b"1"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_writable(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_atomically(pipe, b"content")
    reader.join(timeout=10)
    assert received == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "a"
    versions = [bytes([k]) * 200_000 for k in range(2)]
    write_atomically(path, versions[0])
    stop = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(30):
        write_atomically(path, versions[k % 2])
    stop.set()
    reader.join()
    assert seen <= set(versions)
    assert seen
