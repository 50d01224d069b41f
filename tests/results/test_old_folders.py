"""Folders that earlier versions wrote are read as if they were of today."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ebit import Store, load_model, predict, summarize, train
from ebit.learning.arrays import load_arrays, save_arrays
from ebit.results import COLUMNS, completed
from ebit.results.store import read_rows, write_rows

FIRST = [column.name for column in COLUMNS if column.since is None]
UNITS = ["ebits", "bits", "nonlocal_gates", "rounds"]


@pytest.fixture
def old(finished: Any, tmp_path: Path) -> Path:
    """A folder as the first version wrote it: fewer columns, a model that says less."""
    store = Store(tmp_path)
    rows = finished.rows.select(*FIRST, *[f"{unit}_per_inference" for unit in UNITS])
    rows = rows.drop("inferences_training", "waiting_seconds_per_inference")
    write_rows(store.path(finished.task.hash), rows)
    _, metadata = load_arrays(finished.model_path)
    kept = {name: text for name, text in metadata.items() if name not in ("made", "sha256")}
    model = load_model(finished.model_path)
    save_arrays(store.model_path(finished.task.hash), model.parameters, kept)
    return tmp_path


@pytest.mark.usefixtures("no_training")
def test_a_task_of_an_old_folder_is_finished(finished: Any, old: Path) -> None:
    rows = train(finished.dataset, finished.task, old)
    assert rows["validation_accuracy"].to_list() == finished.rows["validation_accuracy"].to_list()
    assert "b1" not in read_rows(Store(old).path(finished.task.hash)).columns


def test_old_rows_are_filled_in(finished: Any, old: Path) -> None:
    rows = completed(Store(old).rows())
    assert set(rows.columns) == set(finished.rows.columns)
    first = rows.row(0, named=True)
    assert (first["b1"], first["b2"], first["minibatches"]) == (0.9, 0.999, "permuted")
    assert (first["pooling"], first["noise"], first["device"]) == ("halves", None, None)
    renamed = Store(old).rows().with_columns(task=pl.lit("0"))
    mixed = pl.concat([finished.rows, renamed], how="diagonal")
    assert completed(mixed)["schedule"].to_list() == ["constant"] * 4
    summary = summarize(mixed)
    assert summary["validation_accuracy_mean"].n_unique() == 1
    assert summary["device"].to_list()[1] is None


def test_an_old_model_predicts(finished: Any, old: Path) -> None:
    stored = load_model(Store(old).model_path(finished.task.hash))
    assert stored.made == {}
    path = finished.folder.parent / "points.csv"
    assert_frame_equal(predict(stored, path), predict(load_model(finished.model_path), path))


def test_lines_of_splits_are_put_together(finished: Any) -> None:
    rows = finished.rows.with_columns(split=pl.lit(0, pl.Int64))
    again = {"split": pl.lit(1, pl.Int64), "seed": pl.lit(9, pl.Int64)}
    other = rows.with_columns(task=pl.lit("1"), seconds=pl.lit(2.0), **again)
    summary = summarize(pl.concat([rows, other]))
    assert summary.height == 1
    assert summary["runs"].item() == 4
    assert summary["splits"].item() == 2
    assert summary["seconds"].item() == pytest.approx(rows["seconds"][0] + 2.0)
    deeper = other.with_columns(depth=pl.lit(7, pl.Int64))
    assert summarize(pl.concat([rows, other, deeper])).height == 2


def test_columns_have_their_types(finished: Any) -> None:
    for column in COLUMNS:
        assert finished.rows.schema[column.name] == column.dtype, column.name
