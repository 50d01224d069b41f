"""What is said of resources that run at a smaller depth."""

import pytest

from ebit.resources import depth_note


@pytest.mark.parametrize(
    ("depths", "words"),
    [
        ({"none": 20, "mixture:4": 3, "dnn": 20, "logistic": None}, "Depth: 3 of mixture:4 and 20"),
        ({"none": 5, "mixture:2": 3, "mixture:4": 1}, "3 of mixture:2, 1 of mixture:4 and 5 of"),
        ({"none": 20, "bell:1": 20}, ""),
        ({"none": 20, "mixture:1": 20}, ""),
        ({"none": 1, "mixture:4": 1}, ""),
        ({"logistic": None}, ""),
        ({}, ""),
    ],
)
def test_only_shallower_resources_are_named(depths: dict[str, int | None], words: str) -> None:
    found = depth_note(depths)
    assert words in found
    assert bool(found) == bool(words)
