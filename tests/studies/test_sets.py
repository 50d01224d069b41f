"""Names of data sets, and how data sets are chosen."""

from pathlib import Path

import pytest

from ebit import EbitError
from ebit.studies import plan_study, read_study
from ebit.studies.sets import Sets, available_sets, choose


def test_names_stand_for_data_sets() -> None:
    sets = Sets(("a", "b", "c"), {"A": "c", "B": "a"})
    assert sets.expand("set:all") == ["a", "b", "c"]
    assert sets.expand("set:first") == sets.expand("set:main") == ["a"]
    assert sets.expand("set:chosen") == ["c", "a"]
    assert sets.expand(["set:A", "chsh"]) == ["c", "chsh"]
    assert [sets.label(source) for source in "abc"] == ["B", "b", "A"]


def test_files_take_the_place_of_generated_sets(tmp_path: Path) -> None:
    settings = read_study("hwang2025").sets
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    sets = available_sets(settings, files, quick=False)
    assert sets.expand("set:main") == sets.expand("set:all") == [str(file) for file in files]
    with pytest.raises(EbitError, match="names a file twice"):
        available_sets(settings, [files[0], files[0]], quick=False)


def test_the_nearest_set_is_chosen_and_each_one_once() -> None:
    measured = {"x": 0.70, "y": 0.71, "z": 0.90}
    assert choose(measured, {"A": 0.705, "B": 0.70, "C": 0.5}) == {"A": "x", "B": "y", "C": "z"}


def test_sets_are_chosen_only_where_an_item_needs_them() -> None:
    assert plan_study("kim2026", tables=["S2"]).choice is None
    assert plan_study("kim2026", figures=["gain"]).choice is None
    assert plan_study("kim2026", figures=["4c"]).choice is not None
    assert plan_study("hwang2025").choice is None
