"""Outcomes of a finite number of measurements, and what they say about an expectation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import NDArray

from ebit import checks
from ebit.errors import EbitError
from ebit.jax_settings import own_settings
from ebit.models import CircuitModel, Model
from ebit.models.checks import check_key
from ebit.models.readout import check_shots, unit_weights

TOLERANCE = 1e-3
"""By how much the sum of probabilities may miss 1."""


@own_settings
def sample_outcomes(key: jax.Array, probabilities: ArrayLike, shots: int | jax.Array) -> jax.Array:
    r"""Counts of every outcome in a number of shots, drawn from the multinomial distribution.

    .. math:: P(c) = \frac{N!}{\prod_o c_o!} \prod_o p_o^{c_o}, \qquad \sum_o c_o = N

    Args:
        key: JAX random key.
        probabilities: P(o | x), shape (batch, 2, ...) with one axis per measured bit; rounding
            errors below 0 are taken as 0.
        shots: Shots N per row, at most `MAX_SHOTS`; a traced number is not checked.

    Returns:
        Counts, real numbers of the shape and precision of `probabilities`.

    Raises:
        EbitError: If `shots` is no whole number from 1 to `MAX_SHOTS` or the shape is wrong.

    Example:
        >>> fair = jnp.full((3, 2, 2), 0.25)
        >>> sample_outcomes(jax.random.key(0), fair, shots=10).sum(axis=(1, 2)).tolist()
        [10.0, 10.0, 10.0]
    """
    if not isinstance(shots, jax.Array):
        check_shots(shots)
    check_key(key)
    known = not isinstance(probabilities, jax.core.Tracer)
    if known:
        checks.numbers("probabilities", probabilities)
    probabilities = jnp.asarray(probabilities)
    if probabilities.ndim < 2:
        raise EbitError(
            "Argument `probabilities` must have shape (batch, 2, ...), but has shape "
            f"{probabilities.shape}."
        )
    if known:
        check_tables(np.asarray(probabilities))
    return _draw(key, probabilities, jnp.asarray(shots, probabilities.dtype))


def check_tables(tables: NDArray[Any]) -> None:
    """Raise unless every row is a table of probabilities; rounding is allowed.

    Args:
        tables: Shape (rows, 2, ...).

    Raises:
        EbitError: If one is none.
    """
    sums = tables.reshape(len(tables), -1).sum(axis=1)
    if tables.size and (tables.min() < -TOLERANCE or np.abs(sums - 1).max() > TOLERANCE):
        raise EbitError(
            "Argument `probabilities` must have rows of numbers from 0 to 1 whose sum is 1, but "
            f"has a row with the sum {sums[np.abs(sums - 1).argmax()]:.6g} and the number "
            f"{tables.min():.6g}: divide each row by its sum."
        )


@jax.jit
def _draw(key: jax.Array, probabilities: jax.Array, shots: jax.Array) -> jax.Array:
    flat = jnp.maximum(probabilities, 0).reshape(len(probabilities), -1)
    counts = jax.random.multinomial(key, shots, flat, dtype=flat.dtype)
    return counts.reshape(probabilities.shape)


@own_settings
def estimate_expectation(counts: ArrayLike, weights: ArrayLike) -> tuple[jax.Array, jax.Array]:
    r"""Read-out and its standard error from counts; the sign of the read-out is the label.

    .. math:: \hat E = \sum_o w_o \frac{c_o}{N}, \qquad
        \mathrm{SE} = \sqrt{\frac{1}{N} \Big(\sum_o w_o^2 q_o - \big(\sum_o w_o q_o\big)^2\Big)},
        \quad q_o = \frac{c_o + 1}{N + K}

    for K outcomes. The estimate has no bias. The one imaginary shot of every outcome in q
    (Laplace's rule) keeps the standard error above 0 when all shots agree by chance.

    Args:
        counts: As `sample_outcomes` returns them, shape (batch, 2, ...).
        weights: Weight of every outcome, shape (2, ...).

    Returns:
        Estimates and standard errors, shape (batch,) each.

    Raises:
        EbitError: If the shapes do not fit.

    Example:
        >>> counts = jnp.array([[[40.0, 10.0], [10.0, 40.0]]])
        >>> estimate, error = estimate_expectation(counts, jnp.array([[1.0, -1.0], [-1.0, 1.0]]))
        >>> round(float(estimate[0]), 3), round(float(error[0]), 3)
        (0.6, 0.082)
    """
    for name, value in {"counts": counts, "weights": weights}.items():
        if not isinstance(value, jax.core.Tracer):
            checks.numbers(name, value)
    counts, weights = jnp.asarray(counts), jnp.asarray(weights)
    if counts.shape[1:] != weights.shape:
        raise EbitError(
            f"Argument `counts` must have shape (batch, {', '.join(map(str, weights.shape))}), but "
            f"has shape {counts.shape}."
        )
    outcomes = tuple(range(1, counts.ndim))
    shots = jnp.sum(counts, axis=outcomes)
    smooth = (counts + 1) / jnp.expand_dims(shots + weights.size, outcomes)
    unit, largest = unit_weights(weights)
    estimate = jnp.sum(unit * counts, axis=outcomes) / shots * largest
    mean = jnp.sum(weights * smooth, axis=outcomes)
    deviation = weights - jnp.expand_dims(mean, outcomes)
    return estimate, jnp.sqrt(jnp.sum(deviation**2 * smooth, axis=outcomes) / shots)


def check_seed(seed: Any) -> None:
    """Raise unless this is a seed of measurements.

    Args:
        seed: What the user gave.

    Raises:
        EbitError: If it is no whole number from 0 to 2**32 - 1.

    Example:
        >>> check_seed(0)
    """
    checks.seed("seed", seed)


def check_measured(model: Model) -> CircuitModel:
    """The same model, if its label is read off measured bits.

    Args:
        model: Any model.

    Returns:
        The model.

    Raises:
        EbitError: If nothing is measured in it.

    Example:
        >>> from ebit.models import SingleQCNN
        >>> check_measured(SingleQCNN()).resource_name
        'single'
    """
    checks.instance(Model, "a model such as ebit.DistributedQCNN()")("model", model)
    if not isinstance(model, CircuitModel):
        raise EbitError(
            f"Argument `shots` needs a circuit that is measured, but {model.resource_name!r} has "
            "none: leave it out or take a quantum model."
        )
    return model
