"""What a node can train: local updates from the rows of one node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit.consensus.agreement.fixed_point import from_fixed, to_fixed
from ebit.consensus.agreement.state import Integers
from ebit.consensus.agreement.work import LeastSquares, LocalUpdate

LARGEST_STEP = 1000.0
"""No update is larger, so that it fits in 32 bits."""


@dataclass(frozen=True, eq=False)
class GradientSteps:
    """Gradient steps of the quantum neural network of `ebit consensus run` on batches of rows.

    Attributes:
        gradient: Parameters, features and labels -> gradient of the loss.
        x: Features in radians, shape (rows, features).
        y: Labels, shape (rows,).
        rate: Step size.
        batch: Rows of a batch.
    """

    gradient: Callable[..., Any]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    rate: float
    batch: int = 8

    def __call__(self, theta: Integers, round: int, key: int) -> Integers:
        """The step on a batch that the key draws."""
        random = np.random.default_rng(key)
        rows = random.choice(len(self.y), min(self.batch, len(self.y)), replace=False)
        found = self.gradient(
            from_fixed(theta).astype(np.float32),
            self.x[rows].astype(np.float32),
            self.y[rows].astype(np.int32),
        )
        step = -self.rate * np.asarray(found, np.float64)
        return to_fixed(np.clip(step, -LARGEST_STEP, LARGEST_STEP))


def _least_squares(x: NDArray[np.float64], y: NDArray[np.float64], rate: float) -> LocalUpdate:
    return LeastSquares(x, y, rate)


def _dqnn(x: NDArray[np.float64], y: NDArray[np.float64], rate: float) -> LocalUpdate:
    import jax

    from ebit.consensus.training.dqnn import Dqnn

    return GradientSteps(jax.jit(Dqnn().gradient), x, y, rate)


WORKERS: Mapping[str, Callable[[NDArray[np.float64], NDArray[np.float64], float], LocalUpdate]] = {
    "least-squares": _least_squares,
    "dqnn": _dqnn,
}
"""Kind of work -> local update of a node with these rows, and this step size."""
