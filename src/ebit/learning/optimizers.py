"""Optimisers by name, what each of them takes from the settings, and those that search a line."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import optax

Rate = float | Callable[[Any], Any]
"""A step size, or one for every step."""


@dataclass(frozen=True)
class OptimizerRow:
    """An optimiser of the table.

    Attributes:
        words: What it is, for people.
        uses: The settings that it takes, besides the number of steps.
        make: Builds it from a step size and the decays of two means.
        searches: Whether it evaluates the loss along its direction, which needs the same loss at
            every step: all rows, exact.
    """

    words: str
    uses: frozenset[str]
    make: Callable[[Rate, float, float], optax.GradientTransformation]
    searches: bool = False


_RATE = frozenset({"learning_rate", "schedule"})
_MEANS = _RATE | {"b1", "b2"}

OPTIMIZERS: dict[str, OptimizerRow] = {
    "adam": OptimizerRow("means of gradients and of their squares", _MEANS, optax.adam),
    "nadam": OptimizerRow("Adam with Nesterov's look ahead", _MEANS, optax.nadam),
    "amsgrad": OptimizerRow("Adam with the largest mean of squares", _MEANS, optax.amsgrad),
    "adabelief": OptimizerRow("Adam with squared surprises", _MEANS, optax.adabelief),
    "rmsprop": OptimizerRow(
        "gradients over the root of a mean of squares", _RATE, lambda rate, *_: optax.rmsprop(rate)
    ),
    "adagrad": OptimizerRow(
        "gradients over the root of a sum of squares", _RATE, lambda rate, *_: optax.adagrad(rate)
    ),
    "sgd": OptimizerRow("plain gradient descent", _RATE, lambda rate, *_: optax.sgd(rate)),
    "lbfgs": OptimizerRow(
        "L-BFGS with a line search, on all rows",
        frozenset(),
        lambda *_: optax.lbfgs(),
        searches=True,
    ),
}
"""Optimisers by name."""

CHOSEN_BY_OPTIMIZER = ("learning_rate", "b1", "b2", "schedule")
"""Settings of which an optimiser uses all, some or none."""


@lru_cache
def optimizer_named(
    name: str, learning_rate: float, b1: float, b2: float, cosine_steps: int | None
) -> optax.GradientTransformation:
    r"""An optimiser of the table; equal arguments give the same object.

    Args:
        name: One of `OPTIMIZERS`.
        learning_rate: Step size at the start.
        b1: Decay of the mean of the gradients.
        b2: Decay of the mean of their squares.
        cosine_steps: Steps T over which the step size falls as (1 + cos(pi t / T)) / 2; None for a
            constant one.

    Returns:
        The optimiser.

    Example:
        >>> optimizer_named("sgd", 0.1, 0.9, 0.999, None) is optimizer_named(
        ...     "sgd", 0.1, 0.9, 0.999, None)
        True
    """
    rate: Rate = learning_rate
    if cosine_steps is not None:
        rate = optax.cosine_decay_schedule(learning_rate, cosine_steps)
    return OPTIMIZERS[name].make(rate, b1, b2)


def searches_line(optimizer: optax.GradientTransformation) -> bool:
    """Whether an optimiser evaluates the loss itself, found by asking it for one update.

    Args:
        optimizer: Any Optax optimiser.

    Returns:
        True for one with a line search, such as L-BFGS.

    Example:
        >>> searches_line(optax.lbfgs()), searches_line(optax.adam(0.1))
        (True, False)
    """
    asked = []

    def value_fn(parameters: jax.Array) -> jax.Array:
        asked.append(True)
        return jnp.sum(parameters)

    def update(parameters: jax.Array) -> Any:
        state = optimizer.init(parameters)
        extra = {"value": jnp.sum(parameters), "grad": parameters, "value_fn": value_fn}
        return optax.with_extra_args_support(optimizer).update(
            parameters, state, parameters, **extra
        )

    jax.eval_shape(update, jnp.ones(2))
    return bool(asked)
