"""The answer in words: which resource is best, how sure that is, and what it costs."""

from collections.abc import Sequence

from ebit.plots.resources import is_baseline
from ebit.plots.rows import mean_text
from ebit.report.summary import ResourceSummary, find
from ebit.statistics import Difference, welch

_WEAK = 2.0
"""Up to so many standard errors a difference is called weak evidence."""


def headline(summaries: Sequence[ResourceSummary]) -> str:
    """One sentence that names the best resource, its gain over ``none``, and its cost.

    Args:
        summaries: Summaries of all resources, at least one.

    Returns:
        Plain text.

    Example:
        >>> from ebit.report.headline import headline
        >>> from ebit.report.summary import ResourceSummary
        >>> rest = [264, 1, 0, 0, 0, 1.0, 1.0]
        >>> headline([ResourceSummary("bell:1", 0.9, 0.0, 1, *rest)])
        'bell:1 reaches a validation accuracy of 0.900 and costs 1 ebit per inference.'
    """
    best = best_resource(summaries)
    none = find(summaries, "none")
    reached = f"a validation accuracy of {accuracy(best)}"
    if len(summaries) == 1:
        return f"{best.resource} reaches {reached}{_and_costs(best)}."
    if best is none:
        return f"No resource is better than none, which reaches {reached}{_and_costs(best)}."
    if none is None:
        return f"{best.resource} is the best resource with {reached}{_and_costs(best)}."
    gain = welch(best, none)
    if gain.standard_error is not None and gain.value <= gain.standard_error:
        return (
            f"No resource is measurably better than none: the best, {best.resource}, reaches "
            f"{reached}, {gain.value:.3f} above none, which is within the standard error of "
            f"that difference ({gain.standard_error:.3f})."
        )
    return (
        f"{best.resource} is the best resource with {reached}, {gain.value:.3f} above none "
        f"({_in_errors(gain)}){_and_costs(best)}."
    )


def details(summaries: Sequence[ResourceSummary]) -> list[str]:
    """Sentences that limit the headline: ties, weak evidence, baselines, single runs.

    Args:
        summaries: Summaries of all resources, at least one.

    Returns:
        Plain sentences; none where there is nothing to add.

    Example:
        >>> from ebit.report.headline import details
        >>> from ebit.report.summary import ResourceSummary
        >>> rest = [264, 0, 0, 0, 0, 1.0, 1.0]
        >>> details([ResourceSummary("none", 0.9, 0.01, 2, *rest)])
        []
    """
    best = best_resource(summaries)
    sentences = []
    none = find(summaries, "none")
    if none is not None and best is not none:
        gain = welch(best, none)
        error = gain.standard_error
        if error is not None and error < gain.value <= _WEAK * error:
            sentences.append(
                f"The gain over none is below {_WEAK:g} standard errors: weak evidence; more "
                "runs would settle it."
            )
    others = [other for other in summaries if other is not best]
    shared = [other for other in others if not is_baseline(other.resource) and other is not none]
    ties = [other for other in shared if _tied(welch(best, other))]
    if ties:
        sentences.append(
            f"Within {_WEAK:g} standard errors of {best.resource}, so not told apart from it: "
            f"{_list(ties)}."
        )
    better = [other for other in others if is_baseline(other.resource) and other.mean >= best.mean]
    if better:
        sentences.append(f"As good or better without quantum communication: {_list(better)}.")
    if any(summary.runs < 2 for summary in summaries):
        sentences.append(
            "Some resources have a single run, so their spread is unknown; train several runs "
            "before drawing a conclusion."
        )
    return sentences


def best_resource(summaries: Sequence[ResourceSummary]) -> ResourceSummary:
    """The resource with the highest mean accuracy; the earlier in the fixed order if equal.

    The baselines ``single`` and ``dnn`` count only where there is nothing else.

    Args:
        summaries: Summaries of all resources, at least one.

    Returns:
        The best of them.

    Example:
        >>> from ebit.report.headline import best_resource
        >>> from ebit.report.summary import ResourceSummary
        >>> rest = [0.0, 1, 246, 0, 0, 0, 0, 1.0, 1.0]
        >>> lines = [ResourceSummary("dnn", 0.99, *rest), ResourceSummary("none", 0.8, *rest)]
        >>> best_resource(lines).resource
        'none'
    """
    shared = [summary for summary in summaries if not is_baseline(summary.resource)]
    return max(shared or summaries, key=lambda summary: summary.mean)


def accuracy(summary: ResourceSummary) -> str:
    """Mean accuracy with its standard deviation, if there are several runs.

    Args:
        summary: Summary of one resource.

    Returns:
        Text such as "0.969 ± 0.012".

    Example:
        >>> from ebit.report.headline import accuracy
        >>> from ebit.report.summary import ResourceSummary
        >>> accuracy(ResourceSummary("none", 0.9, 0.02, 5, 264, 0, 0, 0, 0, 1.0, 1.0))
        '0.900 ± 0.020'
    """
    return mean_text(summary.mean, summary.std, summary.runs)


def _in_errors(gain: Difference) -> str:
    if gain.standard_error is None:
        return "its standard error is unknown, as there is a single run"
    if gain.standard_error == 0:
        return "more than its standard error, which is 0 as all runs agree"
    return f"{gain.value / gain.standard_error:.1f} times its standard error"


def _tied(difference: Difference) -> bool:
    error = difference.standard_error
    return error is not None and difference.value <= _WEAK * error


def _and_costs(summary: ResourceSummary) -> str:
    """The known costs of one inference as the end of a sentence."""
    amounts = {
        "ebit": summary.ebits,
        "bit": summary.bits,
        "non-local gate": summary.gates,
    }
    amounts |= {unit.replace("_", " ").removesuffix("s"): n for unit, n in summary.further}
    known = {unit: value for unit, value in amounts.items() if value is not None}
    if not known:
        return ""
    parts = [_amount(value, unit) for unit, value in known.items() if value]
    if not parts:
        return " and costs no communication before the read-out"
    rounds = f" in {_amount(summary.rounds, 'round')}" if summary.rounds else ""
    return f" and costs {_join(parts)}{rounds} per inference"


def _amount(value: float, unit: str) -> str:
    return f"{value:g} {unit}" if value == 1 else f"{value:g} {unit}s"


def _join(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _list(summaries: Sequence[ResourceSummary]) -> str:
    return _join([f"{summary.resource} ({accuracy(summary)})" for summary in summaries])
