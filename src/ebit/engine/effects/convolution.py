r"""Noisy convolution and mixing blocks: effects pulled back, states pushed forward.

Both are the same product of matrices, from one end or the other. The derivative with respect to an
angle needs the effect and the state at the place of the rotation only,

.. math:: \frac{\partial}{\partial\theta_i} \langle c, r\rangle = \sum_P (g_i c)_P\, r_P,

with g the generator that turns the digits X and Y of qubit i. So the gradient of a pull-back is a
push-forward of its cotangent, and the other way round.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from ebit.engine.effects.bricks import Brick, places
from ebit.jax_settings import own_settings
from ebit.physics.pauli import (
    HADAMARD,
    apply,
    apply_all,
    cosines_and_sines,
    pairs_of,
    together,
)

Bricks = tuple[Brick, ...]
Matrices = tuple[tuple[jax.Array, ...], ...]
"""For every brick of a layer and every two neighbours (depth, d, d)."""

_HIGHEST = lax.Precision.HIGHEST


def pull_back(
    angles: Float[Array, "depth m"], effects: Float[Array, "batch products"], bricks: Bricks
) -> Float[Array, "batch products"]:
    """Effects in front of a noisy convolution block.

    Args:
        angles: RX angles (depth, m) in radians, first layer first.
        effects: Coefficients behind the block, (batch, 4**m).
        bricks: Constants of a layer.

    Returns:
        Coefficients in front of it.
    """
    return _between_hadamards(_pull, angles, effects, bricks)


def push_forward(
    angles: Float[Array, "depth m"], states: Float[Array, "batch products"], bricks: Bricks
) -> Float[Array, "batch products"]:
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
    return _pulled(angles, state, bricks)[0]


@jax.custom_vjp
def _push(angles: jax.Array, state: jax.Array, bricks: Bricks) -> jax.Array:
    return _pushed(angles, state, bricks)[0]


Points = tuple[jax.Array, ...]
"""Effects or states at the rotations of every brick of a layer, (depth, batch, 4**m)."""

Residuals = tuple[jax.Array, Bricks, Points]


def _pull_forward(
    angles: jax.Array, state: jax.Array, bricks: Bricks
) -> tuple[jax.Array, Residuals]:
    result, points = _pulled(angles, state, bricks)
    return result, (angles, bricks, points)


def _push_forward(
    angles: jax.Array, state: jax.Array, bricks: Bricks
) -> tuple[jax.Array, Residuals]:
    result, points = _pushed(angles, state, bricks)
    return result, (angles, bricks, points)


@own_settings
def _pull_backward(
    residuals: Residuals, cotangent: jax.Array
) -> tuple[jax.Array, jax.Array, Bricks]:
    angles, bricks, effects = residuals
    result, states = _pushed(angles, cotangent, bricks)
    return _slopes(effects, states, angles), result, jax.tree.map(jnp.zeros_like, bricks)


@own_settings
def _push_backward(
    residuals: Residuals, cotangent: jax.Array
) -> tuple[jax.Array, jax.Array, Bricks]:
    angles, bricks, states = residuals
    result, effects = _pulled(angles, cotangent, bricks)
    return _slopes(effects, states, angles), result, jax.tree.map(jnp.zeros_like, bricks)


_pull.defvjp(_pull_forward, _pull_backward)
_push.defvjp(_push_forward, _push_backward)


def _matrices(angles: jax.Array, bricks: Bricks, *, transposed: bool) -> Matrices:
    """Rotations and constants together for every layer, as `_apply_layer` multiplies by them."""
    depth, qubits = angles.shape
    parts = cosines_and_sines(angles)
    found = []
    for place, brick in zip(places(qubits), bricks, strict=True):
        turned = jnp.roll(parts, -place.first, axis=1)
        matrices = []
        for (start, size), products in zip(pairs_of(qubits), brick.products, strict=True):
            factors, is_last = turned[:, start], start + size == qubits
            if size == 2:
                factors = (factors[:, :, None] * turned[:, start + 1, None, :]).reshape(depth, 9)
            shaped = products.reshape(-1, 4**size, 4**size)
            oriented = shaped.mT if transposed != is_last else shaped
            flat = jnp.matmul(factors, oriented.reshape(products.shape), precision=_HIGHEST)
            matrices.append(flat.reshape(depth, 4**size, 4**size))
        found.append(tuple(matrices))
    return tuple(found)


def _apply_layer(matrices: tuple[jax.Array, ...], state: jax.Array) -> jax.Array:
    """All neighbours of a brick: products from the left, from the right for the last digits."""
    batch, size = state.shape
    before = 1
    for matrix in matrices[:-1]:
        split = state.reshape(batch * before, len(matrix), -1)
        state = jnp.matmul(matrix, split, precision=_HIGHEST)
        before *= len(matrix)
    rows = state.reshape(-1, len(matrices[-1]))
    return jnp.matmul(rows, matrices[-1], precision=_HIGHEST).reshape(batch, size)


def _turn(state: jax.Array, digits: int) -> jax.Array:
    """Put the first digits behind the others."""
    if digits == 0:
        return state
    batch, size = state.shape
    return state.reshape(batch, 4**digits, -1).mT.reshape(batch, size)


def _pulled(angles: jax.Array, state: jax.Array, bricks: Bricks) -> tuple[jax.Array, Points]:
    """The result, and the effects behind the rotations of every brick."""
    qubits, matrices = angles.shape[1], _matrices(angles, bricks, transposed=False)
    steps = list(zip(places(qubits), bricks, strict=True))

    def layer(carry: jax.Array, layers: Matrices) -> tuple[jax.Array, Points]:
        points = []
        for (place, brick), own in reversed(list(zip(steps, layers, strict=True))):
            carry = _turn(carry, place.first)
            points.append(carry)
            carry = _apply_layer(own, carry)
            if brick.closing is not None:
                carry = _turn(apply(brick.closing, _turn(carry, qubits - 1), 0), 1)
            carry = _turn(carry, (qubits - place.first) % qubits)
        return carry, tuple(reversed(points))

    return lax.scan(layer, state, matrices, reverse=True)


def _pushed(angles: jax.Array, state: jax.Array, bricks: Bricks) -> tuple[jax.Array, Points]:
    """The result, and the states in front of the rotations of every brick."""
    qubits, matrices = angles.shape[1], _matrices(angles, bricks, transposed=True)
    steps = list(zip(places(qubits), bricks, strict=True))

    def layer(carry: jax.Array, layers: Matrices) -> tuple[jax.Array, Points]:
        points = []
        for (place, brick), own in zip(steps, layers, strict=True):
            carry = _turn(carry, place.first)
            if brick.closing is not None:
                carry = _turn(apply(brick.closing.mT, _turn(carry, qubits - 1), 0), 1)
            carry = _apply_layer(own, carry)
            points.append(carry)
            carry = _turn(carry, (qubits - place.first) % qubits)
        return carry, tuple(points)

    return lax.scan(layer, state, matrices)


def _slopes(effects: Points, states: Points, angles: jax.Array) -> jax.Array:
    """Gradient with respect to the angles from both sides of the rotations of every brick."""
    total = jnp.zeros_like(angles)
    for place, effect, state in zip(places(angles.shape[1]), effects, states, strict=True):
        total += jnp.roll(_slopes_of_brick(effect, state), place.first, axis=1)
    return total


def _slopes_of_brick(effects: jax.Array, states: jax.Array) -> jax.Array:
    r""":math:`\sum_P (g_i c)_P r_P` for every qubit i in the order of the digits: (depth, m).

    The digits X and Y of a qubit are a fixed step apart, so shifted arrays are multiplied and what
    begins at another digit is left out of the sum.
    """
    size, found = effects.shape[2], []
    step = size // 4
    while step:
        start = np.arange(size - 2 * step)
        begins = jnp.asarray(start // step % 4 == 0, effects.dtype)
        turned = effects[..., 2 * step :] * states[..., step:-step]
        turned -= effects[..., step:-step] * states[..., 2 * step :]
        found.append(jnp.sum(jnp.matmul(turned, begins, precision=_HIGHEST), axis=1))
        step //= 4
    return jnp.stack(found, axis=1)
