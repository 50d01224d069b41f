"""What a task will need, before it starts."""

import os
import time
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp

from ebit import checks
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.learning.program import training_operations
from ebit.results.task import Task

SLOWEST = 50
"""Longest time over least time that was seen: 3 for `bell:1`, 50 for `quantum` with 16 qubits,
which is bound by memory and not by arithmetic."""


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
        """Whether to tell the user before starting: above 1 GB, or perhaps five minutes."""
        return self.memory_bytes > 1e9 or SLOWEST * self.seconds > 300

    def __str__(self) -> str:
        """Memory and time in words."""
        least, most = _span(self.seconds), _span(SLOWEST * self.seconds)
        size = self.memory_bytes / 1e6
        memory = f"{size / 1000:.1f} GB" if size >= 100 else f"{size:.0f} MB"
        return f"about {memory} of memory and {least} to {most}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


@checks.takes(task=checks.instance(Task, "a task"))
def estimate(task: Task) -> Estimate:
    """What the training of a task needs.

    Args:
        task: The task.

    Returns:
        Memory and least time.
    """
    model, training = task.model.build(), task.training
    operations = training_operations(model, training)
    at_once = training.runs if model.stacks_runs else 1
    memory = model.memory(training.batch_size, 4) * at_once
    return Estimate(memory, operations / matrix_product_rate())


def check_memory(task: Task, needs: Estimate) -> None:
    """Raise before a training that this machine has no memory for.

    Args:
        task: The task.
        needs: What `estimate` says about it.

    Raises:
        EbitError: If it needs more than there is.
    """
    have = machine_memory()
    if have is not None and needs.memory_bytes > have:
        raise EbitError(
            f"Resource {task.model.resource!r} with {task.model.qubits} qubits per QPU needs about "
            f"{needs.memory_bytes / 1e9:.0f} GB of memory, but there are {have / 1e9:.0f} GB: use "
            "a smaller batch size or fewer runs, or leave this resource out."
        )


@own_settings
def machine_memory() -> int | None:
    """Bytes of memory of the device that JAX computes on; None if unknown."""
    device = jax.devices()[0]
    if device.platform != "cpu":
        limit = (device.memory_stats() or {}).get("bytes_limit")
        return None if limit is None else int(limit)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


@cache
@own_settings
def matrix_product_rate() -> float:
    """Operations per second of a float32 matrix product on this machine, measured once."""
    matrix = jnp.ones((1024, 1024), jnp.float32)
    jnp.matmul(matrix, matrix, precision=jax.lax.Precision.HIGHEST).block_until_ready()
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        jnp.matmul(matrix, matrix, precision=jax.lax.Precision.HIGHEST).block_until_ready()
        best = min(best, time.perf_counter() - started)
    return 2 * 1024**3 / best
