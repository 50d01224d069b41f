from typing import Any

import numpy as np
import polars as pl

from ebit.planning import recommend


def option(resource: str, accuracy: float, rate: float, **other: Any) -> dict[str, Any]:
    """Four runs with standard deviation 0.01, the same in all options but for their mean."""
    runs = [accuracy + 0.01 * step for step in (-1.0, 0.0, 1.0, 0.0)]
    return {
        "resource": resource,
        "purification_rounds": 0,
        "shots": 100,
        "feasible": True,
        "reason": None,
        "accuracy_mean": accuracy,
        "accuracy_std": 0.01,
        "runs": 4,
        "accuracy_runs": runs,
        "ebits_per_inference": int(resource.removeprefix("bell:")) if "bell" in resource else 0,
        "labels_per_second": rate,
        **other,
    }


def varied(accuracy: float, *steps: float) -> dict[str, Any]:
    return {"accuracy_runs": [accuracy + step for step in steps], "runs": len(steps)}


def advice(*rows: dict[str, Any]) -> tuple[str | None, str]:
    found = recommend(pl.DataFrame(list(rows), infer_schema_length=None))
    return None if found.option is None else found.option["resource"], found.sentence


def test_what_is_worth_its_cost_is_chosen() -> None:
    chosen, sentence = advice(option("none", 0.8, 100), option("bell:1", 0.9, 2))
    assert chosen == "bell:1"
    assert sentence == (
        "Use bell:1 with 100 shots per label: an accuracy of 0.900 ± 0.010 at 2 labels per second, "
        "for 1 ebit per inference. It is worth +0.100 (0.100 to 0.100) over none with 100 shots "
        "per label, the best of what costs less."
    )


def test_what_is_free_and_not_told_apart_wins() -> None:
    dear = option("bell:1", 0.812, 200, **varied(0.812, 0.03, -0.02, 0.0, -0.01))
    chosen, sentence = advice(option("none", 0.8, 100), dear)
    assert chosen == "none"
    assert sentence.startswith("Use none with 100 shots per label: an accuracy of 0.800 ± 0.010")
    assert "for no pairs or bits. bell:1 with 100 shots per label, for 1 ebit" in sentence
    assert "is worth +0.012 (\N{MINUS SIGN}0.0" in sentence
    assert sentence.endswith("which is not told apart from nothing over 4 runs.")


def test_a_cheaper_one_of_two_good_ones_is_chosen() -> None:
    best = option("bell:2", 0.905, 1, **varied(0.905, 0.03, -0.02, 0.0, -0.01))
    chosen, sentence = advice(option("none", 0.7, 100), best, option("bell:1", 0.9, 2))
    assert chosen == "bell:1"
    assert "bell:2 with 100 shots per label, for 2 ebits per inference, is worth +0.005" in sentence
    assert " over 4 runs. bell:1 is worth +0.200" in sentence
    assert sentence.endswith("over none with 100 shots per label, the best of what costs less.")


def test_none_may_be_best() -> None:
    chosen, sentence = advice(option("bell:1", 0.8, 100), option("none", 0.9, 2))
    assert chosen == "none"
    assert sentence.endswith(
        "No resource is better here: the best other one, bell:1 with 100 shots per label, is worth "
        "\N{MINUS SIGN}0.100 (\N{MINUS SIGN}0.100 to \N{MINUS SIGN}0.100)."
    )


def test_the_fastest_of_equal_options_is_chosen() -> None:
    slow = option("none", 0.801, 10, shots=1000, **varied(0.801, 0.02, -0.02, 0.01, -0.01))
    quick = option("none", 0.5, 999, shots=10)
    found = recommend(pl.DataFrame([slow, option("none", 0.8, 100), quick]))
    assert found.option is not None
    assert found.option["labels_per_second"] == 100
    assert "none with 1000 shots per label is not told apart from it (+0.001)." in found.sentence


def test_single_runs_tell_nothing_apart() -> None:
    single = {"runs": 1, "accuracy_std": 0.0}
    rows = [
        option("none", 0.7, 100, accuracy_runs=[0.7], **single),
        option("bell:1", 0.9, 2, accuracy_runs=[0.9], **single),
    ]
    chosen, sentence = advice(*rows)
    assert chosen == "none"
    assert "±" not in sentence
    assert sentence.endswith(
        "With a single run nothing is told apart, so what costs least is named."
    )


def test_what_is_not_feasible_is_not_recommended() -> None:
    chosen, sentence = advice(
        option("none", 0.8, 1), option("bell:1", 1.0, 9, feasible=False, reason="it is late")
    )
    assert chosen == "none"
    assert sentence.endswith("Nothing else is feasible, bell:1 because it is late.")


def test_nothing_is_feasible() -> None:
    chosen, sentence = advice(option("none", 0.8, 1, feasible=False, reason="it is late"))
    assert chosen is None
    assert sentence == "Nothing is feasible on this network; none: it is late."


def test_a_rate_without_limit_is_text() -> None:
    assert "any number of labels per second" in advice(option("none", 0.8, np.inf))[1]
