"""Probabilities and their derivatives through any engine, by automatic differentiation.

For all engines that declare no local form; one compiled program per circuit and outcomes.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebit.capacity.chunks import in_chunks
from ebit.capacity.inputs import Inputs
from ebit.capacity.points import Layout
from ebit.engine import Engine

Real = NDArray[np.float64]


def traced_jacobian(
    engine: Engine,
    layout: Layout,
    points: Float[np.ndarray, "points numbers"],
    inputs: Inputs,
    outcomes: str,
) -> Iterator[tuple[Real, Real]]:
    """The numbers behind the outcomes and their derivatives, one parameter point after the other.

    Args:
        engine: What computes the probabilities.
        layout: Shapes of the parameters.
        points: Parameters (points, numbers), see `Layout`.
        inputs: The inputs.
        outcomes: `joint` for P(00), P(a=0), P(b=0) or `parity` for the probability that both bits
            are equal; for one bit P(0).

    Yields:
        Values (inputs, 3 or 1) and slopes (inputs, 3 or 1, numbers) of one point.

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> from ebit.models import DistributedQCNN
        >>> from ebit.resources import ClassicalBits
        >>> model = DistributedQCNN(qubits=2, depth=3, resource=ClassicalBits())
        >>> layout, inputs = Layout.of(model), haar_inputs(2, 7, seed=0)
        >>> point = np.ones((1, layout.numbers))
        >>> values, slopes = next(traced_jacobian(model.engine, layout, point, inputs, "joint"))
        >>> values.shape, slopes.shape
        ((7, 3), (7, 3, 20))
    """
    is_data = inputs.x is not None
    rows = inputs.x if inputs.x is not None else inputs.local.swapaxes(0, 1)
    depth = layout.convolution[0][-2]
    each = 3 * engine.memory(depth, 1, 8)  # three derivatives of each input
    with jax.enable_x64(True):
        program = _program(cast(Any, engine), layout, outcomes, is_data)
        for point in points:
            values, slopes = zip(*in_chunks(program, point, rows, each), strict=True)
            yield np.concatenate(values), np.concatenate(slopes)


@cache
def _program(engine: Engine, layout: Layout, outcomes: str, is_data: bool) -> Any:
    """Compiled: parameters and inputs to values and slopes of every input."""

    def numbers(row: jax.Array, given: jax.Array) -> jax.Array:
        parameters = layout.cut(row)
        if is_data:
            table = engine.probabilities(parameters, engine.encode(given[None]))[0]
        else:
            table = engine.probabilities_behind(parameters, given[:, None])[0]
        if table.ndim == 1:  # one bit
            return table[:1]
        if outcomes == "parity":
            return jnp.stack([table[0, 0] + table[1, 1]])
        return jnp.stack([table[0, 0], table[0].sum(), table[:, 0].sum()])

    def one(row: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
        values, pull_back = jax.vjp(lambda parameters: numbers(parameters, given), row)
        return values, jax.vmap(pull_back)(jnp.eye(len(values), dtype=values.dtype))[0]

    return jax.jit(jax.vmap(one, in_axes=(None, 0)))
