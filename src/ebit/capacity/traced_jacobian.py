"""Probabilities and their derivatives through an engine, by automatic differentiation.

For the resources with messages or non-local gates; one compiled program per circuit and outcomes.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit.capacity.inputs import Inputs
from ebit.capacity.points import Layout
from ebit.circuits import measurement_order, walsh_hadamard
from ebit.engine import JointState, Messages

Real = NDArray[np.float64]

_CHUNK = 50
"""Inputs in one call of the compiled program."""


def traced_jacobian(
    engine: Messages | JointState, layout: Layout, points: Real, inputs: Inputs, outcomes: str
) -> Iterator[tuple[Real, Real]]:
    """The numbers behind the outcomes and their derivatives, one parameter point after the other.

    Args:
        engine: What computes the probabilities.
        layout: Shapes of the circuit.
        points: Angles (points, angles) in radians.
        inputs: The inputs.
        outcomes: `joint` for P(00), P(a=0), P(b=0) or `parity` for the probability that both bits
            are equal.

    Yields:
        Values (inputs, 3 or 1) and slopes (inputs, 3 or 1, angles) of one point.

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> from ebit.models import DistributedQCNN
        >>> from ebit.resources import ClassicalBits
        >>> model = DistributedQCNN(qubits=2, depth=3, resource=ClassicalBits())
        >>> layout, inputs = Layout.of(model), haar_inputs(2, 7, seed=0)
        >>> point = np.ones((1, layout.angles))
        >>> values, slopes = next(traced_jacobian(model.engine, layout, point, inputs, "joint"))
        >>> values.shape, slopes.shape
        ((7, 3), (7, 3, 20))
    """
    embedded = isinstance(engine, JointState) and inputs.joint is not None
    rows = inputs.joint if embedded else inputs.local.swapaxes(0, 1)
    assert rows is not None
    chunk = min(_CHUNK, len(inputs))
    with jax.enable_x64(True):
        program = _program(engine, layout, outcomes, embedded)
        for point in points:
            parts = []
            for start in range(0, len(inputs), chunk):
                part = rows[start : start + chunk]
                filled = np.concatenate([part, np.repeat(rows[:1], chunk - len(part), axis=0)])
                values, slopes = program(jnp.asarray(point), jnp.asarray(filled))
                parts.append((np.asarray(values)[: len(part)], np.asarray(slopes)[: len(part)]))
            yield np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@cache
def _program(engine: Messages | JointState, layout: Layout, outcomes: str, embedded: bool) -> Any:
    """Compiled: angles and inputs to values and slopes of every input."""

    def numbers(angles: jax.Array, given: jax.Array) -> jax.Array:
        parameters = layout.cut(angles)
        before = engine.before_embedding(parameters["mixing"])
        if isinstance(engine, Messages):
            states = jnp.einsum("qzw,qkw->qkz", given, before)[:, None]
        elif embedded:
            states = (given * walsh_hadamard(before))[None]
        else:
            states = _locally(given, before, engine.qubits)[None]
        table = engine.read_out(parameters, states)[0]
        if outcomes == "parity":
            return jnp.stack([table[0, 0] + table[1, 1]])
        return jnp.stack([table[0, 0], table[0].sum(), table[:, 0].sum()])

    def one(angles: jax.Array, given: jax.Array) -> tuple[jax.Array, jax.Array]:
        values, pull_back = jax.vjp(lambda row: numbers(row, given), angles)
        return values, jax.vmap(pull_back)(jnp.eye(len(values), dtype=values.dtype))[0]

    return jax.jit(jax.vmap(one, in_axes=(None, 0)))


def _locally(unitaries: jax.Array, state: jax.Array, qubits: int) -> jax.Array:
    """One unitary for each QPU on the joint state; all bases are in measurement order."""
    joint, own = measurement_order(2 * qubits, 2), measurement_order(qubits)
    separate = [joint.index(qubit) for qubit in (*own, *(qubits + q for q in own))]
    tensor = state.reshape([2] * (2 * qubits)).transpose(separate)
    moved = unitaries[0] @ tensor.reshape(2**qubits, -1) @ unitaries[1].T
    return moved.reshape([2] * (2 * qubits)).transpose(np.argsort(separate)).reshape(-1)
