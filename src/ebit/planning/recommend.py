"""The recommendation: one sentence with its reason."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from ebit.statistics import Sample, welch


@dataclass(frozen=True)
class Recommendation:
    """What to use, and why.

    Attributes:
        option: The row of the option; None if nothing is feasible.
        sentence: The reason in words.
    """

    option: dict[str, Any] | None
    sentence: str


def recommend(options: pl.DataFrame) -> Recommendation:
    """The fastest feasible option that is not measurably worse than the most accurate one.

    Not measurably worse: within one standard error of the difference of the means (Welch); with
    one run only equal accuracies count.

    Args:
        options: Rows as `options_of` makes them.

    Returns:
        The recommendation.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"], "purification_rounds": [0, 1],
        ...     "shots": [100, 100], "feasible": [True, True], "reason": [None, None],
        ...     "accuracy_mean": [0.8, 0.9], "accuracy_std": [0.01, 0.01], "runs": [5, 5],
        ...     "labels_per_second": [50.0, 2.0]})
        >>> recommend(rows).sentence
        'Use bell:1 with 1 round of purification and 100 shots per label: an accuracy of
        0.900 ± 0.010 at 2 labels per second, 0.100 above the best option of none.'
    """
    feasible = options.filter("feasible").sort("accuracy_mean", descending=True)
    if feasible.is_empty():
        first = options.row(0, named=True)
        return Recommendation(
            None, f"Nothing is feasible on this network; {first['resource']}: {first['reason']}."
        )
    rows = feasible.to_dicts()
    best = rows[0]
    equal = [row for row in rows if _equal(best, row)]
    chosen = max(equal, key=lambda row: (row["labels_per_second"], row["accuracy_mean"]))
    return Recommendation(chosen, _sentence(chosen, rows, options))


def circuit_words(option: dict[str, Any]) -> str:
    """The resource of an option and its purification in words.

    Args:
        option: Its row.

    Returns:
        Text.

    Example:
        >>> circuit_words({"resource": "bell:1", "purification_rounds": 1})
        'bell:1 with 1 round of purification'
    """
    rounds = option["purification_rounds"]
    if not rounds:
        return str(option["resource"])
    return f"{option['resource']} with {rounds} round{'' if rounds == 1 else 's'} of purification"


def describe(option: dict[str, Any]) -> str:
    """An option in words.

    Args:
        option: Its row.

    Returns:
        Resource, purification and shots.

    Example:
        >>> describe({"resource": "none", "purification_rounds": 0, "shots": 1000})
        'none with 1000 shots per label'
    """
    joined = "and" if option["purification_rounds"] else "with"
    return f"{circuit_words(option)} {joined} {option['shots']} shots per label"


def rate_text(rate: float) -> str:
    """Labels per second in words.

    Args:
        rate: Labels per second; infinity if nothing limits them.

    Returns:
        Text.

    Example:
        >>> rate_text(2.0), rate_text(float("inf"))
        ('2 labels per second', 'any number of labels per second')
    """
    if rate == float("inf"):
        return "any number of labels per second"
    return f"{rate:.3g} labels per second"


def _sentence(chosen: dict[str, Any], rows: list[dict[str, Any]], options: pl.DataFrame) -> str:
    spread = f" ± {chosen['accuracy_std']:.3f}" if chosen["runs"] > 1 else ""
    start = (
        f"Use {describe(chosen)}: an accuracy of {chosen['accuracy_mean']:.3f}{spread} at "
        f"{rate_text(chosen['labels_per_second'])}"
    )
    plain = [row for row in rows if row["resource"] == "none"]
    if chosen["resource"] != "none":
        if not plain:
            return f"{start}."
        gain = chosen["accuracy_mean"] - plain[0]["accuracy_mean"]
        return f"{start}, {gain:.3f} above the best option of none."
    others = [row for row in rows if row["resource"] != "none"]
    if others:
        return (
            f"{start}; no resource is measurably better here: the best other one, "
            f"{describe(others[0])}, reaches {others[0]['accuracy_mean']:.3f}."
        )
    refused = options.filter(pl.col("resource") != "none")
    if refused.is_empty():
        return f"{start}."
    first = refused.sort("accuracy_mean", descending=True).row(0, named=True)
    return f"{start}; nothing else is feasible, {first['resource']} because {first['reason']}."


def _equal(best: dict[str, Any], row: dict[str, Any]) -> bool:
    samples = [Sample(r["accuracy_mean"], r["accuracy_std"], r["runs"]) for r in (best, row)]
    gap = welch(*samples)
    return gap.value <= (gap.standard_error or 0.0)
