from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_helpers import error_of, write_table

from ebit.data import DataSource, Scaling, load, read_features

EXTENSIONS = ["csv", "parquet", "npz"]
TRAINING: dict[str, list[Any]] = {
    "x0": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "x1": [9.0, 8.0, 7.0, 6.0, 5.0, 4.0],
    "x2": [0.0, 0.0, 1.0, 1.0, 2.0, 2.0],
    "y": ["no", "yes", "no", "yes", "no", "yes"],
}


def read(path: Path, **changes: Any) -> Any:
    options: dict[str, Any] = {
        "feature_names": ("x2", "x0"),
        "class_names": ("no", "yes"),
        "scaling": Scaling(),
    }
    return read_features(path, **(options | changes))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_prepares_new_data_as_training_did(tmp_path: Path, extension: str) -> None:
    path = write_table(tmp_path / f"d.{extension}", TRAINING)
    data = load(DataSource(source=str(path), scale="angles", features="x2|x0"))
    x, y = read_features(
        path,
        feature_names=data.feature_names,
        class_names=data.class_names,
        scaling=data.scaling,
        label=data.label,
    )
    assert y is not None
    stacked = np.column_stack([x, y])
    for rows, signs in ((data.x_train, data.y_train), (data.x_validation, data.y_validation)):
        for row in np.column_stack([rows, signs]):
            assert np.any(np.all(stacked == row, axis=1))


@pytest.mark.parametrize("extension", ["csv", "parquet"])
def test_finds_columns_by_name_and_ignores_others(tmp_path: Path, extension: str) -> None:
    columns: dict[str, list[Any]] = {
        "id": ["p", "q"],
        "x0": [1, 2],
        "note": [None, "z"],
        "x2": [3, 4],
    }
    x, y = read(write_table(tmp_path / f"new.{extension}", columns))
    assert x.tolist() == [[3, 1], [4, 2]]
    assert y is None


def test_npz_by_name_or_in_the_order_of_the_model(tmp_path: Path) -> None:
    path = tmp_path / "new.npz"
    np.savez(path, x=[[1.0, 2.0, 3.0]])
    x, y = read(path)
    assert x.tolist() == [[3, 1]]
    assert y is None
    x, _ = read(path, feature_names=("red", "green", "blue"))
    assert x.tolist() == [[1, 2, 3]]


def test_labels_are_found_by_stored_or_usual_name(tmp_path: Path) -> None:
    path = write_table(tmp_path / "new.csv", {"x2": [1], "x0": [2], "kind": ["yes"], "y": ["no"]})
    assert read(path)[1].tolist() == [-1]
    assert read(path, label="kind")[1].tolist() == [1]
    assert read(path, label="gone")[1] is None


def test_one_class_or_numbers_written_otherwise_are_fine(tmp_path: Path) -> None:
    path = write_table(tmp_path / "new.csv", {"x2": [1, 2], "x0": [2, 3], "y": ["1.0", "1"]})
    assert read(path, class_names=("0", "1"))[1].tolist() == [1, 1]
    assert read(path, class_names=("1", "2"))[1].tolist() == [-1, -1]
    assert read(path, class_names=("not 7", "7"))[1].tolist() == [-1, -1]


def test_new_values_are_clipped_like_the_training_range(tmp_path: Path) -> None:
    path = write_table(tmp_path / "new.csv", {"x2": [-5], "x0": [50], "y": ["no"]})
    x, _ = read(path, scaling=Scaling("angles", (0.0, 0.0), (1.0, 10.0)))
    assert x.tolist() == [[0, np.pi]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"x2": [1], "y": ["no"]}, "lacks the feature columns `x0` of the trained model"),
        ({"x2": [1], "x0": [2], "y": ["perhaps"]}, "value `perhaps`, but the classes are `no`"),
        ({"x2": [1], "x0": ["?"], "y": ["no"]}, "has `?`, not a finite number, in column `x0`"),
        ({"x2": [1], "x0": [2], "y": [None]}, "has no label in column `y`, row 1"),
    ],
)
def test_bad_new_file(tmp_path: Path, columns: dict[str, Any], expected: str) -> None:
    path = write_table(tmp_path / "new.parquet", columns)
    assert expected in error_of(lambda: read(path))


def test_bad_new_npz(tmp_path: Path) -> None:
    path = tmp_path / "new.npz"
    np.savez(path, x=np.zeros((3, 1)))
    assert "lacks the feature columns `x2`" in error_of(lambda: read(path))
    x, y = np.zeros((2, 2)), np.zeros(2)
    np.savez(path, x_train=x, y_train=y, x_validation=x, y_validation=y)
    assert "must have an array `x` of new rows" in error_of(lambda: read(path))


def test_scaling_of_another_model(tmp_path: Path) -> None:
    path = write_table(tmp_path / "new.csv", {"x2": [1], "x0": [2], "y": ["no"]})
    scaling = Scaling("angles", (0.0,), (1.0,))
    assert "must have shape (rows, 1)" in error_of(lambda: read(path, scaling=scaling))


def test_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in error_of(lambda: read(tmp_path / "gone.csv"))


def test_a_set_of_scikit_learn() -> None:
    data = load("iris")
    x, y = read_features(
        "iris",
        feature_names=data.feature_names,
        class_names=data.class_names,
        scaling=data.scaling,
        label=data.label,
    )
    assert y is not None
    both = [np.column_stack(parts) for parts in ((data.x_train, data.y_train), (x, y))]
    rows = {tuple(row) for row in both[1].tolist()}
    assert len(x) == 150
    assert {tuple(row) for row in both[0].tolist()} <= rows
