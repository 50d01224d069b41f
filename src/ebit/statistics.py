"""Statistics of means over runs: differences with their standard errors, and many of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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


@dataclass(frozen=True)
class Difference:
    """A difference of two means.

    Attributes:
        value: First mean minus second mean.
        standard_error: None if a side has one run.
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
        """Two-sided p-value of Welch's t-test; None where there is no test."""
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
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
