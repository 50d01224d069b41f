"""Questions of our own studies: differences between resources, their intervals and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import polars as pl

from ebit.statistics import Gap, gaps, paired, unpaired
from ebit.studies.study import Item, Predicted, Question

QUICK = "no verdict: quick look"

AS_PREDICTED, NOT_AS_PREDICTED = "as predicted", "not as predicted"


@dataclass(frozen=True)
class Answer:
    """What came of a question for one measure.

    Attributes:
        text: The question.
        measure: Column that was compared.
        first: The resource with the highest mean of those that the question names first.
        second: The same of those that it names second.
        gap: First minus second, adjusted for all differences of the item (Holm).
        above: On how many data sets (or in how many pairs of runs) the first is above.
        number: Of how many.
        verdict: Whether the two are told apart, and whether that was predicted.
    """

    text: str
    measure: str
    first: str
    second: str
    gap: Gap
    above: int
    number: int
    verdict: str


def answers(item: Item, rows: pl.DataFrame, *, quick: bool) -> tuple[Answer, ...]:
    """The answers to the questions of an item, one for each question and measure.

    Values are compared data set by data set, each the mean over its runs; on a single data set the
    runs are compared, unpaired. The p-values and intervals are adjusted for all pairs of resources
    of all questions of the item, so that the best one may be picked.

    Args:
        item: The item.
        rows: Its rows, one a run.
        quick: Whether the settings are those of a quick look.

    Returns:
        The answers; none where a side has no resource with rows.
    """
    asked = [
        (question, measure, samples(rows, measure))
        for question in item.question
        for measure in question.measures
    ]
    cases = [case for case in asked if _has_rows(case[0], case[2])]
    if not cases:
        return ()
    measure_gap = paired if _paired(rows) else unpaired
    pairs = [
        (number, first, second)
        for number, (question, _, found) in enumerate(cases)
        for first in question.first
        for second in question.second
        if first in found and second in found
    ]
    found_gaps = [measure_gap(cases[n][2][a], cases[n][2][b]) for n, a, b in pairs]
    all_gaps = gaps(found_gaps, most=1)  # of fractions
    gap_of = dict(zip(pairs, all_gaps, strict=True))
    return tuple(
        _answer(question, measure, found, number, gap_of, quick=quick)
        for number, (question, measure, found) in enumerate(cases)
    )


def samples(rows: pl.DataFrame, measure: str) -> dict[str, list[float]]:
    """Values of every resource: one per data set, or one per run of the only data set.

    Args:
        rows: Rows, one a run.
        measure: The column.

    Returns:
        Values by resource; resources without values on one of the data sets are left out.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none"] * 4, "data": ["a", "a", "b", "b"],
        ...                      "fingerprint": ["0", "0", "1", "1"], "x": [1.0, 2.0, 3.0, 4.0]})
        >>> samples(rows, "x")
        {'none': [1.5, 3.5]}
    """
    known = rows.drop_nulls(measure)
    if _paired(rows):
        keys = ["resource", "fingerprint"]
        known = known.group_by(keys, maintain_order=True).agg(pl.col(measure).mean())
        known = known.sort("fingerprint", maintain_order=True)
    found = {
        str(own["resource"][0]): own[measure].to_list()
        for own in known.partition_by("resource", maintain_order=True)
    }
    if not _paired(rows):
        return found
    most = rows["fingerprint"].n_unique()
    return {name: values for name, values in found.items() if len(values) == most}


def mean_and_std(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and sample standard deviation; None for the deviation of one value."""
    return fmean(values), stdev(values) if len(values) > 1 else None


def _paired(rows: pl.DataFrame) -> bool:
    return rows["fingerprint"].n_unique() > 1


def _has_rows(question: Question, found: Mapping[str, Sequence[float]]) -> bool:
    return bool(found.keys() & set(question.first)) and bool(found.keys() & set(question.second))


def _answer(
    question: Question,
    measure: str,
    found: Mapping[str, Sequence[float]],
    number: int,
    gap_of: Mapping[tuple[int, str, str], Gap],
    *,
    quick: bool,
) -> Answer:
    first, second = (
        max((name for name in names if name in found), key=lambda name: fmean(found[name]))
        for names in (question.first, question.second)
    )
    gap = gap_of[number, first, second]
    values = list(zip(found[first], found[second], strict=False))
    return Answer(
        question.text,
        measure,
        first,
        second,
        gap,
        sum(a > b for a, b in values),
        len(values),
        QUICK if quick else _verdict(gap, question.predicted),
    )


def _verdict(gap: Gap, predicted: Predicted | None) -> str:
    """The words of an answer; a single value is never told apart."""
    found = ("above" if gap.value > 0 else "below") if gap.told_apart else "not told apart"
    if predicted is None:
        return found
    holds = {
        "above": found == "above",
        "equal": found == "not told apart",
        "not above": found != "above",
    }
    return f"{found}, {AS_PREDICTED if holds[predicted] else NOT_AS_PREDICTED}"
