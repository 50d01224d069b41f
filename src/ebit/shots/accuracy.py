"""Accuracy of labels that are read off a finite number of shots."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.typing import ArrayLike
from numpy.typing import NDArray

from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.shots.sampling import check_shots, estimate_expectation, sample_outcomes

_REPEATS_AT_ONCE = 16


@own_settings
def sampled_accuracies(
    key: jax.Array,
    probabilities: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    *,
    shots: Sequence[int],
    repeats: int = 20,
) -> NDArray[np.float64]:
    r"""Fraction of right labels :math:`\mathrm{sgn}\, \hat E` for several numbers of shots.

    Args:
        key: JAX random key.
        probabilities: P(o | x), shape (rows, 2, ...).
        weights: Weight of every outcome in the read-out, shape (2, ...).
        labels: +1 or -1, shape (rows,).
        shots: Numbers of shots per row.
        repeats: How often all rows are measured anew.

    Returns:
        Shape (numbers of shots, repeats).

    Raises:
        EbitError: If a number is out of range or shapes do not fit.

    Example:
        >>> certain = jnp.array([[1.0, 0.0], [0.0, 1.0]])
        >>> sampled_accuracies(jax.random.key(0), certain, jnp.array([1.0, -1.0]),
        ...                    jnp.array([1.0, 1.0]), shots=(1, 9), repeats=2)
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """
    if len(shots) == 0:
        raise EbitError("Argument `shots` is empty: name at least one number of shots.")
    for number in shots:
        check_shots(number)
    if not isinstance(repeats, int | np.integer) or repeats < 1:
        raise EbitError(
            f"Argument `repeats` must be a whole number, at least 1, but is {repeats!r}."
        )
    table, targets = jnp.asarray(probabilities), jnp.asarray(labels)
    if targets.shape != table.shape[:1]:
        raise EbitError(
            f"Argument `labels` must have shape {table.shape[:1]}, one entry per row, but has "
            f"shape {targets.shape}."
        )
    numbers = jnp.repeat(jnp.asarray(shots, table.dtype), repeats)
    keys = jax.random.split(key, len(numbers))
    result = _accuracies(keys, numbers, table, jnp.asarray(weights), targets)
    return np.asarray(result, np.float64).reshape(len(shots), repeats)


@jax.jit
def _accuracies(
    keys: jax.Array,
    shots: jax.Array,
    probabilities: jax.Array,
    weights: jax.Array,
    labels: jax.Array,
) -> jax.Array:
    def accuracy(measurement: tuple[jax.Array, jax.Array]) -> jax.Array:
        key, number = measurement
        estimate, _ = estimate_expectation(sample_outcomes(key, probabilities, number), weights)
        return jnp.mean(jnp.where(estimate >= 0, 1, -1) == labels)

    return lax.map(accuracy, (keys, shots), batch_size=_REPEATS_AT_ONCE)
