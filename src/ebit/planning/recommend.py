"""The recommendation: one sentence with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ebit.resources.consumption import NOTHING, further_units
from ebit.resources.price import price, price_words
from ebit.statistics import Comparisons, Measure, cheapest_not_told_apart, compare_all, paired


@dataclass(frozen=True)
class Recommendation:
    """What to use, and why.

    Attributes:
        option: The row of the option; None if nothing is feasible.
        sentence: The reason in words.
    """

    option: dict[str, Any] | None
    sentence: str


def recommend(options: pl.DataFrame, measure: Measure = paired) -> Recommendation:
    """The cheapest feasible resource that is not told apart from the most accurate feasible one.

    Every resource is taken with the most shots that are feasible with it, and with the rounds of
    purification that are best for it. Of the chosen resource the fastest option is taken that is
    not told apart from this one.

    Args:
        options: Rows as `options_of` makes them.
        measure: How the runs of two options are compared.

    Returns:
        The recommendation.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none", "bell:1"], "purification_rounds": [0, 1],
        ...     "shots": [100, 100], "feasible": [True, True], "reason": [None, None],
        ...     "accuracy_mean": [0.8, 0.9], "accuracy_std": [0.01, 0.01], "runs": [3, 3],
        ...     "accuracy_runs": [[0.79, 0.8, 0.81], [0.89, 0.9, 0.91]],
        ...     "ebits_per_inference": [0, 1], "labels_per_second": [50.0, 2.0]})
        >>> recommend(rows).sentence
        'Use bell:1 with 1 round of purification and 100 shots per label: an accuracy of
        0.900 ± 0.010 at 2 labels per second, for 1 ebit per inference. It is worth
        +0.100 (0.100 to 0.100) over none with 100 shots per label, the best of what costs less.'
    """
    best = _best_of_each(options)
    feasible = [name for name, row in best.items() if row["feasible"]]
    if not feasible:
        first = options.row(0, named=True)
        return Recommendation(
            None, f"Nothing is feasible on this network; {first['resource']}: {first['reason']}."
        )
    samples = {name: row["accuracy_runs"] for name, row in best.items()}
    compared = compare_all(samples, measure, most=1.0)
    name = cheapest_not_told_apart(compared, feasible).chosen
    chosen = _fastest(options.filter("feasible", resource=name), measure)
    sentences = [_start(chosen), *_same(chosen, best[name]), _reason(name, best, compared)]
    return Recommendation(chosen, " ".join(filter(None, sentences)))


def circuit_words(option: Mapping[str, Any]) -> str:
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
    name = str(option["resource"])
    if option.get("trained_with_noise"):
        name += " (trained with the noise)"
    if not rounds:
        return name
    return f"{name} with {rounds_words(rounds)} of purification"


def rounds_words(rounds: int) -> str:
    """A number of rounds in words.

    Args:
        rounds: The number.

    Returns:
        Text.

    Example:
        >>> rounds_words(1), rounds_words(2)
        ('1 round', '2 rounds')
    """
    return f"{rounds} round{'' if rounds == 1 else 's'}"


def describe(option: Mapping[str, Any]) -> str:
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
    shots = option["shots"]
    return f"{circuit_words(option)} {joined} {shots} shot{'' if shots == 1 else 's'} per label"


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


def _amounts(option: Mapping[str, Any]) -> dict[str, float]:
    """What an inference uses up, by unit."""
    units = [*NOTHING.amounts, *further_units(option)]
    return {unit: option.get(f"{unit}_per_inference") or 0 for unit in units}


def _best_of_each(options: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """The option that each resource is compared with, from cheap to dear resources."""
    order = options.with_row_index("place").sort(
        "feasible",
        "shots",
        pl.col("accuracy_mean").round(3),
        "purification_rounds",
        descending=[True, True, True, False],
    )
    first = order.unique("resource", keep="first", maintain_order=True).sort("place").to_dicts()
    return {row["resource"]: row for row in sorted(first, key=lambda row: price(_amounts(row)))}


def _fastest(own: pl.DataFrame, measure: Measure) -> dict[str, Any]:
    """The fastest feasible option of a resource that is not told apart from its best one."""
    rows = own.sort("labels_per_second", "accuracy_mean", descending=True).to_dicts()
    keys = [describe(row) for row in rows]
    samples = {key: row["accuracy_runs"] for key, row in zip(keys, rows, strict=True)}
    return rows[keys.index(cheapest_not_told_apart(compare_all(samples, measure)).chosen)]


def _start(chosen: Mapping[str, Any]) -> str:
    spread = f" ± {chosen['accuracy_std']:.3f}" if chosen["runs"] > 1 else ""
    return (
        f"Use {describe(chosen)}: an accuracy of {chosen['accuracy_mean']:.3f}{spread} at "
        f"{rate_text(chosen['labels_per_second'])}, {_cost(chosen)}."
    )


def _same(chosen: Mapping[str, Any], best: Mapping[str, Any]) -> list[str]:
    """A slower option that is not told apart from the chosen one."""
    if describe(chosen) == describe(best):
        return []
    gap = best["accuracy_mean"] - chosen["accuracy_mean"]
    return [f"{describe(best)} is not told apart from it ({gap:+.3f})."]


def _reason(name: str, best: Mapping[str, Mapping[str, Any]], compared: Comparisons) -> str:
    """Why this resource and no other."""
    feasible = [other for other, row in best.items() if row["feasible"]]
    others = sorted((o for o in feasible if o != name), key=lambda o: -compared.means[o])
    if not others:
        return _refused(name, best)
    if best[name]["runs"] < 2:
        return "With a single run nothing is told apart, so what costs least is named."
    cheaper = feasible[: feasible.index(name)]
    top = max(feasible, key=lambda other: compared.means[other])
    sentences = []
    if top != name:
        gap = compared.gap(top, name)
        sentences.append(
            f"{describe(best[top])}, {_cost(best[top])}, is worth {gap}, which is not told apart "
            f"from nothing over {best[name]['runs']} runs."
        )
    if cheaper:
        under = max(cheaper, key=lambda other: compared.means[other])
        better = compared.better(under, feasible)
        if name in better:
            it = name if sentences else "It"
            sentences.append(
                f"{it} is worth {compared.gap(name, under)} over {describe(best[under])}, the best "
                "of what costs less."
            )
        else:
            sentences.append(
                f"{describe(best[under])}, the best of what costs less, is worse than "
                f"{better[0]}, which is worth {compared.gap(better[0], under)} over it."
            )
    if not sentences:
        sentences.append(
            f"No resource is better here: the best other one, {describe(best[others[0]])}, is "
            f"worth {compared.gap(others[0], name)}."
        )
    return " ".join(sentences)


def _refused(name: str, best: Mapping[str, Mapping[str, Any]]) -> str:
    """That nothing else is feasible, with one reason."""
    refused = [row for other, row in best.items() if other != name]
    if not refused:
        return ""
    first = max(refused, key=lambda row: row["accuracy_mean"])
    return f"Nothing else is feasible, {first['resource']} because {first['reason']}."


def _cost(option: Mapping[str, Any]) -> str:
    words = price_words(_amounts(option))
    return "for no pairs or bits" if words == "nothing" else f"for {words} per inference"
