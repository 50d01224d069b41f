"""The training step as a plain dense state vector in JAX, with no library for circuits.

The state of both QPUs has the samples on its last axis, so that every gate is one small product
over long rows. A block is a `jax.lax.scan` over depth; a layer keeps only the state it starts
from and is run again in the backward pass.
"""

import string
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from harness import Peer, Variant, main
from problem import Layout, Params, halves, ring

HADAMARD = np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2)
AT_ONCE = 4
"""Neighbouring qubits whose rotations are put together into one matrix."""


def bit(layout: Layout, wire: int) -> Any:
    """Value of a qubit in every basis state."""
    return np.arange(2**layout.wires) >> (layout.wires - 1 - wire) & 1


def apply(layout: Layout, matrix: jax.Array, wires: Sequence[int], state: jax.Array) -> jax.Array:
    """A matrix on some qubits of a state (2**wires, batch)."""
    letters = list(string.ascii_letters[: layout.wires])
    new = list(string.ascii_letters[layout.wires : layout.wires + len(wires)])
    result = list(letters)
    for letter, wire in zip(new, wires, strict=True):
        result[wire] = letter
    old = "".join(letters[wire] for wire in wires)
    rule = f"{''.join(new)}{old},{''.join(letters)}...->{''.join(result)}..."
    shaped = state.reshape((2,) * layout.wires + state.shape[-1:])
    return jnp.einsum(rule, matrix.reshape((2,) * 2 * len(wires)), shaped).reshape(state.shape)


def x_rotation(angle: jax.Array) -> jax.Array:
    """RX."""
    cosine, sine = jnp.cos(angle / 2), -1j * jnp.sin(angle / 2)
    return jnp.stack([jnp.stack([cosine + 0j, sine]), jnp.stack([sine, cosine + 0j])])


def z_rotation(angle: jax.Array) -> jax.Array:
    """RZ."""
    return jnp.diag(jnp.stack([jnp.exp(-0.5j * angle), jnp.exp(0.5j * angle)]))


def rotate(
    layout: Layout, wires: Sequence[int], matrices: Sequence[jax.Array], state: jax.Array
) -> jax.Array:
    """A matrix on every wire, a few neighbours at a time."""
    for start in range(0, len(wires), AT_ONCE):
        together = jnp.ones((1, 1))
        for matrix in matrices[start : start + AT_ONCE]:
            together = jnp.kron(together, matrix)
        state = apply(layout, together, wires[start : start + AT_ONCE], state)
    return state


def signs(layout: Layout, groups: Sequence[Sequence[int]], half: int) -> Any:
    """Diagonal of the CZ gates in one half of a layer, (2**wires, 1)."""
    result = np.ones(2**layout.wires)
    for wires in groups:
        for i, j in halves(len(wires))[half]:
            result *= 1 - 2.0 * bit(layout, wires[i]) * bit(layout, wires[j])
    return result[:, None]


def convolve(layout: Layout, stage: int, angles: jax.Array, state: jax.Array) -> jax.Array:
    """The layers of a stage; angles (depth, wires)."""
    groups = layout.groups(stage)
    parts = len(halves(len(groups[0])))
    diagonals = [jnp.asarray(signs(layout, groups, h), angles.dtype) for h in range(parts)]
    hadamards = jnp.asarray(HADAMARD, angles.dtype)
    wires = [wire for group in groups for wire in group]

    @jax.checkpoint
    def body(state: jax.Array, angles: jax.Array) -> Any:
        turns = [x_rotation(angle) for angle in angles]
        state = rotate(layout, wires, [hadamards] * len(wires), state)
        for diagonal in diagonals[:-1]:
            both = [hadamards @ turn for turn in turns]
            state = rotate(layout, wires, both, diagonal * state)
        return rotate(layout, wires, turns, diagonals[-1] * state), None

    result, _ = jax.lax.scan(body, state, angles)
    return result


def pool(layout: Layout, stage: int, rotations: jax.Array, state: jax.Array) -> jax.Array:
    """Rotations chosen by the qubits that would be measured."""
    for control, target, q, k in layout.moves(stage):
        chosen = [x_rotation(chi) @ z_rotation(phi) for phi, chi in rotations[q, k]]
        state = apply(layout, jax.scipy.linalg.block_diag(*chosen), [control, target], state)
    return state


def embed(layout: Layout, x: jax.Array) -> jax.Array:
    """States (2**wires, batch) of all samples before the trained gates; x (batch, 2n)."""
    wires = layout.wires
    z = [jnp.asarray(1 - 2 * bit(layout, wire), x.dtype)[:, None] for wire in range(wires)]
    phases = sum(-x[:, wire] * z[wire] / 2 for wire in range(wires))
    for group in layout.groups(0):
        for i, j in ring(len(group)):
            a, b = group[i], group[j]
            phases -= (jnp.pi - x[:, a]) * (jnp.pi - x[:, b]) / 4 * z[a] * z[b]
    first = [2 ** (layout.qubits - 1 - k) for k in range(layout.pairs)]
    start = np.zeros((2**layout.wires, 1))
    for choice in range(2**layout.pairs):
        local = sum(value for k, value in enumerate(first) if choice >> k & 1)
        start[local * 2**layout.qubits + local] = 2 ** (-layout.pairs / 2)
    state = jnp.asarray(start, x.dtype) + 0j
    hadamards = [jnp.asarray(HADAMARD, x.dtype)] * wires
    return jnp.exp(1j * phases) * rotate(layout, range(wires), hadamards, state)


def probabilities(layout: Layout, params: Params, state: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples, (batch, 2, 2)."""
    for stage in range(layout.stages):
        angles = params["convolution"][stage]
        flat = jnp.swapaxes(angles, 0, 1).reshape(angles.shape[1], -1)
        state = convolve(layout, stage, flat, state)
        state = pool(layout, stage, params["pooling"][stage], state)
    half = 2 ** (layout.qubits - 1)
    weights = (state.real**2 + state.imag**2).reshape(half, 2, half, 2, -1)
    return jnp.transpose(jnp.sum(weights, axis=(0, 2)), (2, 0, 1))


PEER = Peer("dense JAX", jax.__version__, {"scan": Variant(embed, probabilities)})

if __name__ == "__main__":
    main(PEER)
