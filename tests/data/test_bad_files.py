import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from data_helpers import error_of, write_table

from ebit.data import DataSource, load, parquet

GOOD: dict[str, Any] = {
    "a": [0.1, 0.2, 0.3, 0.4],
    "b": [1.1, 1.2, 1.3, 1.4],
    "label": [0, 1, 0, 1],
}


def failure(path: Path, **options: Any) -> str:
    return error_of(lambda: load(DataSource(source=str(path), **options)))


def csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "d.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["gone.csv", "gone.npz", "gone.parquet", "no/such/file"])
def test_missing_file(tmp_path: Path, name: str) -> None:
    assert f"{name}` does not exist" in failure(tmp_path / name)


def test_missing_file_whose_name_has_line_breaks(tmp_path: Path) -> None:
    assert "does not exist" in failure(tmp_path / "a\r\nb\u2028c\x1b[31m.csv")


def test_name_that_the_system_refuses(tmp_path: Path) -> None:
    assert "cannot be read (File name too long)" in failure(tmp_path / ("x" * 5000 + ".csv"))


@pytest.mark.parametrize("name", ["folder", "folder.csv"])
def test_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert "is a directory" in failure(tmp_path / name)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_file_without_rights(tmp_path: Path) -> None:
    path = write_table(tmp_path / "d.csv", GOOD)
    path.chmod(0)
    assert "cannot be read (Permission denied)" in failure(path)


@pytest.mark.parametrize("name", ["d.txt", "d.npy", "d"])
def test_unknown_extension(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a,label\n")
    assert "use .npz, .csv or .parquet" in failure(tmp_path / name)


@pytest.mark.parametrize("extension", ["csv", "npz", "parquet"])
def test_empty_file(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"d.{extension}"
    path.touch()
    assert "is empty" in failure(path)


@pytest.mark.parametrize("extension", ["npz", "parquet"])
@pytest.mark.parametrize("kept", [3, 20, 0.5, 0.99])
def test_truncated_file(tmp_path: Path, extension: str, kept: float) -> None:
    path = write_table(tmp_path / f"d.{extension}", GOOD)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(kept if kept > 1 else kept * len(raw))])
    message = failure(path)
    assert "truncated" in message or "is not a" in message


def test_parquet_with_a_damaged_footer(tmp_path: Path) -> None:
    path = write_table(tmp_path / "d.parquet", GOOD)
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle:-8] = bytes(len(raw) - 8 - middle)
    path.write_bytes(raw)
    assert "is damaged, or" in failure(path)


def test_parquet_whose_decoder_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_table(tmp_path / "d.parquet", GOOD)
    worker = tmp_path / "dying.py"
    worker.write_text("import os\nos._exit(134)\n")
    monkeypatch.setattr(parquet, "PARQUET_WORKER", worker)
    assert "is damaged, or" in failure(path)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a,label\n1,2,3\n", "3 fields in row 1 (the first row is 1), but 2 column names"),
        (b"a,b,label\n1,2\n", "has 2 fields in row 1"),
        (b"caf\xe9,label\n1,2\n", "is not UTF-8 text (byte 3)"),
        (b"a,label\n1,\x002\n", "is not UTF-8 text (byte 10 is 0)"),
        (b"\xff\xfea\x00,", "is not UTF-16 text: save it as CSV UTF-8"),
        (b"\n\n", "has no rows"),
        (b"a,label\n", "has no rows"),
        (b"# a\n# b\n", "has no rows"),
        (b"a label\n1\n", "has only the column `a label`"),
        (b"a label\n1 0\n", "separates its columns by spaces: use commas"),
        (b'"a" "y"\n"1" 0.5 "u"\n"2" 0.7 "v"\n', "by spaces: use commas, semicolons, tabs or bars"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:a\n", "a pointer of Git LFS"),
        (b"a,b;c,label\n1,2;3,0\n1,2;3,1\n", "has `2;3`, not a finite number, in column `b;c`"),
        (b"0.1,0.2,1\n0.3,0.4,0\n", "has no line of column names"),
        (b"0.1,0.2,cat\n0.3,0.4,dog\n", "its first line has `0.1`, `0.2` where names belong"),
        (b"a,?,cat\n1,0.4,dog\n", "its first line has `?` where names belong"),
        (b"0,1,cat\n2,1,dog\n1,3,cat\n2,2,dog\n", "has no line of column names"),
        (b"1,0\n0,1\n1,1\n", "has no line of column names"),
        (b"0,1\n1,1\n0,0\n1,0\n", "has no line of column names"),
        (b"# 3,4,x\n1,2,y\n3,2,x\n4,5,y\n", "has no line of column names"),
        (b"a, a,label\n1,2,0\n", "more than one column `a`: rename them"),
        (b"a,,,label\n1,2,3,0\n", "more than one column without a name: name them"),
        (b"a,,label\n0.1,7,0\n0.5,7,1\n2,3,0\n3,4,1\n", "a column without a name: name it"),
        (b"a,Unnamed: 1,label\n0,7,0\n1,7,1\n", "without a name (`Unnamed: 1`): name it"),
        (b"a,b,\n1,0.5,u\n2,0.7,v\n", "a last column without a name, where the label is"),
        (b'a,label\n"1,0\n2,1\n', "a quoted field that never ends"),
        (b'a,label\n"1"2,0\n2,1\n', "a quoted field that never ends or goes on after its quote"),
        (
            b"a;label\n1,5;0\n2,5;1\n",
            "by semicolons and writes numbers with a decimal comma (`1,5`)",
        ),
        (b"a\tlabel\n1.000,5\t0\n2\t1\n", "by tabs and writes numbers with a decimal comma"),
        (b"PK\x03\x04....", "is an Excel workbook or another ZIP archive, not CSV text"),
        (b"\x1f\x8b\x08\x00", "is compressed with gzip, not CSV text"),
        (b'[{"a": 1, "label": 0}]', "is JSON, not CSV text"),
        (b'{"a": [1, 2]}', "is JSON, not CSV text"),
        (b"<!DOCTYPE html><p>", "is a web page or XML, not CSV text"),
        (b"% old\n@RELATION iris\n", "is an ARFF file, not CSV text"),
        (b"+1 1:0.5 2:0.25\n-1 1:0.3\n", "is in the format of LIBSVM, not CSV text"),
        (b",".join(b"c%d" % i for i in range(10_001)), "10001 columns, but at most 10000"),
    ],
)
def test_bad_csv(tmp_path: Path, raw: bytes, expected: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(raw)
    assert expected in failure(path)


@pytest.mark.parametrize("name", ["d.npz", "d.parquet"])
def test_other_content_than_the_extension_says(tmp_path: Path, name: str) -> None:
    path = write_table(tmp_path / "d.csv", GOOD).rename(tmp_path / name)
    assert "is not a" in failure(path)


def test_one_array_as_npz(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    path = tmp_path / "d.npz"
    path.write_bytes(buffer.getvalue())
    assert "is not an NPZ file" in failure(path)


X = np.arange(8.0).reshape(4, 2)
Y = np.array([0, 1, 0, 1])
FOUR: dict[str, Any] = {"x_train": X, "y_train": Y, "x_validation": X, "y_validation": Y}


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({}, "is not an NPZ file"),
        ({"a": X, "b": Y}, "must have the arrays `x` and `y`, or `x_train`, `y_train`"),
        ({"a": X, "b": Y}, "but has `a`, `b`."),
        ({"x": X}, "lacks the array `y`"),
        ({"x_train": X, "y_train": Y}, "lacks `x_validation`, `y_validation`"),
        ({"x": X.ravel(), "y": Y}, "`x` of shape (rows, features), but its shape is (8,)"),
        ({"x": np.zeros((2, 10_001)), "y": Y}, "array `x`, has 10001 columns, but at most 10000"),
        ({"x": X[:, :0], "y": Y}, "`x` of shape (rows, features), but its shape is (4, 0)"),
        ({"x": X, "y": Y[:3]}, "`y` of shape (4,)"),
        ({"x": X, "y": Y[:, None]}, "`y` of shape (4,)"),
        ({"x": X[:0], "y": Y[:0]}, "has no rows"),
        ({"x": X * 1j, "y": Y}, "real numbers in array `x`, but its dtype is complex128"),
        ({"x": X.astype(str), "y": Y}, "real numbers in array `x`"),
        ({"x": X, "y": Y * 1j}, "numbers or text in array `y`"),
        ({"x": X, "y": np.array(["\ud800"] * 4)}, "no valid Unicode"),
        ({"x": X.astype(object), "y": Y}, "pickled Python objects, which are never loaded"),
        ({"x": X, "y": Y.astype(object)}, "pickled Python objects, which are never loaded"),
        (FOUR | {"x_validation": X[:, :1]}, "as many columns in `x_validation` as in `x_train`"),
        (FOUR | {"y_train": Y * 0}, "one class only in `y_train`"),
        (FOUR | {"y_train": Y * 0, "y_validation": Y * 0}, "the one label value `0`"),
        (FOUR | {"x_validation": X + np.nan}, "validation part, has `nan`, not a finite number"),
        (FOUR | {"x_validation": X[:0], "y_validation": Y[:0]}, "has no rows"),
    ],
)
def test_bad_npz(tmp_path: Path, arrays: dict[str, Any], expected: str) -> None:
    path = tmp_path / "d.npz"
    np.savez(path, **arrays)
    assert expected in failure(path)


def test_npz_has_no_label_column(tmp_path: Path) -> None:
    path = write_table(tmp_path / "d.npz", GOOD)
    assert "has no label column `class`" in failure(path, label="class")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("oops", "has `oops`, not a finite number, in column `b`, row 3"),
        ("NaN", "has `NaN`, not a finite number, in column `b`, row 3"),
        ("-inf", "has `-inf`, not a finite number, in column `b`, row 3"),
        ("1e999", "has `1e999`, not a finite number, in column `b`, row 3"),
        ("", "has no value in column `b`, row 3"),
        ("1_0", "has `1_0`, not a finite number, in column `b`, row 3"),
    ],
)
def test_csv_value_that_is_no_number(tmp_path: Path, value: str, expected: str) -> None:
    text = f"a,b,label\n0,0,0\n1,1,1\n2,{value},0\n3,,1\n"
    assert expected in failure(csv(tmp_path, text))


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([0.0, None, np.nan, 1.0], "has no value in column `b`, row 2"),
        ([0.0, 1.0, np.nan, None], "has `nan`, not a finite number, in column `b`, row 3"),
        ([None] * 4, "has no value in column `b`, row 1"),
        ([True, False, True, False], "must hold numbers in feature column `b`, but it holds Bool"),
        ([[1], [2], [3], [4]], "must hold numbers in feature column `b`, but it holds List"),
    ],
)
def test_parquet_column_that_is_no_number(tmp_path: Path, column: list[Any], expected: str) -> None:
    assert expected in failure(write_table(tmp_path / "d.parquet", GOOD | {"b": column}))


@pytest.mark.parametrize(
    ("labels", "options", "expected"),
    [
        ([1, 1, 1, 1], {}, "the one label value `1`"),
        ([0, 1, 2, 0], {}, "has 1 row of one class (`1`)"),
        ([0, 1, 2, 0], {"target": "numbers", "positive": 1}, "`positive` is for classes"),
        (["u", "v", "u", "v"], {"target": "numbers"}, "has `u`, not a finite number, in column"),
        ([2, 2, 2, 2], {"target": "numbers"}, "has the one target value 2 in its training part"),
        ([0, 1, 1, 0], {"target": "colours"}, "`target` is 'colours': use `labels`, `numbers`"),
        ([0, 1, 2, 0], {"positive": 5}, "has no label value `5`: `positive` must be one of `0`"),
        ([0, 1, 0, None], {}, "has no label in column `label`, row 4"),
        (["u", "nan", "v", "v"], {}, "no label in column `label`, row 2 (the first row is 1), but"),
        (["u", "v", "NA", "w"], {"positive": "v"}, "row 3 (the first row is 1), but `NA`: fill it"),
        (["u", "v", "?", "w"], {"positive": "?"}, "has no label in column `label`, row 3"),
        (["u", "v", "n/a", "null"], {}, "has no label in column `label`, row 3"),
        (["u", "v", "-", "u"], {}, "has no label in column `label`, row 3"),
        ([0.0, np.nan, 1.0, 0.0], {}, "has no label in column `label`, row 2"),
        ([[1], [2], [1], [2]], {}, "must hold numbers or text in the label column `label`"),
        ([0, 1, 1, 1], {}, "has 1 row of one class"),
        ([0, 1, 0, 1], {"label": "class"}, "no label column `class`: choose one of `a`, `b`"),
        ([0, 1, 0, 1], {"features": "a|label"}, "labels in column `label`, which `features`"),
        ([0, 1, 0, 1], {"features": "a|c"}, "no feature column `c`: name columns of `a`, `b`"),
        ([0, 1, 0, 1], {"features": "a|2"}, "no feature column `2`"),
        ([0, 1, 0, 1], {"features": "a|"}, "`features` has an empty name"),
        ([0, 1, 0, 1], {"features": "a|a"}, "names `a` twice"),
        ([0, 1, 0, 1], {"features": "a|0"}, "names `a` twice"),
    ],
)
def test_bad_labels_and_features(
    tmp_path: Path, labels: list[Any], options: dict[str, Any], expected: str
) -> None:
    name = "d.parquet" if isinstance(labels[0], float | list) else "d.csv"
    path = write_table(tmp_path / name, GOOD | {"label": labels})
    assert expected in failure(path, **options)


def test_names_from_the_file_cannot_break_the_line(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    pl.DataFrame({"a\nb\x07\u2029": ["x", "y"], "label": [0, 1]}).write_parquet(path)
    assert "in column `a b" in failure(path)
