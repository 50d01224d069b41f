"""A compiled program over any number of inputs, some at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

_CHUNK = 50
"""Most inputs in one call of the compiled program."""

_CHUNK_BYTES = 2**28


def in_chunks(
    program: Callable[[jax.Array, jax.Array], Any], point: Any, rows: NDArray[Any], each: int
) -> Iterator[Any]:
    """What a program says about all inputs; its shapes are the same in every call.

    Args:
        program: Of a parameter point and some inputs.
        point: The point.
        rows: The inputs on the first axis.
        each: Bytes that one input takes.

    Yields:
        NumPy arrays with the next inputs on the first axis, in the form of what the program
        returns.

    Example:
        >>> parts = in_chunks(lambda point, x: x + point, 1.0, np.arange(60.0), each=8)
        >>> [len(part) for part in parts]
        [50, 10]
    """
    chunk = max(1, min(_CHUNK, len(rows), _CHUNK_BYTES // each))
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        filled = np.concatenate([part, np.repeat(rows[:1], chunk - len(part), axis=0)])
        leaves, form = jax.tree.flatten(program(jnp.asarray(point), jnp.asarray(filled)))
        yield jax.tree.unflatten(form, [np.asarray(leaf)[: len(part)] for leaf in leaves])
