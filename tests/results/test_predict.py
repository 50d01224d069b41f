from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ebit import EbitError, load_model, predict
from ebit.learning.arrays import load_arrays, save_arrays


@pytest.fixture
def points(finished: Any) -> pl.DataFrame:
    return pl.read_csv(finished.folder.parent / "points.csv")


def test_predictions_of_the_file_that_was_trained_on(finished: Any, points: pl.DataFrame) -> None:
    stored = load_model(finished.model_path)
    for run in range(2):
        table = predict(stored, finished.folder.parent / "points.csv", run=run)
        assert table.columns == ["row", "expectation", "prediction", "label", "correct"]
        assert table["row"].to_list() == list(range(60))
        assert table["label"].to_list() == points["label"].to_list()
        assert (table["prediction"] == table["label"]).to_list() == table["correct"].to_list()
        assert (table["prediction"] == "yes").to_list() == (table["expectation"] >= 0).to_list()
        right = 15 * finished.rows["validation_accuracy"][run]  # a quarter of the file
        right += 45 * finished.rows["train_accuracy"][run]
        assert table["correct"].sum() == pytest.approx(right)


def test_the_best_run_is_the_default(finished: Any) -> None:
    stored = load_model(finished.model_path)
    path = finished.folder.parent / "points.csv"
    assert predict(stored, path).equals(predict(stored, path, run=stored.best_run))


def test_columns_are_found_by_name_and_labels_are_optional(
    finished: Any, points: pl.DataFrame, tmp_path: Path
) -> None:
    stored = load_model(finished.model_path)
    full = predict(stored, finished.folder.parent / "points.csv")
    for name, columns in {"a.csv": "dcba", "b.parquet": "badc"}.items():
        path = tmp_path / name
        table = points.select(*columns)
        table.write_csv(path) if path.suffix == ".csv" else table.write_parquet(path)
        assert predict(stored, path).equals(full.drop("label", "correct"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop("c"), "lacks the feature column"),
        (lambda table: table.with_columns(c=pl.lit(float("nan"))), "`c`"),
        (lambda table: table.with_columns(c=pl.lit("x")), "`c`"),
        (lambda table: table.with_columns(label=pl.lit("perhaps")), "perhaps"),
        (lambda table: table.head(0), "rows"),
    ],
)
def test_files_that_do_not_fit(
    finished: Any, points: pl.DataFrame, tmp_path: Path, change: Any, message: str
) -> None:
    path = tmp_path / "bad.csv"
    change(points).write_csv(path)
    with pytest.raises(EbitError, match=message) as caught:
        predict(load_model(finished.model_path), path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_run_that_is_not_there_is_said_first(finished: Any, tmp_path: Path) -> None:
    with pytest.raises(EbitError, match="`run` must be from 0 to 1"):
        predict(load_model(finished.model_path), tmp_path / "gone.csv", run=2)


@pytest.mark.parametrize(
    "preparation",
    ["{}", '{"scaling": 3}', '{"scaling": {}, "feature_names": 1}'],
)
def test_a_model_without_its_preparation(finished: Any, tmp_path: Path, preparation: str) -> None:
    _, metadata = load_arrays(finished.model_path)
    path = tmp_path / "altered.safetensors"
    parameters = load_model(finished.model_path).parameters
    save_arrays(path, parameters, {**metadata, "preparation": preparation})
    with pytest.raises(EbitError):
        predict(load_model(path), finished.folder.parent / "points.csv")


def test_many_rows_are_done_in_parts(finished: Any, tmp_path: Path, points: pl.DataFrame) -> None:
    stored = load_model(finished.model_path)
    path = tmp_path / "many.csv"
    pl.concat([points] * 40).write_csv(path)
    many = predict(stored, path)["expectation"].to_numpy()
    once = predict(stored, finished.folder.parent / "points.csv")["expectation"].to_numpy()
    np.testing.assert_allclose(many, np.tile(once, 40), atol=1e-5)


def test_shots_give_estimates_near_the_exact_expectations(finished: Any) -> None:
    stored = load_model(finished.model_path)
    path = finished.folder.parent / "points.csv"
    exact = predict(stored, path)
    table = predict(stored, path, shots=400, seed=3)
    assert table.columns == [
        "row", "expectation", "standard_error", "prediction", "label", "correct"
    ]  # fmt: skip
    error = table["standard_error"].to_numpy()
    difference = (table["expectation"] - exact["expectation"]).to_numpy()
    assert np.all(np.abs(difference) <= 4 * error)
    assert np.all(error > 0)
    assert not table["expectation"].equals(exact["expectation"])
    assert (table["prediction"] == "yes").to_list() == (table["expectation"] >= 0).to_list()
    assert table.equals(predict(stored, path, shots=400, seed=3))
    assert not table.equals(predict(stored, path, shots=400, seed=4))


@pytest.mark.parametrize(("setting", "value"), [("shots", 0), ("shots", 2.5), ("seed", -1)])
def test_bad_settings_are_said_before_the_file_is_read(
    finished: Any, tmp_path: Path, setting: str, value: Any
) -> None:
    options = {"shots": 10, setting: value}
    with pytest.raises(EbitError, match=f"Argument `{setting}`"):
        predict(load_model(finished.model_path), tmp_path / "gone.csv", **options)
