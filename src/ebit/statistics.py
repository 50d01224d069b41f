"""Statistics of means over runs: differences with their standard errors, and the advice they allow.

The advice is the same everywhere: the cheapest option that is not told apart from the best one.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, stdev
from typing import Protocol

from ebit.errors import EbitError

LEVEL = 0.05
"""Chance of any false difference among all that are told apart."""


class Moments(Protocol):
    """A mean over runs."""

    @property
    def mean(self) -> float:
        """Mean over the runs."""
        ...

    @property
    def std(self) -> float:
        """Sample standard deviation over the runs (ddof 1)."""
        ...

    @property
    def runs(self) -> int:
        """Number of runs."""
        ...


@dataclass(frozen=True)
class Sample:
    """Mean, sample standard deviation (ddof 1) and number of runs."""

    mean: float
    std: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sample":
        """That of single values; the deviation of one value is 0."""
        return cls(fmean(values), stdev(values) if len(values) > 1 else 0.0, len(values))


@dataclass(frozen=True)
class Difference:
    """A difference of two means, or a mean of differences.

    Attributes:
        value: First mean minus second mean.
        standard_error: None if there is one run only.
        freedom: Degrees of freedom of the standard error; None without one or if it is 0.
    """

    value: float
    standard_error: float | None
    freedom: float | None = None

    @property
    def errors(self) -> float | None:
        """The difference in standard errors; None if they are unknown or 0."""
        return self.value / self.standard_error if self.standard_error else None

    @property
    def p_value(self) -> float | None:
        """Two-sided p-value of the t-test; None where there is no test."""
        errors = self.errors
        if errors is None or self.freedom is None:
            return None
        from scipy.special import stdtr  # slow to import

        return float(2 * stdtr(self.freedom, -abs(errors)))

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Confidence interval of the difference; None where there is no test."""
        if not self.standard_error or self.freedom is None:
            return None
        from scipy.special import stdtrit  # slow to import

        half = float(stdtrit(self.freedom, (1 + level) / 2)) * self.standard_error
        return self.value - half, self.value + half


def welch(first: Moments, second: Moments) -> Difference:
    r"""Difference of two means with the standard error for unequal variances.

    $$SE^2 = s_1^2 / n_1 + s_2^2 / n_2, \quad
    \nu = SE^4 / \sum_k \frac{(s_k^2 / n_k)^2}{n_k - 1}$$

    `scipy.stats.ttest_ind_from_stats` gives the same p-value, but no standard error and no degrees
    of freedom, which intervals need, and takes twice the time of `scipy.special` to import.

    Args:
        first: Minuend.
        second: Subtrahend.

    Returns:
        The difference.

    Example:
        >>> difference = welch(Sample(0.9, 0.03, 9), Sample(0.8, 0.04, 16))
        >>> round(difference.standard_error, 4), round(difference.freedom, 1)
        (0.0141, 20.9)

    Source:
        B. L. Welch, Biometrika 34, 28 (1947).
    """
    value = first.mean - second.mean
    if min(first.runs, second.runs) < 2:
        return Difference(value, None)
    parts = [side.std**2 / side.runs for side in (first, second)]
    error = math.sqrt(sum(parts))
    if error == 0:
        return Difference(value, 0.0)
    shares = [(part / error**2) ** 2 for part in parts]
    weights = [share / (side.runs - 1) for share, side in zip(shares, (first, second), strict=True)]
    return Difference(value, error, 1 / sum(weights))


def against_number(number: float, sample: Moments) -> Difference:
    r"""Difference between a sample and one number that was measured once, in the same way.

    $$SE^2 = s^2 (1 / n + 1), \quad \nu = n - 1$$

    Args:
        number: What was measured once; its spread is taken to be that of the sample.
        sample: The sample.

    Returns:
        Mean of the sample minus the number.

    Example:
        >>> against_number(0.75, Sample(0.75, 0.0, 10))
        Difference(value=0.0, standard_error=0.0, freedom=None)
    """
    value = sample.mean - number
    if sample.runs < 2:
        return Difference(value, None)
    error = sample.std * math.sqrt(1 / sample.runs + 1)
    return Difference(value, error, sample.runs - 1 if error else None)


def paired(
    first: Sequence[float], second: Sequence[float], *, step: float = 0.0, overlap: float = 0.0
) -> Difference:
    r"""Mean difference of values that belong together: of one run, or of one split of the data.

    .. math:: SE^2 = s^2 (1 / n + r), \quad \nu = n - 1

    with s the sample standard deviation of the n differences.

    Args:
        first: Minuends, one per run or split.
        second: Subtrahends in the same order.
        step: Smallest possible difference of two values, such as 1 / rows of an accuracy. Rounding
            to such steps alone makes :math:`s^2 = \text{step}^2/6`, so s is taken to be no less.
        overlap: Validation rows over training rows, r, where the values belong to random splits of
            one data set, whose training rows overlap; else 0.

    Returns:
        The difference.

    Raises:
        EbitError: If the numbers of values differ, or there are none.

    Example:
        >>> difference = paired([0.9, 0.8, 0.7], [0.8, 0.6, 0.6])
        >>> round(difference.value, 3), round(difference.standard_error, 4), difference.freedom
        (0.133, 0.0333, 2)

    Source:
        Overlap: C. Nadeau and Y. Bengio, Machine Learning 52, 239 (2003).
    """
    if len(first) != len(second) or not first:
        raise EbitError(
            f"Arguments `first` and `second` must hold as many values, at least one, but hold "
            f"{len(first)} and {len(second)}."
        )
    gaps = [a - b for a, b in zip(first, second, strict=True)]
    runs, value = len(gaps), fmean(gaps)
    if runs < 2:
        return Difference(value, None)
    variance = max(stdev(gaps) ** 2, step**2 / 6 if any(gaps) else 0.0)
    error = math.sqrt(variance * (1 / runs + overlap))
    return Difference(value, error, runs - 1 if error else None)


def unpaired(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Difference of the means of values that have nothing in common (Welch).

    Args:
        first: Minuends.
        second: Subtrahends.

    Returns:
        The difference.

    Example:
        >>> round(unpaired([0.9, 0.8, 0.7], [0.6]).value, 6)
        0.2
    """
    return welch(Sample.of(first), Sample.of(second))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number, which bounds the chance of any false alarm.

    Args:
        p_values: One per test.

    Returns:
        The adjusted values in the same order.

    Example:
        >>> [round(p, 9) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]

    Source:
        S. Holm, Scandinavian Journal of Statistics 6, 65 (1979).
    """
    return [min(1.0, p) for p in _holm(p_values)]


def _holm(p_values: Sequence[float]) -> list[float]:
    """The adjusted values, which may exceed 1."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        largest = max(largest, (len(p_values) - rank) * p_values[place])
        adjusted[place] = largest
    return adjusted


@dataclass(frozen=True)
class Gap:
    """The difference of two options, one of several that were compared.

    Attributes:
        value: Mean of the first minus mean of the second.
        low: Lower end of its interval, widened for the number of comparisons: the interval leaves
            out 0 if the two are told apart. None with a single run.
        high: Upper end.
        p_value: Adjusted for the number of comparisons (Holm).
    """

    value: float
    low: float | None
    high: float | None
    p_value: float

    @property
    def told_apart(self) -> bool:
        """Whether the difference is more than chance."""
        return self.p_value < LEVEL

    def __neg__(self) -> "Gap":
        """The same in the other order."""
        if self.low is None or self.high is None:
            return Gap(-self.value, None, None, self.p_value)
        return Gap(-self.value, -self.high, -self.low, self.p_value)

    def __str__(self) -> str:
        """The difference and its interval in three digits."""
        text = _signed(self.value)
        if self.low is None or self.high is None:
            return text
        return f"{text} ({_plain(self.low)} to {_plain(self.high)})"


@dataclass(frozen=True)
class Comparisons:
    """All differences between some options.

    Attributes:
        means: Mean of every option, in the order that was given.
        gaps: Difference of every two options that follow each other in this order.
    """

    means: Mapping[str, float]
    gaps: Mapping[tuple[str, str], Gap]

    def gap(self, first: str, second: str) -> Gap:
        """The first option minus the second one."""
        if (first, second) in self.gaps:
            return self.gaps[first, second]
        return -self.gaps[second, first]

    def equal(self, first: str, second: str) -> bool:
        """Whether two options are not told apart; an option is not told apart from itself."""
        return first == second or not self.gap(first, second).told_apart

    def better(self, name: str, among: Iterable[str]) -> list[str]:
        """Those options that are told apart from one as better, best first."""
        found = [
            other
            for other in among
            if not self.equal(other, name) and self.gap(other, name).value > 0
        ]
        return sorted(found, key=lambda other: -self.means[other])


Measure = Callable[[Sequence[float], Sequence[float]], Difference]
"""The difference of two samples: `paired` or `unpaired`."""


def compare_all(
    samples: Mapping[str, Sequence[float]], measure: Measure = paired, *, most: float = math.inf
) -> Comparisons:
    """Compare every option with every other one.

    The p-values are adjusted for the number of all pairs (Holm), so that an option may be picked
    because it was the best one here. Differences without any spread over two or more runs are told
    apart; those of a single run are not.

    Args:
        samples: Values of every option, one per run or split.
        measure: How two options are compared.
        most: The largest possible difference, such as 1 of accuracies: no interval goes beyond.

    Returns:
        All differences.

    Example:
        >>> found = compare_all({"none": [0.70, 0.72, 0.71], "bell:1": [0.90, 0.91, 0.92]})
        >>> print(found.gap("bell:1", "none"))
        +0.200 (0.175 to 0.225)
    """
    pairs = list(combinations(samples, 2))
    found = gaps([measure(samples[first], samples[second]) for first, second in pairs], most=most)
    means = {name: fmean(values) for name, values in samples.items()}
    return Comparisons(means, dict(zip(pairs, found, strict=True)))


def gaps(differences: Sequence[Difference], *, most: float = math.inf) -> list[Gap]:
    """Differences with p-values and intervals adjusted for their number (Holm).

    Args:
        differences: All that are looked at together.
        most: The largest possible difference: no interval goes beyond.

    Returns:
        The same in the same order.

    Example:
        >>> one, two = gaps([paired([0.9, 0.8, 0.7], [0.8, 0.6, 0.6])] * 2)
        >>> round(one.p_value, 3), one.told_apart
        (0.114, False)
    """
    raw = [_p_value(difference) for difference in differences]
    return [
        _gap(difference, after, after / p if p else len(differences), most)
        for difference, p, after in zip(differences, raw, _holm(raw), strict=True)
    ]


@dataclass(frozen=True)
class Choice:
    """What is recommended.

    Attributes:
        chosen: The first of `equal`.
        best: The option with the highest mean; the cheaper one if equal.
        equal: All options that no other one is told apart from as better, cheapest first: the best
            one, and what is not told apart from it.
    """

    chosen: str
    best: str
    equal: tuple[str, ...]


def cheapest_not_told_apart(
    compared: Comparisons, allowed: Collection[str] | None = None
) -> Choice:
    """The cheapest option that is not told apart from the best one.

    An option that any other one is told apart from as better is not chosen either.

    Args:
        compared: All differences between options that were given from cheap to dear.
        allowed: The options that can be had; all by default.

    Returns:
        The choice.

    Raises:
        EbitError: If no option can be had.

    Example:
        >>> samples = {"none": [0.70, 0.72, 0.71], "bell:1": [0.90, 0.91, 0.92],
        ...            "bell:2": [0.93, 0.90, 0.92]}
        >>> cheapest_not_told_apart(compare_all(samples))
        Choice(chosen='bell:1', best='bell:2', equal=('bell:1', 'bell:2'))
    """
    names = [name for name in compared.means if allowed is None or name in allowed]
    if not names:
        raise EbitError("Argument `allowed` leaves no option: allow at least one.")
    best = max(names, key=lambda name: compared.means[name])
    equal = tuple(name for name in names if not compared.better(name, names))
    return Choice(equal[0], best, equal)


def _p_value(difference: Difference) -> float:
    """1 where nothing is known about the spread, 0 for a difference that has none."""
    if difference.standard_error is None or difference.value == 0:
        return 1.0
    p = difference.p_value
    return 0.0 if p is None else p


def _gap(difference: Difference, adjusted: float, factor: float, most: float) -> Gap:
    """With the interval of the level that the adjustment by this factor leaves."""
    p = min(1.0, adjusted)
    if difference.standard_error is None:
        return Gap(difference.value, None, None, p)
    interval = difference.interval(1 - LEVEL / factor)
    low, high = interval or (difference.value, difference.value)
    return Gap(difference.value, max(low, -most), min(high, most), p)


def _signed(number: float) -> str:
    """Three digits with a sign."""
    text = _plain(number)
    return text if text.startswith("\N{MINUS SIGN}") else f"+{text}"


def _plain(number: float) -> str:
    """Three digits; nothing is called minus zero."""
    return f"{number:z.3f}".replace("-", "\N{MINUS SIGN}")
