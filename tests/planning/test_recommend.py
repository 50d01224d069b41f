from typing import Any

import numpy as np
import polars as pl

from ebit.planning import recommend


def option(resource: str, accuracy: float, rate: float, **other: Any) -> dict[str, Any]:
    return {
        "resource": resource,
        "purification_rounds": 0,
        "shots": 100,
        "feasible": True,
        "reason": None,
        "accuracy_mean": accuracy,
        "accuracy_std": 0.01,
        "runs": 4,
        "labels_per_second": rate,
        **other,
    }


def advice(*rows: dict[str, Any]) -> tuple[str | None, str]:
    found = recommend(pl.DataFrame(list(rows), infer_schema_length=None))
    return None if found.option is None else found.option["resource"], found.sentence


def test_the_most_accurate_one_wins() -> None:
    chosen, sentence = advice(option("none", 0.8, 100), option("bell:1", 0.9, 2))
    assert chosen == "bell:1"
    assert sentence.endswith("0.100 above the best option of none.")


def test_within_one_standard_error_the_faster_one_wins() -> None:
    chosen, sentence = advice(option("none", 0.894, 100), option("bell:1", 0.9, 2))
    assert chosen == "none"
    assert "no resource is measurably better here: the best other one, bell:1" in sentence


def test_single_runs_have_no_error() -> None:
    rows = [option("none", 0.899, 100, runs=1), option("bell:1", 0.9, 2, runs=1)]
    chosen, sentence = advice(*rows)
    assert chosen == "bell:1"
    assert "±" not in sentence


def test_what_is_not_feasible_is_not_recommended() -> None:
    chosen, sentence = advice(
        option("none", 0.8, 1), option("quantum", 1.0, 9, feasible=False, reason="it is late")
    )
    assert chosen == "none"
    assert sentence.endswith("nothing else is feasible, quantum because it is late.")


def test_nothing_is_feasible() -> None:
    chosen, sentence = advice(option("none", 0.8, 1, feasible=False, reason="it is late"))
    assert chosen is None
    assert sentence == "Nothing is feasible on this network; none: it is late."


def test_a_rate_without_limit_is_text() -> None:
    assert "any number of labels per second" in advice(option("none", 0.8, np.inf))[1]
