"""Quantities with a unit."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ebit import EbitError
from ebit.network import Qpu, parse_quantity
from ebit.network.units import UNITS, Dimension
from network.conftest import error_of


@pytest.mark.parametrize(
    ("text", "dimension", "number"),
    [
        ("50 us", "time", 5e-5),
        ("248 km", "length", 248.0),
        ("2 m", "length", 0.002),
        ("0.2 dB/km", "loss", 0.2),
        ("0.0002 dB/m", "loss", 0.2),
        ("10 kHz", "rate", 1e4),
        ("85e6 ns", "time", 0.085),
        ("1.5e-3 ps", "time", 1.5e-15),
        ("1 h", "time", 3600.0),
        ("inf s", "time", math.inf),
        ("0 km", "length", 0.0),
    ],
)
def test_text_becomes_a_number(text: str, dimension: Dimension, number: float) -> None:
    assert parse_quantity("x", text, dimension) == number


@pytest.mark.parametrize(
    ("value", "dimension", "message"),
    [
        ("50 parsec", "length", "has the unknown unit `parsec`: use km or m."),
        ("50 km", "time", "has the unknown unit `km`: use s, ms, us, ns, ps, min or h."),
        ("50 Us", "time", "has the unknown unit `Us`"),
        (50, "time", "must be text with a number, a space and a unit"),
        (None, "time", "but is None."),
        ("50us", "time", "must be text with a number, a space and a unit"),
        ("us", "time", "must be text with a number"),
        ("nan s", "time", "must be text with a number"),
        ("٣ s", "time", "must be text with a number"),
        ("1 s\n", "time", "must be text with a number"),
        ("-1 km", "length", "must be at least 0 km, but is '-1 km'."),
        ("-inf s", "time", "must be at least 0 s"),
        ("inf km", "length", "must be finite"),
        ("1e999 s", "time", "must be finite"),
    ],
)
def test_bad_quantities(value: object, dimension: Dimension, message: str) -> None:
    error = error_of(parse_quantity, "x", value, dimension)
    assert error.startswith("Argument `x` ")
    assert message in error


def test_zero_where_it_makes_no_sense() -> None:
    error = error_of(parse_quantity, "x", "0 Hz", "rate", positive=True)
    assert error == "Argument `x` must be more than 0 Hz, but is '0 Hz'."


@given(
    st.floats(0, 1e30, allow_nan=False),
    st.sampled_from([(d, unit) for d, units in UNITS.items() for unit in units]),
)
def test_a_number_and_a_unit_are_read_exactly(number: float, where: tuple[Dimension, str]) -> None:
    dimension, unit = where
    read = parse_quantity("x", f"{number!r} {unit}", dimension)
    assert read == pytest.approx(number * float(UNITS[dimension][unit]), rel=1e-15)


@given(st.floats(1e-12, 1e12), st.floats(0, 1))
def test_fields_are_written_as_they_are_read(seconds: float, ratio: float) -> None:
    qpu = Qpu(
        name="a", qubits=1, t1=f"{seconds!r} s", readout_time=f"{ratio!r} ms", readout_error=ratio
    )
    assert Qpu(**qpu.model_dump()) == qpu


LIKELY = st.text("0123456789.-+eE infusmkdB/Hzµ\n", max_size=14)


@given(st.one_of(LIKELY, st.text(), st.integers(), st.floats(), st.none()))
@example("1" * 400 + " s")
@example("1e-999 s")
def test_any_input_is_read_or_refused_in_one_line(value: object) -> None:
    for dimension in UNITS:
        try:
            assert parse_quantity("x", value, dimension) >= 0
        except EbitError as error:
            assert len(str(error).splitlines()) == 1, error
