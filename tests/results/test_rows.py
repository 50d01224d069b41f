import statistics
from typing import Any

import polars as pl
import pytest

from ebit import BellPairs, DistributedQCNN, summarize

AT_SHOTS = [
    "validation_accuracy_1_shot",
    "validation_accuracy_10_shots",
    "validation_accuracy_100_shots",
    "validation_accuracy_1000_shots",
]
MEASURED = ["validation_accuracy", *AT_SHOTS, "train_accuracy", "train_loss"]


def test_rows_hold_settings_results_and_costs(finished: Any) -> None:
    rows, task = finished.rows, finished.task
    assert rows["run"].to_list() == [0, 1]
    first = rows.row(0, named=True)
    model = DistributedQCNN(qubits=2, depth=1, resource=BellPairs(1))
    expected = {
        "task": task.hash,
        "resource": "bell:1",
        "qubits": 2,
        "depth": 1,
        "pooling": "halves",
        "data": "points.csv",
        "steps": 6,
        "batch_size": 20,
        "num_parameters": model.num_parameters,
        "ebits_per_inference": 1,
        "bits_per_inference": 0,
        "rounds_per_inference": 0,
        "nonlocal_gates_per_inference": 0,
        "success_probability": None,
        "curve_steps": [1, 2, 3, 4, 5, 6],
    }
    assert {name: first[name] for name in expected} == expected
    assert len(first["train_loss_curve"]) == len(first["validation_accuracy_curve"]) == 6
    assert first["validation_accuracy_curve"][-1] == first["validation_accuracy"]
    assert all(0 < first[name] < 1 for name in AT_SHOTS)


def test_a_summary_is_mean_and_sample_deviation(finished: Any) -> None:
    rows = finished.rows
    summary = summarize(rows)
    assert summary.height == 1
    assert summary["runs"].item() == 2
    for name in MEASURED:
        values = rows[name].to_list()
        assert summary[f"{name}_mean"].item() == pytest.approx(statistics.mean(values))
        assert summary[f"{name}_std"].item() == pytest.approx(statistics.stdev(values))
    assert summary["success_probability_mean"].item() is None
    assert summary["success_probability_std"].item() is None


def test_tasks_are_summarized_apart_in_order(finished: Any) -> None:
    other = finished.rows.with_columns(
        pl.lit("0" * 64).alias("task"),
        pl.lit("none").alias("resource"),
        pl.lit(0.25).alias("success_probability"),
    )
    summary = summarize(pl.concat([other.head(1), finished.rows, other.tail(1)]))
    assert summary["resource"].to_list() == ["none", "bell:1"]
    assert summary["success_probability_mean"].to_list() == [0.25, None]


def test_rows_from_before_there_was_a_pooling_layout_are_halves(finished: Any) -> None:
    old = finished.rows.drop("pooling")
    assert summarize(old).equals(summarize(finished.rows))
    new = finished.rows.with_columns(task=pl.lit("0" * 64), pooling=pl.lit("all-but-one"))
    summary = summarize(pl.concat([old, new], how="diagonal"))
    assert summary["pooling"].to_list() == ["halves", "all-but-one"]


def test_one_run_deviates_by_nothing(finished: Any) -> None:
    summary = summarize(finished.rows.head(1))
    assert summary["validation_accuracy_std"].item() == 0.0


def test_rows_are_pandas_on_request(finished: Any) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = finished.rows.to_pandas()
    assert list(frame.columns) == finished.rows.columns
    assert frame["validation_accuracy"].tolist() == finished.rows["validation_accuracy"].to_list()
    assert list(frame["curve_steps"][0]) == finished.rows["curve_steps"][0].to_list()
