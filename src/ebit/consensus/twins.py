"""Colluders that send one vector: vectors closer to each other than shot noise allows."""

import jax
import jax.numpy as jnp

from ebit.consensus.mixing import squared_distances


def drop_twins(
    x: jax.Array, p: jax.Array, f: jax.Array | int, floor: jax.Array
) -> tuple[jax.Array, jax.Array]:
    r"""Drop vectors that are closer to each other than shot noise allows.

    Two vectors with independent shot noise have
    :math:`E\lVert x_i - x_j \rVert^2 \ge \varphi`; one with another within :math:`0.4\varphi` is
    dropped, unless fewer than half would be left. It catches colluders that send one vector.

    Args:
        x: Vectors, shape (n, size).
        p: Weights.
        f: How many vectors may be anything.
        floor: The least expected squared distance; 0 without shot noise, and nothing is dropped.

    Returns:
        Weights, 0 for dropped vectors and of sum 1, and f less the number dropped.

    Example:
        >>> x = jnp.array([[0.0], [1.0], [2.0], [3.0], [9.0], [9.0]])
        >>> p, f = drop_twins(x, jnp.full(6, 1 / 6), 2, jnp.array(1.0))
        >>> p.tolist(), int(f)
        ([0.25, 0.25, 0.25, 0.25, 0.0, 0.0], 0)
    """
    present = p > 0
    pairs = present[:, None] & present & ~jnp.eye(len(p), dtype=bool)
    twin = (pairs & (squared_distances(x) < 0.4 * floor)).any(axis=1)
    allowed = (present & ~twin).sum() >= present.sum() / 2
    twin &= allowed
    kept = jnp.where(twin, 0, p)
    return kept / kept.sum(), jnp.maximum(f - twin.sum(), 0)


def momentum_floor(
    size: int, noise: jax.Array | float, momentum: jax.Array | float, turn: jax.Array | int
) -> jax.Array:
    r"""Expected squared distance of two momenta that differ by shot noise only.

    .. math:: \varphi = 2 P \frac{\sigma^2}{S}\,\frac{(1-\mu)(1+\mu^t)}{(1+\mu)(1-\mu^t)}

    Args:
        size: Number of parameters P.
        noise: Variance of a coordinate of one message, sigma^2 / S.
        momentum: mu.
        turn: Messages so far t, from 1.

    Returns:
        The distance.

    Example:
        >>> round(float(momentum_floor(10, 0.5, 0.9, 1)), 3)
        10.0
    """
    share = jnp.asarray(momentum) ** turn
    return 2 * size * noise * (1 - momentum) * (1 + share) / ((1 + momentum) * (1 - share))
