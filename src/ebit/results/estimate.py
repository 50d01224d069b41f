"""What a task will need, before it starts."""

import time
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp

from ebit.results.task import Task


@dataclass(frozen=True)
class Estimate:
    """Needs of a training, from counted operations and sizes.

    Attributes:
        memory_bytes: Peak memory of the training step, all runs together, to leading order.
        seconds: Least time: operations divided by the matrix-product rate of this machine.
    """

    memory_bytes: int
    seconds: float

    @property
    def is_large(self) -> bool:
        """Whether to tell the user before starting: above 1 GB or five minutes."""
        return self.memory_bytes > 1e9 or self.seconds > 300

    def __str__(self) -> str:
        """Memory and time in words."""
        minutes = self.seconds / 60
        span = f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
        return f"about {self.memory_bytes / 1e9:.1f} GB of memory and at least {span}"


def estimate(task: Task) -> Estimate:
    """What the training of a task needs.

    A training step costs about three forward evaluations (the backward pass is two).

    Args:
        task: The task.

    Returns:
        Memory and least time.
    """
    model, training = task.model.build(), task.training
    operations = 3 * model.operations(training.batch_size) * training.steps * training.runs
    memory = model.memory(training.batch_size, 4) * training.runs
    return Estimate(memory, operations / matrix_product_rate())


@cache
def matrix_product_rate() -> float:
    """Operations per second of a float32 matrix product on this machine, measured once."""
    matrix = jnp.ones((1024, 1024), jnp.float32)
    jax.block_until_ready(matrix @ matrix)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        jax.block_until_ready(matrix @ matrix)
        best = min(best, time.perf_counter() - started)
    return 2 * 1024**3 / best
