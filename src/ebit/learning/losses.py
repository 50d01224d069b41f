"""Losses of a batch, from labels L = +1 or -1 and read-outs E."""

from collections.abc import Callable

import jax
import jax.numpy as jnp


def mse(labels: jax.Array, expectation: jax.Array) -> jax.Array:
    r"""Mean squared error :math:`\langle (L - E)^2 \rangle`.

    Args:
        labels: +1 or -1, shape (batch,).
        expectation: Read-outs, shape (batch,).

    Returns:
        A scalar.

    Example:
        >>> float(mse(jnp.array([1.0, -1.0]), jnp.array([1.0, 1.0])))
        2.0

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059.
    """
    return jnp.mean((labels - expectation) ** 2)


def product(labels: jax.Array, expectation: jax.Array) -> jax.Array:
    r"""Product loss :math:`-\langle L E \rangle`, meant for the fixed read-out (1, -1, -1, 1).

    With that read-out (1 - loss) / 2 is the probability that the parity of one measured pair of
    bits gives the label: for the CHSH data, the probability of winning the game.

    Args:
        labels: +1 or -1, shape (batch,).
        expectation: Read-outs, shape (batch,).

    Returns:
        A scalar.

    Example:
        >>> float(product(jnp.array([1.0, -1.0]), jnp.array([1.0, 1.0])))
        -0.0

    Source:
        Kim et al., arXiv:2605.03864.
    """
    return -jnp.mean(labels * expectation)


LOSSES: dict[str, Callable[[jax.Array, jax.Array], jax.Array]] = {"mse": mse, "product": product}
"""Losses by name."""

TRAINS_READOUT = {"mse": True, "product": False}
"""Whether the read-out weights are used and trained under a loss."""
