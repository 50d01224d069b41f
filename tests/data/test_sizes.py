"""Sizes before contents: small files that hold far too much end fast, in one line."""

import io
import os
import re
import socket
import struct
import tracemalloc
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from data_helpers import error_of

from ebit.data import load
from ebit.data.content import MOST_VALUES

LABELS = np.tile([0, 1], 12)


def npy(shape: str, dtype: str = "<f8", *, version: int = 1, padding: int = 0) -> bytes:
    """The first bytes of an array, and nothing of its values."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text) + padding)
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + bytes(padding)


def member(array: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array))
    return buffer.getvalue()


def archive(path: Path, members: Iterable[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (npy("(5000000, 8)") + bytes(10**7), None, f"but at most {MOST_VALUES} values are read"),
        (npy("(4, 9000000)"), None, "has 9000000 columns, but at most 10000 are read"),
        (
            npy("(1000000, 8)") + bytes(8 * 10**7),
            None,
            "must have an array `y` of shape (1000000,)",
        ),
        (None, npy("(30000000,)"), "30000000 rows of 1 columns"),
        (None, npy("(24,)", "<U9000000"), "bytes in array `y`, but at most"),
        (npy("(24, 4)", version=2, padding=10**7), None, "is truncated or damaged"),
        (npy(f"({10**40}, 4)"), None, "but at most"),
        (npy("(-1, 4)"), None, "is truncated or damaged"),
        (npy("(24, 4)", "|O8"), None, "pickled Python objects, which are never loaded"),
        (npy("(24, 4)"), None, "is truncated or damaged"),
    ],
)
def test_heads_of_arrays_are_read_first(
    tmp_path: Path, x: bytes | None, y: bytes | None, expected: str
) -> None:
    members = [("x.npy", x or member(np.eye(24))), ("y.npy", y or member(LABELS))]
    path = archive(tmp_path / "d.npz", members)
    tracemalloc.start()
    try:
        assert expected in error_of(lambda: load(path))
        assert tracemalloc.get_traced_memory()[1] < 2e6 + 2 * path.stat().st_size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["x", "y"], "has `x`, `y` without the ending .npy, which is no array"),
        (["a.txt"], "has `a.txt` without the ending .npy"),
        (["sub/x.npy", "y.npy"], "must have the arrays `x` and `y`"),
        (["x.npy.npy"], "must have the arrays `x` and `y`"),
    ],
)
def test_members_that_are_no_arrays(tmp_path: Path, names: list[str], expected: str) -> None:
    path = archive(tmp_path / "d.npz", [(name, member(LABELS)) for name in names])
    assert expected in error_of(lambda: load(path))


def test_two_members_of_one_name(tmp_path: Path) -> None:
    members = [("x.npy", member(np.eye(24))), ("y.npy", member(LABELS))]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "d.npz", [*members, members[0]])
    assert "has more than one array `x`: rename them" in error_of(lambda: load(path))


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pl.DataFrame({f"c{i}": [1] for i in range(10_001)}), "has 10001 columns, but at most"),
        (
            pl.DataFrame({n: pl.repeat(0, MOST_VALUES // 2 + 1, eager=True) for n in "ab"}),
            f"rows of 2 columns, but at most {MOST_VALUES} values are read",
        ),
        (
            pl.DataFrame({"a": [[0.0] * 5_000_000] * 4, "kind": list("uvuv")}),
            "must hold numbers in feature column `a`, but it holds List",
        ),
    ],
    ids=["columns", "values", "nested"],
)
def test_the_footer_of_parquet_is_read_first(
    tmp_path: Path, frame: pl.DataFrame, expected: str
) -> None:
    path = tmp_path / "d.parquet"
    frame.write_parquet(path)
    assert expected in error_of(lambda: load(path))


def test_columns_of_one_name_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    pl.DataFrame({"same1": [1, 2], "same2": [3, 4]}).write_parquet(path)
    raw = path.read_bytes().replace(b"same2", b"same1")
    for text in re.findall(rb"[A-Za-z0-9+/=]{80,}", raw):  # the names of Arrow
        raw = raw.replace(text, b64encode(b64decode(text).replace(b"same2", b"same1")))
    path.write_bytes(raw)
    assert "more than one column of the same name: rename them" in error_of(lambda: load(path))


def test_many_columns_of_csv_end_fast(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(",".join(f"c{i}" for i in range(200_000)) + "\n")
    assert "has 200000 columns" in error_of(lambda: load(path))


def test_many_rows_of_csv_stop_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebit.data.content.MOST_VALUES", 30_000)
    path = tmp_path / "d.csv"
    path.write_text("a,kind\n" + "1,u\n2,v\n" * 10_000)
    assert "but at most 30000 values are read" in error_of(lambda: load(path))


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.csv"))
        for path in (tmp_path / "pipe.csv", tmp_path / "s.csv", Path("/dev/zero")):
            assert "is no regular file" in error_of(partial(load, path))
