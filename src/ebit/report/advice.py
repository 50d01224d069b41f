"""Which resource is recommended, from result rows, by the rule of `ebit.statistics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from ebit.plots.resources import is_baseline
from ebit.report.summary import ResourceSummary, find, summarize
from ebit.resources.price import price
from ebit.statistics import (
    Choice,
    Comparisons,
    Measure,
    cheapest_not_told_apart,
    compare_all,
    paired,
    unpaired,
)


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
    """

    summaries: tuple[ResourceSummary, ...]
    choice: Choice
    compared: Comparisons
    beside: Comparisons
    values: str

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

    def of(self, resource: str) -> ResourceSummary:
        """The summary of one resource."""
        found = find(self.summaries, resource)
        assert found is not None
        return found


def advise(rows: pl.DataFrame) -> Advice:
    """What the rows recommend.

    Values are accuracies of single runs, paired if all resources have the same runs of one seed; or
    means over the runs of each split of the data, if there are several splits.

    Args:
        rows: Result rows, one a run.

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
    summaries = tuple(summarize(rows))
    samples, measure, values = _samples(rows, [summary.resource for summary in summaries])
    shared = [summary for summary in summaries if not is_baseline(summary.resource)]
    order = sorted(shared or summaries, key=lambda summary: price(summary.amounts))
    compared = compare_all({line.resource: samples[line.resource] for line in order}, measure)
    choice = cheapest_not_told_apart(compared)
    others = [line.resource for line in summaries if is_baseline(line.resource) or not shared]
    names = dict.fromkeys(["none", choice.chosen, *others])
    beside = compare_all({name: samples[name] for name in names if name in samples}, measure)
    return Advice(summaries, choice, compared, beside, values)


def _samples(
    rows: pl.DataFrame, resources: Sequence[str]
) -> tuple[Mapping[str, list[float]], Measure, str]:
    """The values of each resource, how two of them are compared, and what they are."""
    parts = {name: rows.filter(pl.col("resource") == name) for name in resources}
    step, overlap = _resolution(rows)
    if "split" in rows.columns and rows["split"].n_unique() > 1:
        by_split = {
            name: own.group_by("split").agg(pl.col("validation_accuracy").mean()).sort("split")
            for name, own in parts.items()
        }
        samples = {n: own["validation_accuracy"].to_list() for n, own in by_split.items()}
        if len({tuple(own["split"]) for own in by_split.values()}) == 1:
            count = rows["split"].n_unique()
            return samples, partial(paired, overlap=overlap), f"paired by split ({count} splits)"
        return samples, unpaired, "of means over the splits"
    sort = [column for column in ("seed", "run") if column in rows.columns]
    parts = {name: own.sort(sort) if sort else own for name, own in parts.items()}
    samples = {name: own["validation_accuracy"].to_list() for name, own in parts.items()}
    if len({tuple(own.select(sort).rows()) for own in parts.values()}) == 1:
        return samples, partial(paired, step=step), f"paired by run ({_runs(samples)})"
    return samples, unpaired, f"of means over the runs ({_runs(samples)})"


def _resolution(rows: pl.DataFrame) -> tuple[float, float]:
    """The smallest difference of two accuracies, and validation rows over training rows."""
    if not {"train_rows", "validation_rows"} <= set(rows.columns):
        return 0.0, 0.0
    known = rows.select("train_rows", "validation_rows").drop_nulls()
    if known.is_empty() or 0 in known.row(0):
        return 0.0, 0.0
    train, validation = known.row(0)
    return 1 / validation, validation / train


def _runs(samples: Mapping[str, Sequence[float]]) -> str:
    counts = sorted({len(values) for values in samples.values()})
    return f"{' or '.join(map(str, counts))} run{'' if counts == [1] else 's'}"
