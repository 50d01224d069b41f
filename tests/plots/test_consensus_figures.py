"""Figures of consensus: an arm looks the same in all of them."""

from typing import Any

import polars as pl
import pytest
from matplotlib.colors import to_hex

from ebit.consensus.broker import POLICIES
from ebit.consensus.training import ARMS, CORNERS
from ebit.errors import EbitError
from ebit.plots import accuracy_by_faulty, accuracy_by_round, age_histogram, gradient_errors
from ebit.plots.consensus import LOOKS, POLICY_LOOKS


def trained(*arms: str) -> pl.DataFrame:
    rows = [
        {
            "arm": arm, "faulty": 5, "accuracy": 0.8, "rounds": [5, 10], "accuracies": [0.5, 0.8],
            "gradient_error": 0.2, "noise_floor": 0.1,
        }
        for arm in arms
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_every_arm_and_policy_has_a_look_of_its_own() -> None:
    assert set(LOOKS) == set(ARMS)
    assert set(POLICY_LOOKS) == set(POLICIES)
    for looks in (LOOKS, POLICY_LOOKS):
        assert len({look.color for look in looks.values()}) == len(looks)
        assert len({look.marker for look in looks.values()}) == len(looks)


@pytest.mark.parametrize("arms", [("ceas",), ("fifo+mean", "ceas"), (*CORNERS, "edf+robust")])
def test_an_arm_has_its_color_whoever_is_beside_it(arms: tuple[str, ...]) -> None:
    rows = trained(*arms)
    for draw in (accuracy_by_round, accuracy_by_faulty):
        (ax,) = draw(rows).axes
        handles, labels = ax.get_legend_handles_labels()
        assert set(labels) == set(arms)
        found: Any = [handle[0] if isinstance(handle, tuple) else handle for handle in handles]
        assert [to_hex(one.get_color()) for one in found] == [LOOKS[arm].color for arm in labels]
    (ax,) = gradient_errors(rows).axes
    named = [tick.get_text() for tick in ax.get_xticklabels()]
    assert [to_hex(bar.get_facecolor()) for bar in ax.patches] == [LOOKS[a].color for a in named]


def test_legends_have_one_order() -> None:
    for arms in (("ceas", "edf+robust", "fifo+mean"), ("fifo+mean", "ceas", "edf+robust")):
        (ax,) = accuracy_by_round(trained(*arms)).axes
        assert ax.get_legend_handles_labels()[1] == ["fifo+mean", "edf+robust", "ceas"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(EbitError, match="`arm` must be one of"):
        accuracy_by_round(trained("mine"))
    with pytest.raises(EbitError, match="`policy` must be one of"):
        age_histogram(pl.DataFrame({"policy": ["mine"], "age_counts": [[1]]}))
