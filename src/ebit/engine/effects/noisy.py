"""Trained parts with noise: Hermitian effects as real coefficients of Pauli products.

Local noise only changes the effects, which are the same for all samples. So what is done per sample
is what is done without noise, and costs as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float

from ebit.circuits import bricks, measurement_order, measurements, ring, stages
from ebit.engine.base import CircuitParameters
from ebit.engine.effects.bricks import Bond, Brick, NoNoise, bricks_of, gate_counts
from ebit.engine.effects.clock import GATES_PER_BRICK, embedding_rounds, message_waits
from ebit.engine.effects.convolution import pull_back, push_forward
from ebit.engine.effects.pooling import (
    Round,
    drives,
    exchange_back,
    outcome_effects,
    pool_back,
    round_of,
)
from ebit.engine.effects.pure import PureEffect
from ebit.engine.features import pair_blocks
from ebit.physics import Channel, Noise, QPUNoise
from ebit.physics.pauli import HADAMARD, Real, apply_all, coefficients, to_matrices, together

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class NoisyEffect:
    """The trained parts of QPUs of one size with local noise, two of them by default.

    Args:
        qubits: Qubits per QPU, n.
        pairs: Leading qubits that belong to shared pairs, k; the others start in 0.
        mixing: Mixing layers before the embedding.
        noise: Local noise.
        pooling: Pooling layout.
        own: Noise of each of these QPUs; None: of the two QPUs that the noise is of.
        waits: Time in seconds that each of them waits for messages in every pooling round; None:
            of two QPUs that send each other everything.
    """

    qubits: int
    pairs: int
    mixing: int
    noise: Noise
    pooling: str = "halves"
    own: tuple[QPUNoise, ...] | None = None
    waits: tuple[tuple[float, ...], ...] | None = None

    def operators(self, parameters: CircuitParameters) -> Complex[Array, "2 dim dim"]:
        """M of both QPUs, (2, 2**n, 2**n)."""
        tables = in_precision_of(parameters["mixing"], self._tables)
        effects = jax.vmap(trained_effects)(
            parameters["convolution"], parameters["pooling"], tables
        )  # (2, 1, 4**n)
        return jax.vmap(self._matrices)(effects)[:, 0]

    def string_operators(
        self, parameters: CircuitParameters
    ) -> Complex[Array, "2 2 received own dim dim"]:
        """M of every read-out, received string and own string of bits.

        Args:
            parameters: Angles of both QPUs.

        Returns:
            Complex, (2, 2, received, own, 2**n, 2**n): QPU, read-out, strings of n - 1 bits.
        """
        depth, bits = parameters["convolution"][0].shape[1], self.qubits - 1
        waits = self.waits or message_waits(
            self.noise, self.qubits, depth, self.mixing, self.pooling
        )
        stacked = _stacked(self._own, self.qubits, self.pooling, waits)

        def of_one(
            convolution: tuple[jax.Array, ...], pooling: tuple[jax.Array, ...], tables: Tables
        ) -> jax.Array:
            effects = trained_effects(convolution, pooling, tables, messages=True)
            split = effects.reshape(2, *2 * bits * (2,), -1)  # (a, received, own, ..., 4**n)
            received, own = range(1, 2 * bits + 1, 2), range(2, 2 * bits + 2, 2)
            split = split.transpose(0, *received, *own, 2 * bits + 1)
            return self._matrices(split.reshape(effects.shape))

        tables = in_precision_of(parameters["mixing"], stacked)
        matrices = jax.vmap(of_one)(parameters["convolution"], parameters["pooling"], tables)
        return matrices.reshape(-1, 2, 2**bits, 2**bits, *matrices.shape[-2:])

    @property
    def string_order(self) -> tuple[tuple[int, int], ...]:
        """(Round, number of the outcome) of every bit of a string, the most significant first."""
        rounds = measurements(self.qubits, self.pooling)
        natural = [(turn, k) for turn, measured in enumerate(rounds) for k in range(measured)]
        return tuple(reversed(natural))

    def inputs(
        self, mixing: Float[Array, "2 layers n"]
    ) -> Complex[Array, "2 states states dim dim"]:
        r"""What mixing layers and Hadamards make of :math:`|l\rangle\langle j|` on the pairs.

        Args:
            mixing: RX angles (2, mixing, n) in radians.

        Returns:
            Transposed operators, complex (2, 2**k, 2**k, 2**n, 2**n): [QPU, j, l, z, z'].
        """
        if not self.mixing:
            return PureEffect(self.qubits, self.pairs, 0).inputs(mixing)

        def of_one(angles: jax.Array, tables: Tables) -> jax.Array:
            return pair_operators(angles, self.qubits, self.pairs, tables.bricks[0])

        return jax.vmap(of_one)(mixing, in_precision_of(mixing, self._tables))

    def gram(
        self, parameters: CircuitParameters, phases: Complex[Array, "2 batch dim"]
    ) -> Complex[Array, "2 states states batch"]:
        """G of every sample from its phases, without a table of features.

        Args:
            parameters: Angles of both QPUs.
            phases: Complex unit phases (2, batch, 2**n).

        Returns:
            Complex, (2, 2**k, 2**k, batch).
        """
        effects = self.operators(parameters)
        if self.mixing:
            dressed = self.inputs(parameters["mixing"]) * effects[:, None, None]
            return jnp.einsum(
                "qbz,qjlzw,qbw->qjlb", phases.conj(), dressed, phases, precision=_HIGHEST
            )
        blocks = pair_blocks(self.qubits, self.pairs)
        split = effects[:, blocks[:, :, None, None], blocks] * 0.5 ** (self.qubits - self.pairs)
        own = phases[:, :, blocks]  # (2, batch, 2**k, 2**(n-k))
        return jnp.einsum("qbjv,qjvlw,qblw->qjlb", own.conj(), split, own, precision=_HIGHEST)

    def operations(self, depth: int) -> int:
        """Real operations to build M of both QPUs, and the inputs behind mixing layers."""
        trained = sum(noisy_operations(size, depth) for size in stages(self.qubits, self.pooling))
        mixing = 4**self.pairs * noisy_operations(self.qubits, self.mixing)
        return 2 * (trained + mixing + 4 * 8**self.qubits)

    def gram_operations(self, depth: int, batch: int) -> int:
        """Real operations of the whole way over `gram`."""
        blocks = 4**self.pairs if self.mixing else 1
        return self.operations(depth) + 2 * batch * 8 * 4**self.qubits * blocks

    def string_operations(self, depth: int) -> int:
        """Real operations to build M for all strings of bits, and the inputs."""
        rounds = (stages(self.qubits, self.pooling), measurements(self.qubits, self.pooling))
        build, effects = 0, 2
        for size, measured in reversed(list(zip(*rounds, strict=True))):
            effects *= 4**measured
            build += effects * noisy_operations(size, depth)
        return 2 * (build + 2 * 4**self.pairs * noisy_operations(self.qubits, self.mixing))

    def reals(self, depth: int) -> int:
        """Real numbers kept for the gradient: effects and inputs at every brick."""
        return 2 * 2 * 2 * (depth + self.mixing * 4**self.pairs) * 4**self.qubits

    @property
    def _tables(self) -> "Tables":
        """The constants of the QPUs without messages, stacked on the first axis."""
        nothing = tuple(0.0 for _ in stages(self.qubits, self.pooling))
        return _stacked(self._own, self.qubits, self.pooling, len(self._own) * (nothing,))

    @property
    def _own(self) -> tuple[QPUNoise, ...]:
        return self.own or self.noise.qpus

    def _matrices(self, effects: jax.Array) -> jax.Array:
        return to_matrices(effects, measurement_order(self.qubits))


class Tables(NamedTuple):
    """Everything constant about the noise of a QPU, or of a register of QPUs.

    Attributes:
        bricks: Constants of a convolution layer of every stage.
        rounds: Constants of every pooling round.
        embedding: Pull-back through the noise of the embedding, per two neighbours.
        both: Factor of every Pauli product by the correlated errors of the gates of the embedding,
            (4**n,), or (1,) without them.
        readout: Coefficients of the outcomes 0 and 1, (2, 4).
    """

    bricks: tuple[tuple[Brick, ...], ...]
    rounds: tuple[Round, ...]
    embedding: tuple[jax.Array | Real, ...]
    both: jax.Array | Real
    readout: jax.Array | Real


def tables_of(
    noise: QPUNoise, qubits: int, pooling: str = "halves", waits: tuple[float, ...] | None = None
) -> Tables:
    """The constants of one QPU.

    Args:
        noise: Its noise.
        qubits: Its qubits.
        pooling: Pooling layout.
        waits: Time in seconds that its qubits wait for a message in every pooling round, beyond
            their own measurement; None if there are no messages.

    Returns:
        The tables.
    """
    sizes, measured = stages(qubits, pooling), measurements(qubits, pooling)
    counts, rounds = gate_counts(qubits, tuple(ring(qubits))), embedding_rounds(qubits)
    embedded = [noise.brick(GATES_PER_BRICK, count, rounds).T for count in counts]

    def channel(qubit: int, gates: int, rounds: int, linked: bool) -> Channel:
        return noise.brick(GATES_PER_BRICK, gates, rounds)

    return Tables(
        tuple(bricks_of(size, channel, _ring_errors(noise, size)) for size in sizes),
        tuple(
            round_of([noise], size, number, [wait])
            for size, number, wait in zip(
                sizes, measured, waits or len(sizes) * (0.0,), strict=True
            )
        ),
        tuple(together(embedded)),
        factors_of(qubits, _ring_errors(noise, qubits)),
        outcome_effects(noise),
    )


def _ring_errors(noise: QPUNoise, qubits: int) -> Mapping[Bond, Real]:
    """Errors that meet both qubits of a gate, for every bond of a ring; empty without them."""
    return dict.fromkeys(ring(qubits), noise.both) if noise.correlated_error else NoNoise


def factors_of(qubits: int, errors: Mapping[Bond, Real]) -> Real:
    """Product of errors (16,) of bonds as one factor per Pauli product, (4**n,); (1,) if none.

    Example:
        >>> factors_of(2, {(0, 1): QPUNoise(correlated_error=0.25).both})[:3].tolist()
        [1.0, 0.75, 0.75]
    """
    if not errors:
        return np.ones(1)
    found = np.ones(qubits * (4,))
    for bond, factor in errors.items():
        first, second = sorted(bond)
        table = factor.reshape(4, 4) if bond == (first, second) else factor.reshape(4, 4).T
        found *= table.reshape([4 if qubit in bond else 1 for qubit in range(qubits)])
    return found.reshape(-1)


def in_precision_of(like: jax.Array, tables: Tables) -> Tables:
    """Constants as JAX arrays of the type of another array."""
    found: Tables = jax.tree.map(lambda leaf: jnp.asarray(leaf, like.dtype), tables)
    return found


@cache
def _stacked(
    own: tuple[QPUNoise, ...], qubits: int, pooling: str, waits: tuple[tuple[float, ...], ...]
) -> Tables:
    """The constants of QPUs, stacked on the first axis."""
    tables = [tables_of(qpu, qubits, pooling, w) for qpu, w in zip(own, waits, strict=True)]
    found: Tables = jax.tree.map(lambda *leaves: np.stack(np.broadcast_arrays(*leaves)), *tables)
    return found


def trained_effects(
    convolution: tuple[jax.Array, ...],
    pooling: tuple[jax.Array, ...],
    tables: Tables,
    *,
    messages: bool = False,
) -> Float[Array, "effects products"]:
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
    for angles, rotations, layer, constants in reversed(list(stage_tables)):
        pairs = drives(angles.shape[1], len(rotations))
        back = exchange_back if messages else pool_back
        effects = pull_back(angles, back(rotations, effects, pairs, constants), layer)
    return apply_all(tables.embedding, effects) * tables.both


def pair_operators(
    mixing: Float[Array, "layers n"],
    qubits: int,
    pairs: int,
    bricks: tuple[Brick, ...],
    qpus: int = 1,
) -> Complex[Array, "states states dim dim"]:
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
    count = depth * len(bricks(qubits))
    return count * ((qubits + 1) // 2) * 2 * 16 * 4**qubits
