"""Features that are not one for each qubit: padding, passes, and whose column is whose."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from command_line import error_of, run_ebit
from ebit.data import Dataset
from ebit.results import default_qubits, load_model, make_task

TINY = ("--depth", 1, "--steps", 2, "--runs", 1, "--resource", "none")


def table(features: int) -> Dataset:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 3, (12, features)), np.where(np.arange(12) % 2, 1, -1)
    names = tuple(f"f{k}" for k in range(features))
    return Dataset(x, y, x[:4], y[:4], "table", ("no", "yes"), names)


def write(path: Path, features: int) -> Path:
    data = table(features)
    columns = dict(zip(data.feature_names, data.x_train.T, strict=True))
    pl.DataFrame({**columns, "label": data.y_train}).write_csv(path)
    return path


SHAPES: list[tuple[int, dict[str, Any], tuple[int, int]]] = [
    (3, {}, (2, 1)),
    (5, {}, (3, 1)),
    (5, {"qubits": 2}, (2, 2)),
    (4, {"qubits": 4}, (4, 1)),
    (9, {"qpus": 3, "qubits": 2}, (2, 2)),
    (9, {"qpus": 3, "passes": 2}, (2, 2)),
]


@pytest.mark.parametrize(("features", "settings", "expected"), SHAPES)
def test_qubits_and_passes(
    features: int, settings: dict[str, Any], expected: tuple[int, int]
) -> None:
    model = make_task(table(features), resource="none", depth=1, **settings).model
    assert (model.qubits, model.passes) == expected


def test_fewer_features_are_said_and_predicted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 5)
    done = run_ebit("train", "--data", path, *TINY, "--out", tmp_path / "out")
    assert "Note: 5 features leave 1 of 6 angles at 0." in done.err
    (model,) = (tmp_path / "out").rglob("*.safetensors")
    stored = load_model(model)
    assert stored.preparation["places"] == [0, 1, 2, 3, 4]
    run_ebit("predict", model, "--data", path, "--out", tmp_path / "found.csv")
    found = pl.read_csv(tmp_path / "found.csv")["expectation"].to_numpy()
    x = table(5).x_train
    full = np.concatenate([x, np.zeros((12, 1))], axis=1)
    np.testing.assert_allclose(found, stored.expectation(full, 0), atol=1e-6)


@pytest.mark.slow
def test_more_features_are_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 7)
    done = run_ebit("train", "--data", path, *TINY, "--qubits", 2, "--out", tmp_path / "out")
    assert "Note: 7 features go into 2 passes of the embedding and leave 1 of 8" in done.err


BAD: list[tuple[int, tuple[Any, ...], str]] = [
    (7, ("--qubits", 2, "--passes", 1), "has 7 features, but 2 QPUs of 2 qubits take 4"),
    (40, (), "has 40 features, but 2 QPUs of 16 qubits take 32"),
    (6, ("--qpus", 3, "--features", "f0,f1,f2|f3,f4,f5"), "to 2 QPUs (`f0,f1,f2|f3,f4,f5`)"),
    (7, ("--sizes", "2,4"), "`sizes` must take [4, 3] features"),
]  # fmt: skip


@pytest.mark.parametrize(("features", "options", "words"), BAD)
def test_what_does_not_fit(
    tmp_path: Path, features: int, options: tuple[Any, ...], words: str
) -> None:
    path = write(tmp_path / "a.csv", features)
    assert words in error_of("train", "--data", path, *TINY, *options, "--out", tmp_path / "out")


@pytest.mark.slow
def test_columns_of_three_qpus(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 6)
    choice = ("--qpus", 3, "--features", "f0,f3|f1,f4|f2,f5")
    run_ebit("train", "--data", path, *TINY, *choice, "--out", tmp_path / "out")
    (model,) = (tmp_path / "out").rglob("*.safetensors")
    assert load_model(model).preparation["feature_names"] == ["f0", "f3", "f1", "f4", "f2", "f5"]


def test_the_default_is_rounded_up() -> None:
    assert [default_qubits(table(k)) for k in (1, 4, 5, 8, 9)] == [2, 2, 3, 4, 5]
