r"""Noisy convolution and mixing blocks: effects pulled back, states pushed forward.

Both are the same product of matrices, from one end or the other. The derivative with respect to an
angle needs the effect and the state at the place of the rotation only,

.. math:: \frac{\partial}{\partial\theta_i} \langle c, r\rangle = \sum_P (g_i c)_P\, r_P,

with g the generator that turns the digits X and Y of qubit i. So the gradient of a pull-back is a
push-forward of its cotangent, and the other way round.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ebit.engine.noisy.bricks import Brick, places
from ebit.engine.noisy.pauli import (
    HADAMARD,
    apply,
    apply_all,
    cosines_and_sines,
    kept_and_turned,
    pairs_of,
    together,
)

Bricks = tuple[Brick, ...]
Matrices = tuple[tuple[jax.Array, ...], ...]
"""For every brick of a layer and every two neighbours (depth, d, d)."""

_HIGHEST = lax.Precision.HIGHEST
_SHORT = 16
"""Digits that vary faster than this are summed by a matrix product."""


def pull_back(angles: jax.Array, effects: jax.Array, bricks: Bricks) -> jax.Array:
    """Effects in front of a noisy convolution block.

    Args:
        angles: RX angles (depth, m) in radians, first layer first.
        effects: Coefficients behind the block, (batch, 4**m).
        bricks: Constants of a layer.

    Returns:
        Coefficients in front of it.
    """
    return _between_hadamards(_pull, angles, effects, bricks)


def push_forward(angles: jax.Array, states: jax.Array, bricks: Bricks) -> jax.Array:
    """States behind a noisy convolution block: the transpose of `pull_back`.

    Args:
        angles: RX angles (depth, m) in radians, first layer first.
        states: Expectations of the Pauli products in front of the block, (batch, 4**m).
        bricks: Constants of a layer.

    Returns:
        Expectations behind it.
    """
    return _between_hadamards(_push, angles, states, bricks)


def _between_hadamards(
    run: "jax.custom_vjp[jax.Array]", angles: jax.Array, state: jax.Array, bricks: Bricks
) -> jax.Array:
    depth, qubits = angles.shape
    if depth == 0:
        return state
    hadamards = together(qubits * [HADAMARD])
    return apply_all(hadamards, run(angles, apply_all(hadamards, state), bricks))


@jax.custom_vjp
def _pull(angles: jax.Array, state: jax.Array, bricks: Bricks) -> jax.Array:
    return _pulled(_matrices(angles, bricks), state, bricks, angles.shape[1])[0]


@jax.custom_vjp
def _push(angles: jax.Array, state: jax.Array, bricks: Bricks) -> jax.Array:
    return _pushed(_matrices(angles, bricks), state, bricks, angles.shape[1])[0]


Residuals = tuple[jax.Array, Bricks, tuple[jax.Array, ...]]


def _pull_forward(
    angles: jax.Array, state: jax.Array, bricks: Bricks
) -> tuple[jax.Array, Residuals]:
    result, points = _pulled(_matrices(angles, bricks), state, bricks, angles.shape[1])
    return result, (angles, bricks, points)


def _push_forward(
    angles: jax.Array, state: jax.Array, bricks: Bricks
) -> tuple[jax.Array, Residuals]:
    result, points = _pushed(_matrices(angles, bricks), state, bricks, angles.shape[1])
    return result, (angles, bricks, points)


def _pull_backward(
    residuals: Residuals, cotangent: jax.Array
) -> tuple[jax.Array, jax.Array, Bricks]:
    angles, bricks, effects = residuals
    result, states = _pushed(_matrices(angles, bricks), cotangent, bricks, angles.shape[1])
    return _slopes(effects, states, angles), result, jax.tree.map(jnp.zeros_like, bricks)


def _push_backward(
    residuals: Residuals, cotangent: jax.Array
) -> tuple[jax.Array, jax.Array, Bricks]:
    angles, bricks, states = residuals
    result, effects = _pulled(_matrices(angles, bricks), cotangent, bricks, angles.shape[1])
    return _slopes(effects, states, angles), result, jax.tree.map(jnp.zeros_like, bricks)


_pull.defvjp(_pull_forward, _pull_backward)
_push.defvjp(_push_forward, _push_backward)


def _matrices(angles: jax.Array, bricks: Bricks) -> Matrices:
    """Rotations and constants together, for every layer."""
    depth, qubits = angles.shape
    parts = cosines_and_sines(angles)
    found = []
    for place, brick in zip(places(qubits), bricks, strict=True):
        turned = jnp.roll(parts, -place.first, axis=1)
        matrices = []
        for (start, size), products in zip(pairs_of(qubits), brick.products, strict=True):
            factors = turned[:, start]
            if size == 2:
                factors = (factors[:, :, None] * turned[:, start + 1, None, :]).reshape(depth, 9)
            flat = jnp.matmul(factors, products, precision=_HIGHEST)
            matrices.append(flat.reshape(depth, 4**size, 4**size))
        found.append(tuple(matrices))
    return tuple(found)


def _turn(state: jax.Array, digits: int) -> jax.Array:
    """Put the first digits behind the others."""
    if digits == 0:
        return state
    batch, size = state.shape
    return state.reshape(batch, 4**digits, -1).mT.reshape(batch, size)


def _pulled(
    matrices: Matrices, state: jax.Array, bricks: Bricks, qubits: int
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """The result, and the effects behind the rotations of every brick (depth, batch, 4**m)."""
    steps = list(zip(places(qubits), bricks, strict=True))

    def layer(carry: jax.Array, layers: Matrices) -> tuple[jax.Array, tuple[jax.Array, ...]]:
        points = []
        for (place, brick), own in reversed(list(zip(steps, layers, strict=True))):
            carry = _turn(carry, place.first)
            points.append(carry)
            carry = apply_all(own, carry)
            if brick.closing is not None:
                carry = _turn(apply(brick.closing, _turn(carry, qubits - 1), 0), 1)
            carry = _turn(carry, (qubits - place.first) % qubits)
        return carry, tuple(reversed(points))

    return lax.scan(layer, state, matrices, reverse=True)


def _pushed(
    matrices: Matrices, state: jax.Array, bricks: Bricks, qubits: int
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """The result, and the states in front of the rotations of every brick (depth, batch, 4**m)."""
    steps = list(zip(places(qubits), bricks, strict=True))

    def layer(carry: jax.Array, layers: Matrices) -> tuple[jax.Array, tuple[jax.Array, ...]]:
        points = []
        for (place, brick), own in zip(steps, layers, strict=True):
            carry = _turn(carry, place.first)
            if brick.closing is not None:
                carry = _turn(apply(brick.closing.mT, _turn(carry, qubits - 1), 0), 1)
            carry = apply_all([matrix.mT for matrix in own], carry)
            points.append(carry)
            carry = _turn(carry, (qubits - place.first) % qubits)
        return carry, tuple(points)

    return lax.scan(layer, state, matrices)


def _slopes(
    effects: Sequence[jax.Array], states: Sequence[jax.Array], angles: jax.Array
) -> jax.Array:
    """Gradient with respect to the angles from both sides of the rotations of every brick."""
    total = jnp.zeros_like(angles)
    for place, effect, state in zip(places(angles.shape[1]), effects, states, strict=True):
        total += jnp.roll(_slopes_of_brick(effect, state), place.first, axis=1)
    return total


def _slopes_of_brick(effects: jax.Array, states: jax.Array) -> jax.Array:
    r""":math:`\sum_P (g_i c)_P r_P` for every qubit i in the order of the digits: (depth, m)."""
    depth, batch, size = effects.shape
    qubits = (size.bit_length() - 1) // 2
    found = []
    for qubit in range(qubits):
        after = 4 ** (qubits - 1 - qubit)
        if after >= _SHORT or qubits <= 2:
            c, r = (part.reshape(depth, -1, 4, after) for part in (effects, states))
            turned = c[:, :, 2] * r[:, :, 1] - c[:, :, 1] * r[:, :, 2]
            found.append(jnp.sum(turned, axis=(1, 2)))
    if len(found) < qubits:
        last = qubits - len(found)
        generators = [
            np.kron(np.kron(np.eye(4**i), kept_and_turned(3)[2].T), np.eye(4 ** (last - 1 - i)))
            for i in range(last)
        ]
        constant = jnp.asarray(np.concatenate(generators, axis=1), effects.dtype)
        split = effects.reshape(depth, -1, 4**last)
        turned = jnp.matmul(split, constant, precision=_HIGHEST)
        products = turned.reshape(*split.shape[:2], last, 4**last)
        products *= states.reshape(depth, -1, 1, 4**last)
        found.extend(jnp.moveaxis(jnp.sum(products, axis=(1, 3)), 1, 0))
    return jnp.stack(found, axis=1)
