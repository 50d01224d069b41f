"""The page of a plan."""

import dataclasses
import re

import polars as pl
import pytest

from ebit.report import PlanPage, write_plan


@pytest.fixture
def page():
    options = pl.DataFrame(
        {
            "resource": ["none", "bell:1"],
            "purification_rounds": [0, 1],
            "shots": [100, 100],
            "feasible": [True, False],
            "reason": [None, "a <pair> waits"],
            "accuracy_mean": [0.8, 0.9],
            "accuracy_std": [0.01, 0.01],
            "runs": [5, 5],
            "accuracy_noiseless": [0.85, 0.95],
            "pair_fidelity": [None, 0.9],
            "fresh_pairs_per_label": [0.0, 250.0],
            "bits_per_label": [0, 0],
            "waiting_seconds_per_inference": [0.0, 0.1],
            "labels_per_second": [float("inf"), 0.1],
            "pareto": [True, False],
            "recommended": [True, False],
        }
    )
    sweep = pl.DataFrame(
        {
            "resource": ["none", "none"],
            "distance_km": [1.0, 10.0],
            "pair_fidelity": [0.5, 1.0],
            "accuracy": [0.8, 0.8],
            "feasible": [True, True],
        }
    )
    return PlanPage(
        site="a & b: 1 km",
        recommendation="Use none.",
        options=options,
        distance=sweep,
        fidelity=sweep,
        distance_marks={"none": 3.0},
        fidelity_marks={},
        findings=["bell:1 is better than none up to 3 km."],
        method=["A method."],
        settings={"data": "chsh"},
        command="ebit plan nv+laboratory",
    )


def test_the_page_says_everything(page, tmp_path):
    paths = write_plan(page, tmp_path)
    text = paths[0].read_text()
    assert [path.name for path in paths] == [
        "plan.html",
        *(f"{name}.{kind}" for name in ("distance", "fidelity", "rate")
          for kind in ("png", "svg", "csv")),
    ]  # fmt: skip
    parts = [
        "a &amp; b: 1 km",
        "Use none.",
        "up to 3 km.",
        "A method.",
        "no: a &lt;pair&gt; waits",
        "no limit",
        "0.900 ± 0.010",
        "ebit plan nv+laboratory",
    ]
    for part in parts:
        assert part in text, part
    assert text.count('<tr class="best">') == 1
    assert "The coloured row is the recommended one." in text
    assert "Do not cite" not in text
    assert not re.search(r'(?:src|href)="http', text), "works offline"


def test_nothing_recommended_and_a_quick_look(page, tmp_path):
    changed = dataclasses.replace(
        page, options=page.options.with_columns(recommended=False), quick=True
    )
    text = write_plan(changed, tmp_path)[0].read_text()
    assert "Do not cite" in text
    assert "coloured row" not in text


def test_the_same_page_twice_is_the_same_bytes(page, tmp_path):
    first = [path.read_bytes() for path in write_plan(page, tmp_path / "a")]
    assert [path.read_bytes() for path in write_plan(page, tmp_path / "b")] == first
