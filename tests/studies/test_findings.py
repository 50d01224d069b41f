"""Sentences beside the numbers of an item."""

import polars as pl

from ebit.studies import read_study
from ebit.studies.findings import findings


def test_the_best_run_stands_beside_its_bound() -> None:
    item = next(item for item in read_study("worth").item if item.table == "parity-3")
    rows = pl.DataFrame(
        {
            "resource": ["ghz:3", "ghz:3", "none", "classical"],
            "success_probability": [0.5, 0.99, 0.74, 0.8],
        }
    )
    assert findings(item, rows, rows) == [
        "Best run of none: 0.740000; bound 0.750000.",
        "Best run of ghz:3: 0.990000; bound 1.000000.",
    ]


def test_items_without_bounds_tell_no_best_runs() -> None:
    item = next(item for item in read_study("worth").item if item.table == "mse")
    rows = pl.DataFrame({"resource": ["none"], "validation_accuracy": [0.8]})
    assert findings(item, rows, rows) == []
