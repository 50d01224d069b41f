"""What is left behind, of another version or in the way, in the folder of a store."""

import os
from pathlib import Path

import polars as pl
import pytest

from ebit import EbitError, Store, load_model, make_task, train
from ebit.data import load
from ebit.learning import Checkpoint
from ebit.results.store import write_rows


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, str]:
    data = load("chsh")
    task = make_task(data, resource="none", depth=1, steps=2, runs=1)
    folder = str(tmp_path_factory.mktemp("store"))
    train(data, task, folder)
    return Store(folder), task.hash


def test_what_is_left_behind_is_swept(finished: tuple[Store, str]) -> None:
    store, done = finished
    other = "f" * 64
    old, new = (store.folder / "rows" / f".{'01'[k] * 16}.tmp" for k in (0, 1))
    for path in (store.checkpoint_path(done), store.checkpoint_path(other), old, new):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    store.sweep()
    assert not store.checkpoint_path(done).exists()
    assert not old.exists()
    assert store.checkpoint_path(other).exists()
    assert new.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows.drop("run"), "column `run` is missing"),
        (lambda rows: rows.with_columns(run=pl.lit("a")), "column `run` is of another type"),
        (lambda rows: rows.head(0), "no runs"),
        (lambda rows: rows.with_columns(validation_accuracy=pl.lit(1e30)), "not from 0 to 1"),
    ],
)
def test_rows_of_another_version_are_one_line(
    finished: tuple[Store, str], change: object, reason: str
) -> None:
    store, done = finished
    good = store.get(done)
    assert good is not None
    assert callable(change)
    write_rows(store.path(done), change(good))
    try:
        with pytest.raises(EbitError, match=f"not of this version of ebit .*{reason}"):
            store.get(done)
    finally:
        write_rows(store.path(done), good)


def test_a_good_model_is_never_to_be_deleted(finished: tuple[Store, str], tmp_path: Path) -> None:
    store, done = finished
    assert load_model(str(store.model_path(done))).runs == 1
    for path in (tmp_path, tmp_path / "none", store.path(done)):
        with pytest.raises(EbitError) as raised:
            load_model(path)
        assert "delete" not in str(raised.value)


def test_a_folder_in_place_of_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(EbitError, match=r"^Checkpoint .* cannot be used"):
        Checkpoint(tmp_path, "a").load({})
    Checkpoint(tmp_path, "a").remove()
