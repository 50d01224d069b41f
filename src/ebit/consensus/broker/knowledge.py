r"""What a broker learns about its links.

The success rate of a link is the mean of what its record of k successes in N attempts leaves
likely, :math:`(k + 1)/(N + 1/\bar p)` with the rate of the data sheet. Every link is tried in every
round, so there is nothing to explore. For comparison it can be taken to be as large as its record
of k successes in N attempts leaves likely, so that a link with a short record is tried, and the
regret grows with the logarithm of time:

.. math:: \max\{q : N\,d(k/N, q) \le \ln t\}

with the binary relative entropy d. The time constant is the most likely one, given the outcomes of
Bell-pair tests of aged pairs and the data sheet.

Source:
    Garivier and Cappé, The KL-UCB algorithm for bounded stochastic bandits, COLT (2011).
"""

from dataclasses import dataclass, field

import numpy as np

from ebit.consensus.broker.links import Array, Links, Whole
from ebit.consensus.broker.play import Played

CANDIDATES = np.exp(np.linspace(-0.8, 0.8, 33))
"""Time constants as multiples of the one in the data sheet."""

SHEET_ERROR = 0.3
"""Standard deviation of the logarithm of a true time constant around that of the data sheet."""

BISECTIONS = 30


def optimistic_rate(successes: Whole, attempts: Whole, time: int) -> Array:
    """The largest success rate that a record leaves likely.

    Args:
        successes: Successes k.
        attempts: Attempts N, the same shape.
        time: Slots t that have passed.

    Returns:
        Rates, 1 where nothing was tried.

    Example:
        >>> optimistic_rate(np.array([0, 50]), np.array([0, 100]), 100).round(2).tolist()
        [1.0, 0.65]
    """
    tried = np.maximum(attempts, 1)
    rate = successes / tried
    low, high = rate, np.ones_like(rate)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        inside = tried * _relative_entropy(rate, middle) <= np.log(max(time, 1))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.where(attempts > 0, high, 1.0)


def _relative_entropy(p: Array, q: Array) -> Array:
    tiny = np.finfo(float).tiny
    parts = [
        a * (np.log(np.maximum(a, tiny)) - np.log(np.maximum(b, tiny)))
        for a, b in ((p, q), (1 - p, 1 - q))
    ]
    return parts[0] + parts[1]


@dataclass
class Knowledge:
    """Records of all links, of which estimates are made.

    Args:
        runs: Number of runs.
        nodes: Number of nodes.
        rate: Success rate in the data sheet.
        sheet: Time constant in the data sheet, in slots.
        optimistic: Whether rates are the largest likely ones.
        fresh: Werner parameter of a new pair.
        least: Smallest useful one.
    """

    runs: int
    nodes: int
    rate: float
    sheet: float
    optimistic: bool
    fresh: float
    least: float
    time: int = 0
    attempts: Whole = field(init=False)
    successes: Whole = field(init=False)
    likelihood: Array = field(init=False)

    def __post_init__(self) -> None:
        shape = (self.runs, self.nodes)
        self.attempts, self.successes = np.zeros(shape, int), np.zeros(shape, int)
        prior = -0.5 * (np.log(CANDIDATES) / SHEET_ERROR) ** 2
        self.likelihood = np.broadcast_to(prior, (*shape, len(CANDIDATES))).copy()

    def links(self) -> Links:
        """The links as far as they are known."""
        mean = (self.successes + 1) / (self.attempts + 1 / self.rate)
        largest = optimistic_rate(self.successes, self.attempts, self.time)
        return Links(
            success=largest if self.optimistic else mean,
            coherence=self.sheet * CANDIDATES[self.likelihood.argmax(axis=-1)],
            fresh=self.fresh,
            least=self.least,
        )

    def learn(self, played: Played, links: Links, luck: Array) -> None:
        """Add what happened in a round.

        Args:
            played: The round.
            links: The true links, of which tests are drawn.
            luck: Uniform numbers for the outcomes, shape (runs, nodes).
        """
        self.time += 1
        self.attempts += played.attempts
        self.successes += played.made
        run, node = np.nonzero(np.isfinite(played.tested_age))
        age = played.tested_age[run, node]
        right = luck[run, node] < (1 + links.worth(played.tested_age)[run, node]) / 2
        # one of XX, -YY, ZZ: 1 with probability (1 + w) / 2
        worth = self.fresh * np.exp(-age[:, None] / (self.sheet * CANDIDATES))
        sign = np.where(right, 1.0, -1.0)[:, None]
        self.likelihood[run, node] += np.log1p(sign * worth)
