import io
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ebit import EbitError, Store

ROWS = pl.DataFrame(
    {
        "task": ["a" * 64] * 2,
        "run": [0, 1],
        "validation_accuracy": [0.5, 1 / 3],
        "success_probability": pl.Series([None, None], dtype=pl.Float64),
        "train_loss_curve": [[0.5, 0.25], [1e-300, 2.0]],
    }
)


def keep(folder: Path, name: str, rows: pl.DataFrame) -> Store:
    store = Store(folder)
    store.put(name, rows)
    store.model_path(name).parent.mkdir(exist_ok=True)
    store.model_path(name).write_bytes(b"")
    return store


def test_rows_come_back_exactly_and_merge(tmp_path: Path) -> None:
    store = keep(tmp_path / "deep" / "er", "a", ROWS)
    other = ROWS.with_columns(pl.lit("b").alias("task"), pl.lit(1).alias("more"))
    keep(store.folder, "b", other)
    found = store.get("a")
    assert found is not None
    assert_frame_equal(found, ROWS)
    merged = store.rows()
    assert merged.height == 4
    assert merged["more"].to_list() == [None, None, 1, 1]


def test_any_parquet_reader_reads_the_files(tmp_path: Path) -> None:
    store = keep(tmp_path, "a", ROWS)
    assert_frame_equal(pl.read_parquet(io.BytesIO(store.path("a").read_bytes())), ROWS)


def test_a_task_is_finished_with_its_rows_and_its_model(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.has("a")
    assert store.get("a") is None
    assert store.rows().is_empty()
    store.put("a", ROWS)
    assert not store.has("a")
    assert store.get("a") is None
    keep(tmp_path, "a", ROWS)
    assert store.has("a")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damage_is_an_error_of_one_line(tmp_path: Path, data: st.DataObject) -> None:
    store = keep(tmp_path, "a", ROWS)
    content = bytearray(store.path("a").read_bytes())
    length = len(content)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, length - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, length - 1) | st.just(length))
    whole = bytes(content[:cut]) == store.path("a").read_bytes()
    store.path("a").write_bytes(content[:cut])
    if whole:
        assert_frame_equal(store.rows(), ROWS)
    else:
        with pytest.raises(EbitError, match=r"^Result file '.*a\.parquet' is damaged.*run again"):
            store.get("a")


def test_a_parquet_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    store = keep(tmp_path, "a", ROWS)
    ROWS.write_parquet(store.path("a"))
    with pytest.raises(EbitError, match="not of ebit"):
        store.rows()


@pytest.mark.parametrize("place", ["file", "file/x", "/proc/x"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("keep")
    store = Store(tmp_path / place)
    with pytest.raises(EbitError, match="Cannot write"):
        store.check_writable()
    with pytest.raises(EbitError, match="Cannot write"):
        store.put("a", ROWS)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_models_must_be_writable_too(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the place of the folder")
    with pytest.raises(EbitError, match="models"):
        Store(tmp_path).check_writable()


def test_a_folder_whose_name_is_too_long_is_one_line() -> None:
    store = Store("x" * 300)
    for look in (store.sweep, store.finished):
        with suppress(EbitError):  # listings of newer Pythons find nothing there
            look()
    with pytest.raises(EbitError, match=r"Cannot use the folder .* choose another"):
        store.has("0" * 64)
