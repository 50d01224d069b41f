"""Random keys: the same numbers from the same seed, whatever JAX's settings are."""

import jax
import numpy as np


def random_key(seed: int) -> jax.Array:
    """The random key of a seed.

    It is what `jax.random.key(seed)` gives under JAX's defaults. The generator (Threefry) and the
    words of its key are spelled out here, because a user's settings change what
    `jax.random.key` returns (`JAX_DEFAULT_PRNG_IMPL`, `JAX_RANDOM_SEED_OFFSET`).

    Args:
        seed: A whole number from 0 to 2**64 - 1.

    Returns:
        The key.

    Example:
        >>> bool(random_key(5) == jax.random.key(5))
        True
    """
    words = np.array([seed >> 32, seed & 0xFFFFFFFF], np.uint32)
    return jax.random.wrap_key_data(jax.device_put(words), impl="threefry2x32")
