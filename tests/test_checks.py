from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ebit import EbitError, checks


@pytest.mark.parametrize("value", [True, np.True_, 1.0, "1", None, [], 0, 10, np.array([1])])
def test_what_is_no_whole_number_in_the_range(value: Any) -> None:
    with pytest.raises(EbitError, match=r"^Argument `n` must be a whole number from 1 to 9"):
        checks.whole(1, 9)("n", value)


@pytest.mark.parametrize("value", [3, np.int8(3), np.array(3)])
def test_whole_numbers_of_all_kinds(value: Any) -> None:
    found = checks.whole(1, 9)("n", value)
    assert found == 3
    assert type(found) is int


@pytest.mark.parametrize("value", [np.nan, np.inf, 1j, True, "1", 10**400, -0.5])
def test_what_is_no_number_in_the_range(value: Any) -> None:
    with pytest.raises(EbitError, match=r"^Argument `p` must be a number from 0 to 1, but is"):
        checks.real(0, 1)("p", value)


@pytest.mark.parametrize(
    "value",
    [[1j], ["1"], np.array(["2020-01-01"], "M8[s]"), [[1], [1, 2]], [10**30], [None], object()],
)
def test_what_is_no_array_of_real_numbers(value: Any) -> None:
    with pytest.raises(EbitError, match=r"^Argument `x` must be an array of real numbers, but"):
        checks.numbers("x", value)


def test_arrays_with_holes() -> None:
    with pytest.raises(EbitError, match="masked array"):
        checks.numbers("x", np.ma.masked_array([1.0, 2.0], mask=[False, True]))
    with pytest.raises(EbitError, match="NaN or infinite"):
        checks.numbers("x", [1.0, np.nan])


def test_paths_are_text_or_paths() -> None:
    assert checks.path("out", "a/b") == checks.path("out", Path("a/b")) == Path("a/b")
    for value in (3, None, b"a", "", "a\0b"):
        with pytest.raises(EbitError, match=r"^Argument `out` must be"):
            checks.path("out", value)


def test_rules_in_front_of_a_function() -> None:
    @checks.takes(n=checks.whole(1), names=checks.several(checks.one_of(("a", "b"))))
    def call(n: Any, *, names: Any = ()) -> Any:
        return n, names

    assert call(np.int64(2), names=["a"]) == (2, ("a",))
    assert call(3) == (3, ())
    with pytest.raises(EbitError, match="`names` is empty"):
        call(3, names=[])
    with pytest.raises(TypeError):
        call(m=3)  # type: ignore[call-arg]


def test_python_says_what_a_call_lacks() -> None:
    @checks.takes(steps=checks.whole(1, 9))
    def double(steps: int) -> int:
        return 2 * steps

    with pytest.raises(TypeError, match=r"double\(\) takes 1 positional argument but 2 were given"):
        double(1, 2)  # type: ignore[call-arg]
