"""Data frames and arrays of a program."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from data_helpers import error_of

from ebit.data import DataSource, load

A, B, KIND = [0.3, 0.1, 0.4, 0.2], [4.0, 2.0, 3.0, 1.0], ["u", "v", "v", "u"]


class Pandas:
    """What `load` asks of a pandas data frame."""

    def __init__(self, columns: dict[Any, Any]) -> None:
        self.columns = list(columns)
        self.shape = (4, len(columns))
        self._values = list(columns.values())

    @property
    def iloc(self) -> Any:
        return self

    def __getitem__(self, place: tuple[slice, int]) -> Any:
        return np.array(self._values[place[1]])


FORMS = [
    pl.DataFrame({"a": A, "b": B, "kind": KIND}),
    {"a": A, "b": np.array(B, dtype=">f4"), "kind": np.array(KIND)},
    {"a": np.array(A, dtype=object), "b": [Decimal(4), 2, 3.0, np.int8(1)], "kind": KIND},
    Pandas({"a": A, "b": B, "kind": np.array(KIND, dtype=object)}),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: type(form).__name__)
def test_all_forms_give_the_same_data(form: object) -> None:
    wanted = load(FORMS[0], scale="angles")
    data = load(form, scale="angles")
    assert data.fingerprint == wanted.fingerprint
    assert (data.name, data.label, data.class_names) == ("data frame", "kind", ("u", "v"))


def test_pandas_if_it_is_installed() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": A, "b": B, "kind": pandas.Categorical(KIND)}, index=[9, 8, 7, 6])
    assert load(frame).fingerprint == load(FORMS[0]).fingerprint


def test_a_pair_of_arrays() -> None:
    data = load((np.column_stack([A, B]), np.array(KIND)))
    assert data.feature_names == ("x0", "x1")
    assert np.array_equal(data.x_train, load(FORMS[0]).x_train)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": np.ma.masked_equal([1, 2, 3, 4], 3), "kind": KIND}, "masked value in `a`, row 3"),
        ((np.ma.masked_equal(np.eye(4), 1), KIND), "has a masked value in `x`, row 1"),
        ({"a": np.array(A) * 1j, "kind": KIND}, "column `a` holds complex128: write numbers"),
        ({"a": np.array(["2020-01-01"] * 4, "M8[D]"), "kind": KIND}, "column `a` holds datetime64"),
        ({"a": [date(2020, 1, 1)] * 4, "kind": KIND}, "row 1 (the first row is 1), holds date"),
        ({"a": [[1], [2], [3], [4]], "kind": KIND}, "one value per row in column `a`"),
        ({"a": [[1], [2, 3]], "kind": KIND}, "rows of different lengths in `a`"),
        ({"a": ["x", "y", "z", "w"], "kind": KIND}, "has `x`, not a finite number, in column `a`"),
        ({"a": np.array([1, None, 3, 4]), "kind": KIND}, "has no value in column `a`, row 2"),
        ({"a": A, "kind": np.array(["u", np.nan, "v", "u"], object)}, "no label in column `kind`"),
        ({"a": A[:3], "kind": KIND}, "has columns of 3 and 4 rows"),
        (Pandas({"a": A, "a ": B, 3: KIND}), ""),
        (Pandas({"1": A, 1: B, "kind": KIND}), "has more than one column `1`: rename them"),
        ((np.eye(4) * 1j, KIND), "real numbers in array `x`, but its dtype is complex128"),
        (np.eye(4), "Data of type ndarray cannot be loaded: give a source, a data frame"),
        (pl.LazyFrame({"a": A}), "is a LazyFrame: collect it first"),
        (3, "Data of type int cannot be loaded"),
        ({}, "has no rows: add some"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_table_of_numbers(data: Any, expected: str) -> None:
    if not expected:
        assert load(data).feature_names == ("a", "a ")
    else:
        assert expected in error_of(lambda: load(data))


def test_options_belong_to_the_source() -> None:
    assert "takes no `scale`" in error_of(lambda: load(DataSource(source="chsh"), scale="angles"))
    assert load(FORMS[0], features="b|a", positive="u").feature_names == ("b", "a")
