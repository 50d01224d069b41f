"""The trained part of a noisy QPU as one effect, and what mixing layers make of its inputs."""

from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ebit.circuits import measurement_order, ring, stages
from ebit.engine.noisy.bricks import Brick, bricks_of, gate_counts
from ebit.engine.noisy.convolution import pull_back, push_forward
from ebit.engine.noisy.pooling import (
    Round,
    drives,
    exchange_back,
    outcome_effects,
    pool_back,
    round_of,
)
from ebit.physics import Channel, Noise, QPUNoise
from ebit.physics.pauli import HADAMARD, Real, apply_all, coefficients, to_matrices, together

GATES_PER_BRICK = 2
"""One-qubit gates of every qubit in a brick (H, RX) and in the embedding (H, RZ)."""


class Tables(NamedTuple):
    """Everything constant about the noise of a QPU, or of a register of QPUs.

    Attributes:
        bricks: Constants of a convolution layer of every stage.
        rounds: Constants of every pooling round.
        embedding: Pull-back through the noise of the embedding, per two neighbours.
        readout: Coefficients of the outcomes 0 and 1, (2, 4).
    """

    bricks: tuple[tuple[Brick, ...], ...]
    rounds: tuple[Round, ...]
    embedding: tuple[jax.Array | Real, ...]
    readout: jax.Array | Real


def tables_of(noise: QPUNoise, qubits: int, waiting: float = 0.0) -> Tables:
    """The constants of one QPU.

    Args:
        noise: Its noise.
        qubits: Its qubits.
        waiting: Time that its qubits wait for a message in every pooling round, in seconds.

    Returns:
        The tables.
    """
    sizes = stages(qubits)
    counts = gate_counts(qubits, tuple(ring(qubits)))
    rounds = max(counts) + qubits % 2 * (qubits > 1)
    embedded = [noise.brick(GATES_PER_BRICK, count, rounds).T for count in counts]

    def channel(qubit: int, gates: int, rounds: int, linked: bool) -> Channel:
        return noise.brick(GATES_PER_BRICK, gates, rounds)

    return Tables(
        tuple(bricks_of(size, channel) for size in sizes),
        tuple(round_of([noise], size, waiting) for size in sizes),
        tuple(together(embedded)),
        outcome_effects(noise),
    )


def stacked_tables(noise: Noise, qubits: int, like: jax.Array, waiting: float = 0.0) -> Tables:
    """The constants of both QPUs, stacked on the first axis, in the precision of an array."""
    return in_precision_of(like, _stacked(noise, qubits, waiting))


def in_precision_of(like: jax.Array, tables: Tables) -> Tables:
    """Constants as JAX arrays of the type of another array."""
    found: Tables = jax.tree.map(lambda leaf: jnp.asarray(leaf, like.dtype), tables)
    return found


@cache
def _stacked(noise: Noise, qubits: int, waiting: float) -> Tables:
    first, second = (tables_of(qpu, qubits, waiting) for qpu in noise.qpus)
    found: Tables = jax.tree.map(lambda *leaves: np.stack(leaves), first, second)
    return found


def trained_effects(
    convolution: tuple[jax.Array, ...],
    pooling: tuple[jax.Array, ...],
    tables: Tables,
    *,
    messages: bool = False,
) -> jax.Array:
    """Effects on the embedded data of one QPU, noise of the embedding included.

    Args:
        convolution: RX angles (depth, m) of one QPU, first stage first, in radians.
        pooling: Angles (h, 2, 2) of one QPU, first stage first, in radians.
        tables: Its constants.
        messages: Whether bits of the other QPU drive the rotations.

    Returns:
        Coefficients: of reading 0, (1, 4**n); with messages of both read-outs and all bits,
        (2 * 4**(n - 1), 4**n), each measured qubit being a pair (received, own) in the index.
    """
    effects = jnp.asarray(tables.readout if messages else tables.readout[:1])
    stage_tables = zip(convolution, pooling, tables.bricks, tables.rounds, strict=True)
    for angles, rotations, bricks, constants in reversed(list(stage_tables)):
        pairs = drives(angles.shape[1])
        back = exchange_back if messages else pool_back
        effects = pull_back(angles, back(rotations, effects, pairs, constants), bricks)
    return apply_all(tables.embedding, effects)


def pair_operators(
    mixing: jax.Array, qubits: int, pairs: int, bricks: tuple[Brick, ...], qpus: int = 1
) -> jax.Array:
    r"""What noisy mixing layers and Hadamards make of :math:`|l\rangle\langle j|` on the pairs.

    Args:
        mixing: RX angles (layers, n) of one QPU in radians.
        qubits: Qubits, n.
        pairs: Leading qubits that belong to pairs; the others start in 0.
        bricks: Constants of a layer.
        qpus: QPUs that the register spans.

    Returns:
        Transposed operators, complex (2**k, 2**k, 2**n, 2**n): [j, l, z, z'].
    """
    inputs = jnp.asarray(_hermitian_parts(qubits, pairs), mixing.dtype)
    hadamards = together(qubits * [HADAMARD])
    outputs = apply_all(hadamards, push_forward(mixing, inputs, bricks))
    parts = to_matrices(outputs / 2**qubits, measurement_order(qubits, qpus)).mT
    operators = parts.reshape(2, 2**pairs, 2**pairs, 2**qubits, 2**qubits)
    return operators[0] + 1j * operators[1]


@cache
def _hermitian_parts(qubits: int, pairs: int) -> Real:
    r"""X and Y of :math:`|l, 0\rangle\langle j, 0| = X + iY` as expectations: (2 * 4**k, 4**n)."""
    size, step = 2**qubits, 2 ** (qubits - pairs)
    units = np.zeros((2**pairs, 2**pairs, size, size))
    for j in range(2**pairs):
        for ell in range(2**pairs):
            units[j, ell, ell * step, j * step] = 1
    flipped = np.swapaxes(units, -1, -2)
    parts = np.stack([(units + flipped) / 2, (units - flipped) / 2j])
    return coefficients(parts.reshape(-1, size, size))


def noisy_operations(qubits: int, depth: int) -> int:
    """Real operations to pull one effect back through a noisy convolution block.

    Example:
        >>> noisy_operations(4, 1)
        32768
    """
    bricks = depth * (1 if qubits == 2 else 2)
    return bricks * ((qubits + 1) // 2) * 2 * 16 * 4**qubits
