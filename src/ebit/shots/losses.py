"""Losses estimated without bias from two independent estimates of the read-out."""

from collections.abc import Callable

import jax
import jax.numpy as jnp


def paired_mse(labels: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    r"""Mean squared error :math:`\langle (L - \hat E_1)(L - \hat E_2) \rangle`.

    The square of one estimate would be too large by the variance of that estimate. The product of
    two independent ones is right on average, and can be negative.

    Args:
        labels: +1 or -1, shape (batch,).
        first: Estimated read-outs, shape (batch,).
        second: The same from other shots.

    Returns:
        A scalar.

    Example:
        >>> float(paired_mse(jnp.array([1.0]), jnp.array([0.5]), jnp.array([0.0])))
        0.5
    """
    return jnp.mean((labels - first) * (labels - second))


def paired_product(labels: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    r"""Product loss :math:`-\langle L (\hat E_1 + \hat E_2)/2 \rangle`.

    Args:
        labels: +1 or -1, shape (batch,).
        first: Estimated read-outs, shape (batch,).
        second: The same from other shots.

    Returns:
        A scalar.

    Example:
        >>> float(paired_product(jnp.array([1.0]), jnp.array([0.5]), jnp.array([0.0])))
        -0.25
    """
    return -jnp.mean(labels * (first + second)) / 2


PAIRED_LOSSES: dict[str, Callable[[jax.Array, jax.Array, jax.Array], jax.Array]] = {
    "mse": paired_mse,
    "product": paired_product,
}
"""Losses by name."""
