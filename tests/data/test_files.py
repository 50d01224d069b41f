from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from data_helpers import write_table
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ebit.data import DataSource, load

EXTENSIONS = ["csv", "parquet", "npz"]
QUICK = ["csv", "npz"]  # decoding Parquet starts a process
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "hwang2025_dataset1.npz"


def table(rows: int = 20, features: int = 4, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"x{i}": rng.normal(size=rows).tolist() for i in range(features)}
    return columns | {"y": (np.arange(rows) % 2).tolist()}


def load_with(path: Path, **options: Any) -> Any:
    return load(DataSource(source=str(path), **options))


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(rows=[(0.0, 1.7e308, True), (0.0, -1e308, False)], scale="angles")
@given(
    rows=st.lists(
        st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2, st.booleans()),
        min_size=2,
        max_size=12,
    ),
    scale=st.sampled_from(["none", "angles"]),
)
def test_three_formats_give_the_same_data(
    tmp_path: Path, rows: list[tuple[float, float, bool]], scale: str
) -> None:
    rows = [(0.0, 1.0, True), (1.0, 2.0, False), *rows, (2.0, 3.0, True), (3.0, 4.0, False)]
    first, second, truth = zip(*rows, strict=True)
    columns = {"x0": first, "x1": second, "y": [int(t) for t in truth]}
    prints = set()
    for extension in EXTENSIONS:
        data = load_with(write_table(tmp_path / f"d.{extension}", columns), scale=scale)
        prints.add(data.fingerprint)
        assert data.feature_names == ("x0", "x1")
        assert data.class_names == ("0", "1")
        assert data.label == "y"
        assert data.name == f"d.{extension}"
    assert len(prints) == 1


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_split_is_stratified_and_deterministic(tmp_path: Path, extension: str) -> None:
    columns = table(rows=40)
    columns["y"] = [1] * 8 + [0] * 32
    path = write_table(tmp_path / f"d.{extension}", columns)
    data = load_with(path)
    assert (np.sum(data.y_train == 1), np.sum(data.y_validation == 1)) == (6, 2)
    assert (np.sum(data.y_train == -1), np.sum(data.y_validation == -1)) == (24, 8)
    everything = np.concatenate([data.x_train, data.x_validation])
    expected = np.array([columns[f"x{i}"] for i in range(4)]).T
    assert np.array_equal(np.sort(everything, axis=0), np.sort(expected, axis=0))
    assert load_with(path).fingerprint == data.fingerprint
    assert load_with(path, split_seed=1).fingerprint != data.fingerprint


@settings(max_examples=40, deadline=None)
@given(
    positives=st.integers(2, 30),
    negatives=st.integers(2, 30),
    fraction=st.floats(0.001, 0.999),
    seed=st.integers(0, 2**32),
)
def test_both_classes_are_in_both_parts(
    positives: int, negatives: int, fraction: float, seed: int
) -> None:
    from ebit.data.split import stratified_split

    y = np.array([1.0] * positives + [-1.0] * negatives)
    train, validation = stratified_split("File `a.csv`", y, fraction, seed)
    assert sorted([*train, *validation]) == list(range(len(y)))
    assert set(y[train]) == set(y[validation]) == {-1.0, 1.0}
    assert abs(len(validation) - fraction * len(y)) <= 2


def test_angles_are_fitted_to_the_training_part_only(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    y = np.array([0, 1])
    np.savez(path, x_train=[[0.0], [2.0]], y_train=y, x_validation=[[1.0], [9.0]], y_validation=y)
    data = load_with(path, scale="angles")
    assert data.scaling.maximum == (2.0,)
    assert data.x_train.ravel().tolist() == [0.0, np.pi]
    assert data.x_validation.ravel().tolist() == [np.pi / 2, np.pi]


def test_given_parts_are_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    x = np.arange(12.0).reshape(6, 2)
    y = np.array(["no", "yes", "no", "yes", "yes", "yes"])
    np.savez(path, x_train=x[:4], y_train=y[:4], x_validation=x[4:], y_validation=y[4:])
    data = load_with(path)
    assert np.array_equal(data.x_train, x[:4])
    assert np.array_equal(data.x_validation, x[4:])
    assert data.y_train.tolist() == [-1, 1, -1, 1]
    assert data.y_validation.tolist() == [1, 1]
    assert data.class_names == ("no", "yes")


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ("x3,x1|x0,x2", ("x3", "x1", "x0", "x2")),
        ("3, 1 | 0, 2", ("x3", "x1", "x0", "x2")),
        ("x2|x0", ("x2", "x0")),
        ("0,1,2,3", ("x0", "x1", "x2", "x3")),
        (None, ("x0", "x1", "x2", "x3")),
    ],
)
@pytest.mark.parametrize("extension", QUICK)
def test_features_choose_and_order(
    tmp_path: Path, extension: str, features: str | None, expected: tuple[str, ...]
) -> None:
    path = write_table(tmp_path / f"d.{extension}", table())
    data, whole = load_with(path, features=features), load_with(path)
    assert data.feature_names == expected
    columns = [whole.feature_names.index(name) for name in expected]
    assert np.array_equal(data.x_train, whole.x_train[:, columns])


def test_a_name_wins_over_a_place(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    rows = {"1": [10, 30] * 2, "0": [20, 40] * 2, "label": ["a", "b"] * 2}
    pl.DataFrame(rows).write_parquet(path)
    data = load_with(path, features="0|1")
    assert data.feature_names == ("0", "1")
    assert set(data.x_train[:, 0]) <= {20.0, 40.0}


@pytest.mark.parametrize(
    ("header", "label", "expected"),
    [
        ("a,b,c", None, "c"),
        ("target,b,c", None, "target"),
        ("target,Y,c", None, "Y"),
        ("y,target,Label", None, "Label"),
        ("a,label,c", "a", "a"),
        (" a , label , c ", None, "label"),
    ],
)
def test_label_column(tmp_path: Path, header: str, label: str | None, expected: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(header + "\n" + "0,1,0\n1,0,1\n" * 2)
    data = load_with(path, label=label)
    assert data.label == expected
    assert data.features == 2
    assert expected not in data.feature_names


@pytest.mark.parametrize(
    ("values", "positive", "expected"),
    [
        ([-1, 1], None, ("-1", "1")),
        ([2, 10], None, ("2", "10")),
        (["b", "a"], None, ("a", "b")),
        ([0.5, 1.0], None, ("0.5", "1")),
        ([False, True], None, ("false", "true")),
        ([0, 1], "0", ("1", "0")),
        ([0, 1], 0, ("1", "0")),
        ([0.0, 1.0], "1.00", ("0", "1")),
        (["cat", "dog", "owl"], "dog", ("not dog", "dog")),
        ([1, 2, 3], 3, ("not 3", "3")),
        ([False, True], "True", ("false", "true")),
        ([False, True], 0, ("true", "false")),
        (["1_1", "1_2"], None, ("1_1", "1_2")),
        (["007", "7"], None, ("007", "7")),
        (["1e5", "0x10"], "1e5", ("0x10", "1e5")),
        (["\uff11", "1"], None, ("1", "\uff11")),
        ([2**53, 2**53 + 1], None, (str(2**53), str(2**53 + 1))),
        ([2**63, 2**63 + 1], 2**63, (str(2**63 + 1), str(2**63))),
        (["-", "+"], None, ("+", "-")),
        (["-1", "+1"], None, ("-1", "1")),
        (["1.1", "1.10"], None, ("1.1", "1.10")),
        (["0.000e+00", "1.000e+00"], "1", ("0", "1")),
    ],
)
@pytest.mark.parametrize("extension", QUICK)
def test_classes(
    tmp_path: Path, extension: str, values: list[Any], positive: Any, expected: tuple[str, str]
) -> None:
    columns = {"x0": [float(i) for i in range(4 * len(values))], "y": values * 4}
    path = write_table(tmp_path / f"d.{extension}", columns)
    data = load_with(path, positive=positive, features="x0")
    assert data.class_names == expected
    places = np.concatenate([data.x_train, data.x_validation]).ravel().astype(int)
    signs = np.concatenate([data.y_train, data.y_validation])
    texts = np.array([str(v).lower() for v in values])[places % len(values)]
    by_text = dict(zip(texts.tolist(), signs.tolist(), strict=True))
    assert len(by_text) == len(values)
    assert sum(sign == 1 for sign in by_text.values()) == 1
    (plus,) = [text for text, sign in by_text.items() if sign == 1]
    assert plus == expected[1] or float(plus) == float(expected[1])


def test_parquet_types(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    frame = pl.DataFrame(
        {
            "small": pl.Series([1, 2, 3, 4], dtype=pl.Int8),
            "text": [" 0.5", "1e3", "-2", "+7"],
            "single": pl.Series([0.5, 1, 2, 3], dtype=pl.Float32),
            "label": pl.Series(["u", "v", "u", "v"], dtype=pl.Categorical),
        }
    )
    frame.write_parquet(path)
    data = load_with(path, validation_fraction=0.5)
    x = np.concatenate([data.x_train, data.x_validation])
    assert sorted(x[:, 1].tolist()) == [-2.0, 0.5, 7.0, 1000.0]
    assert data.class_names == ("u", "v")


def test_csv_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(b"\xef\xbb\xbfa,label\r\n" + b'"1.5",yes\r\n2.5, no \r\n' * 2)
    data = load_with(path)
    assert data.feature_names == ("a",)
    assert data.class_names == ("no", "yes")


def test_name_with_glob_characters_is_one_file(tmp_path: Path) -> None:
    for extension in EXTENSIONS:
        path = write_table(tmp_path / f"d[1]*?.{extension}", table())
        assert load(path).features == 4


def test_extension_in_upper_case_and_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / "d.csv", table()).rename(tmp_path / "D.CSV")
    monkeypatch.chdir(tmp_path)
    assert load("D.CSV").name == "D.CSV"


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published data set is not here")
def test_published_data_set() -> None:
    data = load(PUBLISHED)
    assert data.x_train.shape == (1536, 8)
    assert data.x_validation.shape == (512, 8)
    assert data.class_names == ("-1", "1")
    with np.load(PUBLISHED) as arrays:
        assert np.array_equal(data.x_train, arrays["x_train"])
        assert np.array_equal(data.y_validation, arrays["y_validation"])
