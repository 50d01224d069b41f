"""Links with what is random about them, and the jobs that they serve.

Arrays have the shape (runs, nodes). All policies meet the same links, releases and luck under the
same seed, so that their differences are paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.broker.regimes import Regime
from ebit.physics import werner_parameter

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

EARLIEST, LATEST = 0.2, 0.7
"""Jobs are released within this part of a round."""


@dataclass(frozen=True)
class Links:
    """The link of every node to the hub.

    Attributes:
        success: Probability of an attempt, shape (runs, nodes).
        coherence: Time constant of its pairs in slots, the same shape.
        fresh: Werner parameter of a pair when it is made.
        least: Smallest useful one.
    """

    success: Array
    coherence: Array
    fresh: float
    least: float

    @classmethod
    def draw(cls, regime: Regime, nodes: int, seeds: Sequence[int]) -> "Links":
        """Random links of some runs, one seed each."""
        draws = np.stack([random_of(seed, "links").random((2, nodes)) for seed in seeds])
        low, high = np.log(regime.success)
        return cls(
            success=np.exp(low + (high - low) * draws[:, 0]),
            coherence=regime.coherence * np.exp(regime.spread * (2 * draws[:, 1] - 1)),
            fresh=float(werner_parameter(regime.fresh_fidelity)),
            least=float(werner_parameter(regime.least_fidelity)),
        )

    def worth(self, age: Array) -> Array:
        """Werner parameter of pairs of these ages in slots, shape (runs, nodes, ...)."""
        shape = self.coherence.shape + (1,) * (age.ndim - self.coherence.ndim)
        return self.fresh * np.exp(-age / self.coherence.reshape(shape))


@dataclass(frozen=True)
class Jobs:
    """What the nodes ask for in one round: each m pairs between its release and the round's end.

    Attributes:
        release: First slot in which pairs can be used, shape (runs, nodes).
        value: Worth of a finished job, mean 1 in every run.
    """

    release: Whole
    value: Array


def draw_releases(nodes: int, slots: int, seeds: Sequence[int], turn: int) -> Whole:
    """Random release slots of a round, shape (runs, nodes)."""
    low, high = int(EARLIEST * slots), max(int(EARLIEST * slots) + 1, int(LATEST * slots))
    return np.stack([random_of(s, "release", turn).integers(low, high, nodes) for s in seeds])


def draw_luck(nodes: int, slots: int, seeds: Sequence[int], turn: int) -> Array:
    """Uniform numbers that decide attempts, order and tests, shape (3, slots, runs, nodes)."""
    draws = [random_of(seed, "luck", turn).random((3, slots, nodes)) for seed in seeds]
    return np.stack(draws, axis=2)


_STREAMS = ("links", "release", "luck", "hardware", "liars", "mirrors", "shuffle")


def random_of(seed: int, stream: str, turn: int = 0) -> np.random.Generator:
    """A generator of its own for every seed, purpose and round."""
    return np.random.Generator(np.random.Philox(key=[seed, _STREAMS.index(stream) + 8 * turn]))
