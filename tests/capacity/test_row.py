"""Rows: equal settings, equal numbers; bad settings, one line."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ebit

SMALL: dict[str, Any] = {"resource": "bell:1", "qubits": 2, "depth": 2, "inputs": 6, "points": 2}


def row(**changes: Any) -> ebit.CapacityRow:
    return ebit.capacity_row(ebit.CapacitySettings(**{**SMALL, **changes}))[0]


def test_equal_settings_give_equal_rows() -> None:
    one, other = row(), row()
    assert one.seconds > 0
    assert replace(one, seconds=0) == replace(other, seconds=0)
    assert row(seed=1).smallest_kept != one.smallest_kept


def test_every_column_is_flat() -> None:
    flat = int | float | str | bool | None
    assert all(isinstance(value, flat) for value in asdict(row(converge=True)).values())


def test_a_row_says_what_was_asked() -> None:
    found = row(outcomes="parity", mixing=1)
    asked = ebit.CapacitySettings(**SMALL, outcomes="parity", mixing=1)
    assert found.task == asked.hash
    for name in ("resource", "qubits", "depth", "mixing", "outcomes", "inputs", "points", "seed"):
        assert getattr(found, name) == getattr(asked, name)
    assert found.sampling_bound == 6
    assert found.converged is None
    assert found.num_parameters == 2 * (2 + 2 * 2 + 4)


def test_the_hash_knows_every_setting_but_the_name_of_the_data() -> None:
    changes: list[dict[str, Any]] = [
        {}, {"resource": "none"}, {"depth": 3}, {"mixing": 1}, {"outcomes": "parity"},
        {"inputs": 7}, {"points": 3}, {"seed": 1}, {"converge": True}, {"fingerprint": "a"},
    ]  # fmt: skip
    hashes = {ebit.CapacitySettings(**{**SMALL, **change}).hash for change in changes}
    assert len(hashes) == len(changes)
    assert ebit.CapacitySettings(**SMALL, data="x").hash in hashes


def test_data_and_settings_belong_together() -> None:
    x = np.random.default_rng(0).normal(size=(9, 4))
    named = ebit.CapacitySettings(**SMALL, data="mine", fingerprint="f")
    found, spectrum = ebit.capacity_row(named, x)
    assert found.data == "mine"
    assert found.rank == spectrum.rank.rank > 0
    for wrong, given_data in ((named, None), (ebit.CapacitySettings(**SMALL), x)):
        with pytest.raises(ebit.EbitError, match="`data` does not belong to the settings"):
            ebit.capacity_row(wrong, given_data)


def test_progress_counts_points() -> None:
    seen: list[tuple[int, int]] = []
    wanted = ebit.CapacitySettings(**{**SMALL, "points": 3})
    ebit.capacity_row(wanted, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


BAD = {
    "resource": st.text(max_size=6) | st.just("single") | st.integers(),
    "depth": st.integers(max_value=0) | st.floats(allow_nan=True).filter(lambda v: v != v or v % 1),
    "mixing": st.integers(max_value=-1),
    "outcomes": st.text(max_size=6),
    "inputs": st.integers(max_value=0),
    "points": st.integers(max_value=0),
    "seed": st.integers(max_value=-1) | st.integers(min_value=2**32),
    "qubits": st.text(max_size=3).filter(lambda text: not text.strip().isdecimal()),
    "nonsense": st.integers(),
}


@settings(max_examples=60)
@given(data=st.data())
def test_any_bad_setting_is_one_line(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BAD)))
    with pytest.raises(ebit.EbitError) as caught:
        ebit.CapacitySettings(**{**SMALL, name: data.draw(BAD[name])})
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("changes", [{"qubits": 1}, {"qubits": 9}, {"resource": "bell:3"}], ids=str)
def test_circuits_that_do_not_exist(changes: dict[str, Any]) -> None:
    with pytest.raises(ebit.EbitError):
        row(**changes)
