"""Mixing and shortening of vectors before they are aggregated; arguments as in `aggregation`."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

Preaggregator = Callable[[jax.Array, jax.Array, jax.Array | int], jax.Array]
"""(x, p, f) to as many mixed or shortened vectors."""

TINY = 1e-12
"""No length or weight is taken to be less."""


def nnm(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    """Replace every vector by the weighted mean of its n - f nearest ones, itself included.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: How many vectors may be anything.

    Returns:
        The mixed vectors, shape (n, size).

    Example:
        >>> nnm(jnp.array([[1.0], [2.0], [9.0]]), jnp.full(3, 1 / 3), 1).tolist()
        [[1.5], [1.5], [5.5]]

    Source:
        Allouah et al., Fixing by mixing, AISTATS (2023).
    """
    present = p > 0
    far = jnp.where(present, squared_distances(x), jnp.inf)
    near = p * (ranks(far) < present.sum() - f)  # (n, n)
    return near @ x / near.sum(axis=1, keepdims=True)


def clipping(
    x: jax.Array, p: jax.Array, f: jax.Array | int = 0, *, radius: float = 2.0
) -> jax.Array:
    """Shorten vectors that are longer than a radius; p and f are ignored.

    Args:
        x: Vectors, shape (n, size).
        p: Ignored.
        f: Ignored.
        radius: The radius.

    Returns:
        Shape (n, size).

    Example:
        >>> clipping(jnp.array([[3.0, 4.0], [0.5, 0.0]]), jnp.ones(2), radius=2.5).tolist()
        [[1.5, 2.0], [0.5, 0.0]]
    """
    length = jnp.linalg.norm(x, axis=1, keepdims=True)
    return x * jnp.minimum(1, radius / jnp.maximum(length, TINY))


def arc(x: jax.Array, p: jax.Array, f: jax.Array | int) -> jax.Array:
    r"""Shorten the :math:`\lfloor 2(f/n)(n-f) \rfloor` longest vectors to the length of the next.

    Args:
        x: Vectors, shape (n, size).
        p: Weights; only whether they are 0 matters.
        f: How many vectors may be anything.

    Returns:
        Shape (n, size).

    Example:
        >>> arc(jnp.array([[1.0], [2.0], [9.0]]), jnp.full(3, 1 / 3), 1).tolist()
        [[1.0], [2.0], [2.0]]

    Source:
        Allouah et al., Adaptive gradient clipping for robust federated learning, ICLR (2025).
    """
    present = p > 0
    n = present.sum()
    length = jnp.where(present, jnp.linalg.norm(x, axis=1), -1.0)
    longest = jnp.floor(2 * f / n * (n - f) + 1e-6).astype(int)
    radius = jnp.sort(length)[::-1][longest]
    return x * jnp.minimum(1, radius / jnp.maximum(length, TINY))[:, None]


def bucketing(
    x: jax.Array, p: jax.Array, f: jax.Array | int = 0, *, key: jax.Array, size: int = 2
) -> tuple[jax.Array, jax.Array]:
    """Weighted means of random groups of vectors, and the weights of the groups; f is ignored.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: Ignored.
        key: Random key.
        size: Vectors of a group.

    Returns:
        Means, shape (ceil(n / size), size), and their weights.

    Example:
        >>> means, weights = bucketing(jnp.ones((4, 1)), jnp.full(4, 0.25), key=jax.random.key(0))
        >>> means.tolist(), weights.tolist()
        ([[1.0], [1.0]], [0.5, 0.5])

    Source:
        Karimireddy, He and Jaggi, Byzantine-robust learning on heterogeneous datasets, ICLR (2022).
    """
    order = jax.random.permutation(key, len(p))
    groups = -(-len(p) // size)
    member = jnp.arange(len(p)) // size
    weights = jax.ops.segment_sum(p[order], member, groups)
    sums = jax.ops.segment_sum((p[:, None] * x)[order], member, groups)
    return sums / jnp.maximum(weights, TINY)[:, None], weights


def squared_distances(x: jax.Array) -> jax.Array:
    """Squared distances between all rows, shape (n, n); 0 on the diagonal."""
    return ((x[:, None] - x) ** 2).sum(axis=-1)


def ranks(values: jax.Array, axis: int = -1) -> jax.Array:
    """Place of every value in rising order, the same shape."""
    order = jnp.argsort(values, axis=axis)
    place = jax.lax.broadcasted_iota(order.dtype, order.shape, axis % order.ndim)
    return jnp.put_along_axis(jnp.zeros_like(order), order, place, axis=axis, inplace=False)
