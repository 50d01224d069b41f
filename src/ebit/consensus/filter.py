"""The filter of CEAS: twins are dropped, the others mixed, and the middle of them is averaged."""

import jax

from ebit.consensus.aggregation import trimmed_mean
from ebit.consensus.mixing import nnm
from ebit.consensus.twins import drop_twins


def robust_mean(
    x: jax.Array, p: jax.Array, f: jax.Array | int, floor: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Weighted mean of vectors of which f may be anything.

    Args:
        x: Vectors, shape (n, size).
        p: Weights, of sum 1; 0 for a node that sent nothing.
        f: How many vectors may be anything.
        floor: Least expected squared distance of two vectors, see `drop_twins`; 0 without noise.

    Returns:
        The mean, shape (size,), and the weights without those of twins.

    Example:
        >>> import jax.numpy as jnp
        >>> x = jnp.array([[1.0], [2.0], [3.0], [99.0]])
        >>> mean, _ = robust_mean(x, jnp.full(4, 0.25), 1, jnp.array(0.0))
        >>> mean.tolist()
        [2.0]
    """
    p, f = drop_twins(x, p, f, floor)
    return trimmed_mean(nnm(x, p, f), p, f), p
