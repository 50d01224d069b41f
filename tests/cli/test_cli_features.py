"""Features that are not one for each qubit: padding, passes, and whose column is whose."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from command_line import error_of, run_ebit
from ebit.cli import compare
from ebit.cli.options import Given
from ebit.data import Dataset, load
from ebit.errors import EbitError
from ebit.results import default_qubits, load_model, make_task
from ebit.results.run import parts_of, places_of

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
    (6, ("--qpus", 3, "--features", "f0,f1,f2|f3,f4,f5"), "to 2 QPUs (3, 3), but `qpus` is 3"),
    (7, ("--sizes", "2,4", "--passes", 1), "There are 7 features, but the QPUs take [2, 4]"),
    (40, ("--qubits", 2, "--passes", 2), "There are 40 features, but the QPUs take [4, 4], 8"),
    (5, ("--features", "0,1,2,3|4", "--qubits", 2, "--passes", 1), "QPU A 4 columns, but it takes"),
    (5, ("--sizes", "3,1"), "`sizes` must be a whole number from 2 to 16"),
    (5, ("--features", "f0,f1|"), "`features` has an empty name"),
    (5, ("--sizes", "3,2", "--qubits", 2), "`sizes` ('3,2') and `qubits` (2) both say"),
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


BLOCKS: list[tuple[str, dict[str, Any], tuple[int, int], list[int]]] = [
    ("f4,f0,f1|f2,f3", {}, (3, 1), [0, 1, 2, 3, 4]),
    ("f4,f0,f1|f2,f3", {"qubits": 4}, (4, 1), [0, 1, 2, 4, 5]),
    ("f4,f0,f1|f2,f3", {"qubits": 2}, (2, 2), [0, 1, 2, 4, 5]),
    ("f0|f1,f2,f3,f4", {"sizes": (3, 2)}, (3, 2), [0, 6, 7, 8, 9]),
    ("f0|f1,f2,f3,f4", {"resource": "dnn", "sizes": (2, 4)}, (4, 1), [0, 4, 5, 6, 7]),
    ("f0,f1|f2,f3|f4", {"qpus": 3}, (2, 1), [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("choice", "settings", "expected", "places"), BLOCKS)
def test_each_qpu_gets_its_own_columns(
    choice: str, settings: dict[str, Any], expected: tuple[int, int], places: list[int]
) -> None:
    part = table(5)
    columns = dict(zip(part.feature_names, part.x_train.T, strict=True))
    data = load({**columns, "label": part.y_train}, features=choice)
    assert data.blocks == tuple(block.count(",") + 1 for block in choice.split("|"))
    model = make_task(data, depth=1, **{"resource": "none", **settings}).model
    assert ((model.qubits, model.passes), places_of(data, model)) == (expected, places)


def test_blocks_are_other_data_unless_they_are_equal() -> None:
    columns = dict(zip("abcd", table(4).x_train.T, strict=True))
    data = {
        choice: load({**columns, "label": table(4).y_train}, features=choice)
        for choice in ("a,b,c,d", "a,b|c,d", "a,b,c|d")
    }
    assert len({found.fingerprint for found in data.values()}) == 2
    assert data["a,b,c,d"].fingerprint == data["a,b|c,d"].fingerprint
    with pytest.raises(EbitError, match=r"columns to 2 QPUs .2, 2., but `qpus` is 3"):
        make_task(data["a,b|c,d"], resource="none", qpus=3)


SIZES: list[tuple[int, str, tuple[int, list[int]]]] = [
    (8, "4,2,2", (1, [4, 2, 2])),
    (7, "2,4", (2, [4, 3])),
    (5, "2,4", (1, [2, 3])),
    (13, "3,2,2", (2, [5, 4, 4])),
]


@pytest.mark.parametrize(("features", "sizes", "expected"), SIZES)
def test_shares_of_different_sizes(
    features: int, sizes: str, expected: tuple[int, list[int]]
) -> None:
    data = table(features)
    model = make_task(data, resource="none", qpus=sizes.count(",") + 1, sizes=sizes).model
    assert (model.passes, parts_of(data, model)) == expected


def test_own_columns_are_said_and_predicted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 5)
    choice = ("--features", "f4,f0,f1|f2,f3", "--qubits", 2)
    done = run_ebit("train", "--data", path, *TINY, *choice, "--out", tmp_path / "out")
    assert "Note: 5 features (3, 2 on A, B) go into 2 passes" in done.err
    (model,) = (tmp_path / "out").rglob("*.safetensors")
    run_ebit("predict", model, "--data", path, "--out", tmp_path / "found.csv")
    found = pl.read_csv(tmp_path / "found.csv")["expectation"].to_numpy()
    full = np.zeros((12, 8))
    full[:, [1, 2, 4, 5, 0]] = table(5).x_train
    np.testing.assert_allclose(found, load_model(model).expectation(full, 0), atol=1e-6)


def test_resources_of_a_comparison_fit_the_smallest_qpu() -> None:
    names = compare._names(None, Given({"sizes": "4,2"}), table(6), on_network=False)
    assert [name for name in names if name.startswith("bell:")] == ["bell:1", "bell:2"]


def test_the_default_is_rounded_up() -> None:
    assert [default_qubits(table(k)) for k in (1, 4, 5, 8, 9)] == [2, 2, 3, 4, 5]


def test_a_network_of_many_leaves_out_what_no_link_says() -> None:
    given = Given({"qpus": 3})
    found = [compare._names(None, given, table(6), on_network=on) for on in (False, True)]
    assert set(found[0]) - set(found[1]) == {"ghz:3"}
