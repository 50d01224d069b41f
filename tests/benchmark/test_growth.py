import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebit.benchmark import exponents, fit_exponent


@given(
    exponent=st.floats(-1, 4),
    factor=st.floats(1e-6, 1e3),
    x=st.lists(st.integers(1, 10**4), min_size=2, max_size=8, unique=True).map(sorted),
)
def test_a_power_law_gives_its_exponent(exponent: float, factor: float, x: list[int]) -> None:
    seconds = [factor * value**exponent for value in x]
    assert fit_exponent(x, seconds) == pytest.approx(exponent, abs=1e-6)


def test_small_settings_do_not_count() -> None:
    assert fit_exponent([1, 2, 4, 8], [99, 4, 8, 16]) == pytest.approx(1)


def growing(axis: str, x: list[int], milliseconds: list[float], runs: list[int]) -> pl.DataFrame:
    size = len(x)
    columns = {"depth": [20] * size, "qubits": [4] * size, "batch": [64] * size, "runs": runs}
    own = {"axis": [axis] * size, "tool": ["ebit"] * size, "step_milliseconds": milliseconds}
    return pl.DataFrame(columns | {axis: x} | own)


def test_table_of_exponents() -> None:
    rows = pl.concat(
        [
            growing("depth", [5, 10, 20, 40], [9.0, 1.0, 2.0, 4.0], [1] * 4),
            growing("qubits", [2, 4], [1.0, 16.0], [1, 1]),
            growing("runs", [1, 2, 4], [3.0, 3.0, 3.0], [1, 2, 4]),
            growing("batch", [64], [1.0], [1]),
        ]
    )
    table = exponents(rows)
    assert table["axis"].to_list() == ["depth", "qubits", "runs"]
    assert table["exponent"].to_list() == pytest.approx([1, 2, 1])
    assert table["law"].to_list() == ["x^c", "2^(c x)", "x^c"]
    assert table["from"].to_list() == [10, 2, 1]


def test_no_growth_no_exponents() -> None:
    assert exponents(growing("batch", [64], [1.0], [1])).height == 0
