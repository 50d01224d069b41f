"""The answer in words: which resource to take, how sure that is, and what it costs."""

from collections.abc import Sequence

from ebit.accuracies import shots_words
from ebit.plots.resources import is_baseline
from ebit.plots.rows import mean_text
from ebit.report.advice import ACCURACY, Advice
from ebit.report.summary import ResourceSummary, find
from ebit.resources.price import price_words
from ebit.statistics import Gap


def headline(advice: Advice) -> str:
    """The cheapest resource that is not told apart from the best, and why.

    Args:
        advice: What the rows recommend.

    Returns:
        Plain text.

    Example:
        >>> import polars as pl
        >>> from ebit.report.advice import advise
        >>> rows = pl.DataFrame({"resource": ["none"] * 3 + ["bell:1"] * 3,
        ...     "validation_accuracy": [0.8, 0.81, 0.79, 0.9, 0.92, 0.91],
        ...     "ebits_per_inference": [0] * 3 + [1] * 3})
        >>> headline(advise(rows))
        'bell:1 reaches a validation accuracy of 0.910 ± 0.010 and costs 1 ebit per inference. It is
        worth +0.110 (0.085 to 0.135) over none, the best of what costs less.'
    """
    return " ".join(verdict(advice))


def verdict(advice: Advice) -> list[str]:
    """The sentences of the headline: first what is recommended, then why.

    Args:
        advice: What the rows recommend.

    Returns:
        Plain sentences.
    """
    chosen, best = advice.chosen, advice.best
    at = shots_words(advice.shots)
    start = f"{chosen.resource} reaches a {advice.quality} of {accuracy(chosen)}{at}"
    start += f"{_and_costs(chosen)}."
    if len(advice.compared.means) == 1:
        return [start]
    if chosen.runs < 2:
        top = "" if chosen is best else f" (the best one, {best.resource}, has {accuracy(best)})"
        return [
            start,
            f"With a single run nothing is told apart, so what costs least is named{top}; train "
            "several runs.",
        ]
    sentences = [start]
    if best is not chosen:
        gap = advice.compared.gap(best.resource, chosen.resource)
        price = price_words(best.amounts)
        cost = f", for {price} per inference," if price else ""
        sentences.append(
            f"The best one, {best.resource}{cost} is worth {gap} more{at}, which is not told apart "
            "from nothing."
        )
    if advice.cheaper:
        under = max(advice.cheaper, key=lambda name: advice.compared.means[name])
        better = advice.compared.better(under, advice.compared.means)
        if chosen.resource in better:
            gap = advice.compared.gap(chosen.resource, under)
            it = "It" if len(sentences) == 1 else chosen.resource
            sentences.append(f"{it} is worth {gap}{at} over {under}, the best of what costs less.")
        else:
            gap = advice.compared.gap(better[0], under)
            sentences.append(
                f"{under}, the best of what costs less, is worse than {better[0]}, which is worth "
                f"{gap} over it{at}."
            )
    if len(sentences) == 1:
        sentences.append(f"No resource is better than {chosen.resource} here.")
    return sentences


def details(advice: Advice) -> list[str]:
    """Sentences that limit the headline: what is not told apart, baselines, how it was tested.

    Args:
        advice: What the rows recommend.

    Returns:
        Plain sentences; none where there is nothing to add.
    """
    sentences = []
    chosen = advice.chosen
    ties = [name for name in advice.choice.equal if name != chosen.resource]
    if ties and chosen.runs > 1:
        lines = [advice.of(name) for name in ties]
        sentences.append(f"Not told apart from {chosen.resource}: {_list(lines)}.")
    baselines = [s.resource for s in advice.summaries if is_baseline(s.resource)]
    for name in baselines:
        if name == chosen.resource:
            continue
        gap = advice.beside.gap(name, chosen.resource)
        if gap.told_apart and gap.value < 0:
            continue
        how = "better than" if gap.told_apart else "not told apart from"
        sentences.append(
            f"{name}, where nothing is shared, is {how} {chosen.resource}: {gap} "
            f"({accuracy(advice.of(name))})."
        )
    if advice.without_shots:
        sentences.append(
            f"Nothing is measured in {_and(advice.without_shots)}, so no shots blur the accuracy "
            "there: the exact one counts."
        )
    if advice.cut_intervals:
        sentences.append(advice.cut_intervals)
    if any(summary.runs < 2 for summary in advice.summaries):
        sentences.append(
            "Some resources have a single run, so their spread is unknown; train several runs "
            "before drawing a conclusion."
        )
    return sentences


def method_words(advice: Advice) -> str:
    """How differences were tested.

    Args:
        advice: What the rows recommend.

    Returns:
        A sentence.
    """
    shots = "infinitely many" if advice.shots is None else f"{advice.shots:,}"
    words = f"expected accuracy of labels read off {shots} shots"
    if advice.quality != ACCURACY:
        words = f"{advice.quality}, the explained share of the variance of the validation rows"
    return (
        f"Resources are judged by the {words}. "
        f"Told apart: by a t-test of differences {advice.values}, corrected for all pairs of "
        "resources (Holm); an interval in brackets is a 95 % interval that is widened for the "
        "number of pairs, so that it leaves out 0 where two are told apart. The cheapest resource "
        "is recommended that no other one is told apart from as better; the order of cost is "
        "nothing, shared bits, bits, ebits."
    )


def accuracy(summary: ResourceSummary) -> str:
    """Mean accuracy with its standard deviation, if there are several runs.

    Args:
        summary: Summary of one resource.

    Returns:
        Text such as "0.969 ± 0.012".

    Example:
        >>> from ebit.report.headline import accuracy
        >>> from ebit.report.summary import ResourceSummary
        >>> accuracy(ResourceSummary("none", 0.9, 0.02, 5, 264, {}, 1.0, 1.0))
        '0.900 ± 0.020'
    """
    return mean_text(summary.mean, summary.std, summary.runs)


def gap_to_none(advice: Advice, summary: ResourceSummary) -> Gap | None:
    """The difference to ``none`` with its interval.

    Args:
        advice: What the rows recommend.
        summary: One resource.

    Returns:
        The difference; None for ``none`` itself and where there is none.
    """
    if summary.resource == "none" or find(advice.summaries, "none") is None:
        return None
    known = advice.compared.means
    both = "none" in known and summary.resource in known
    return (advice.compared if both else advice.beside).gap(summary.resource, "none")


def _and_costs(summary: ResourceSummary) -> str:
    """The known costs of one inference as the end of a sentence."""
    words = price_words(summary.amounts)
    if not words:
        return ""
    if words == "nothing":
        return " and costs no communication before the read-out"
    return f" and costs {words} per inference"


def _list(summaries: Sequence[ResourceSummary]) -> str:
    return _and([f"{summary.resource} ({accuracy(summary)})" for summary in summaries])


def _and(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
