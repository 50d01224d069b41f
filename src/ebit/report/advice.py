"""Which resource is recommended, from result rows, by the rule of `ebit.statistics`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ebit import checks
from ebit.accuracies import accuracy_column, has_numbers, judged, samples_of
from ebit.plots.resources import is_baseline, sort_resources
from ebit.report.summary import ResourceSummary, find, summarize
from ebit.resources.price import price
from ebit.statistics import Choice, Comparisons, cheapest_not_told_apart, compare_all

ACCURACY = "validation accuracy"
R2 = "validation R²"
LARGEST = {ACCURACY: 1.0, R2: math.inf}
"""The largest possible difference of what is judged."""


@dataclass(frozen=True)
class Advice:
    """What is recommended, and how it stands to everything else.

    Attributes:
        summaries: Summary of every resource in the fixed order.
        choice: What is recommended among the resources; among the baselines if there is nothing
            else.
        compared: Differences of these, from cheap to dear.
        beside: Differences of the recommended resource, ``none`` and the baselines.
        values: What the values are that differences are taken of, in words.
        shots: Shots that a label is read off; None for infinitely many.
        exact: Mean accuracy of every resource with infinitely many shots.
        without_shots: Resources in which nothing is measured: judged by their exact accuracy.
        quality: What is judged: `ACCURACY`, or `R2` where targets are numbers.
    """

    summaries: tuple[ResourceSummary, ...]
    choice: Choice
    compared: Comparisons
    beside: Comparisons
    values: str
    shots: int | None
    exact: Mapping[str, float]
    without_shots: tuple[str, ...]
    quality: str

    @property
    def title(self) -> str:
        """What is judged, as the start of a sentence."""
        return self.quality[0].upper() + self.quality[1:]

    @property
    def chosen(self) -> ResourceSummary:
        """The recommended resource."""
        return self.of(self.choice.chosen)

    @property
    def best(self) -> ResourceSummary:
        """The resource with the highest mean."""
        return self.of(self.choice.best)

    @property
    def cheaper(self) -> list[str]:
        """What costs less than the recommended resource, from cheap to dear."""
        names = list(self.compared.means)
        return names[: names.index(self.choice.chosen)]

    @property
    def cut_intervals(self) -> str:
        """What to know if an interval would reach beyond all possible differences; else nothing."""
        most = LARGEST[self.quality]
        found = (*self.compared.gaps.values(), *self.beside.gaps.values())
        if not any(gap.low != gap.high and (gap.low == -most or gap.high == most) for gap in found):
            return ""
        return (
            "An interval that reaches \N{MINUS SIGN}1 or 1 is cut there, at the largest possible "
            "difference: these runs are too few to tell."
        )

    def of(self, resource: str) -> ResourceSummary:
        """The summary of one resource."""
        found = find(self.summaries, resource)
        assert found is not None
        return found


@checks.takes(rows=checks.frame, shots=checks.maybe(checks.whole(1)))
def advise(rows: pl.DataFrame, shots: int | None = None) -> Advice:
    """What the rows recommend.

    Values are accuracies of single runs, paired if all resources have the same runs of one seed; or
    means over the runs of each split of the data, if there are several splits.

    Args:
        rows: Result rows, one a run.
        shots: Shots that a label is read off: the accuracies are those of the column
            `validation_accuracy_1000_shots` and the like. Where that is empty, since nothing is
            measured, and by default the accuracies are those of infinitely many shots.

    Returns:
        The advice.

    Raises:
        EbitError: The rows lack a column, repeat a run, or mix data sets or settings.

    Example:
        >>> rows = pl.DataFrame({"resource": ["none"] * 3 + ["bell:1"] * 3,
        ...     "validation_accuracy": [0.8, 0.81, 0.79, 0.9, 0.92, 0.91]})
        >>> advise(rows).choice.chosen
        'bell:1'
    """
    known = judged(rows, shots)
    quality = R2 if has_numbers(rows) else ACCURACY
    summaries = tuple(summarize(known, are_shares=not has_numbers(rows)))
    samples = samples_of(known)
    shared = [summary for summary in summaries if not is_baseline(summary.resource)]
    order = sorted(shared or summaries, key=lambda summary: price(summary.amounts))
    cheap_first = {line.resource: samples.values[line.resource] for line in order}
    compared = compare_all(cheap_first, samples.measure, most=LARGEST[quality])
    choice = cheapest_not_told_apart(compared)
    others = [line.resource for line in summaries if is_baseline(line.resource) or not shared]
    names = [name for name in ("none", choice.chosen, *others) if name in samples.values]
    some = {name: samples.values[name] for name in names}
    beside = compare_all(some, samples.measure, most=LARGEST[quality])
    return Advice(
        summaries,
        choice,
        compared,
        beside,
        samples.words,
        shots,
        *_exact(rows, shots),
        quality,
    )


def _exact(rows: pl.DataFrame, shots: int | None) -> tuple[Mapping[str, float], tuple[str, ...]]:
    """Mean accuracy of infinitely many shots by resource, and where no other one is known."""
    means = rows.group_by("resource").agg(pl.col("validation_accuracy").mean())
    if shots is None:
        return dict(means.iter_rows()), ()
    without = rows.filter(pl.col(accuracy_column(shots)).is_null())["resource"]
    return dict(means.iter_rows()), tuple(sort_resources(without))
