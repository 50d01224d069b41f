"""Whatever lies in a file, the readers raise EbitError or return sound data."""

import contextlib
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ebit.data import DataSource, Scaling, load, read_features
from ebit.errors import EbitError

fast = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
slow = settings(fast, max_examples=10)
csv_text = st.text(st.sampled_from('a1.,-"\n\r \t;e\x00\u2028\ufeffé'), max_size=60)
mutations = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6)


def attempt(path: Path, raw: bytes) -> None:
    """Load and read a file with these bytes; any error but a one-line EbitError fails the test."""
    path.write_bytes(raw)
    try:
        data = load(DataSource(source=str(path), scale="angles"))
    except EbitError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert np.all((data.x_train >= 0) & (data.x_train <= np.pi))
    with contextlib.suppress(EbitError):
        read_features(
            path, feature_names=("x0", "x1"), class_names=("0", "1"), scaling=Scaling(), label="y"
        )


def mutated(raw: bytes, changes: list[tuple[float, int]]) -> bytes:
    """Overwrite bytes at relative places."""
    result = bytearray(raw)
    for place, value in changes:
        result[int(place * (len(raw) - 1))] = value
    return bytes(result)


def npz_bytes(compressed: bool) -> bytes:
    buffer = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(buffer, x=np.arange(16.0).reshape(8, 2), y=np.arange(8) % 2)
    return buffer.getvalue()


def parquet_bytes() -> bytes:
    buffer = io.BytesIO()
    rows = 40
    frame = pl.DataFrame({"x0": range(rows), "x1": [0.5] * rows, "y": ["u", "v"] * (rows // 2)})
    frame.write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("extension", ["csv", "npz", "parquet"])
@fast
@given(raw=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, extension: str, raw: bytes) -> None:
    attempt(tmp_path / f"d.{extension}", raw)


@slow
@given(raw=st.binary(max_size=200))
def test_random_bytes_between_parquet_marks(tmp_path: Path, raw: bytes) -> None:
    attempt(tmp_path / "d.parquet", b"PAR1" + raw + b"PAR1")


@fast
@given(text=csv_text)
def test_random_csv_text(tmp_path: Path, text: str) -> None:
    attempt(tmp_path / "d.csv", text.encode())


@settings(fast, max_examples=40)
@given(rows=st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=3), max_size=6))
def test_random_csv_fields(tmp_path: Path, rows: list[list[str]]) -> None:
    quoted = [",".join('"' + f.replace('"', '""') + '"' for f in row) for row in rows]
    attempt(tmp_path / "d.csv", "\n".join(["x0,x1", *quoted]).encode())


@pytest.mark.parametrize("compressed", [False, True])
@fast
@given(changes=mutations)
def test_damaged_npz(tmp_path: Path, compressed: bool, changes: list[tuple[float, int]]) -> None:
    attempt(tmp_path / "d.npz", mutated(npz_bytes(compressed), changes))


@slow
@given(changes=mutations)
def test_damaged_parquet(tmp_path: Path, changes: list[tuple[float, int]]) -> None:
    attempt(tmp_path / "d.parquet", mutated(parquet_bytes(), changes))


@fast
@given(features=st.text(max_size=20), label=st.text(max_size=5), positive=st.text(max_size=5))
def test_random_options(tmp_path: Path, features: str, label: str, positive: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text("a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n")
    for options in ({"features": features}, {"label": label}, {"positive": positive}):
        with contextlib.suppress(EbitError):
            load(DataSource(source=str(path), **options))


@fast
@given(source=st.text(max_size=30).filter(lambda text: text != "-"))  # that is stdin
def test_random_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    with contextlib.suppress(EbitError):
        load(source)
