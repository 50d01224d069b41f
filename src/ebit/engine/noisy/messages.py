"""Noisy classical messages: one effect per received string, own string and read-out."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits import embedding_phases, measurement_order, stages
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.effects import phase_features
from ebit.engine.noisy.effects import (
    Tables,
    noisy_operations,
    pair_operators,
    stacked_tables,
    trained_effects,
)
from ebit.engine.noisy.pooling import drives
from ebit.engine.shared_pairs import through_pairs
from ebit.physics import BELL, NO_NOISE, Noise, PairState
from ebit.physics.pauli import to_matrices

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class NoisyMessages:
    r"""Engine for `classical` and `classical+bell:N` with local noise.

    .. math:: P(a, b) = \sum_{o_A, o_B} \mathrm{tr}\big[\rho\;
        M_A(o_A, a | o_B) \otimes M_B(o_B, b | o_A)\big]

    with the bits o that were read, whatever the true outcomes were.

    Args:
        qubits: Qubits per QPU.
        pairs: Bell pairs shared by the first qubits.
        mixing: Mixing layers before the embedding.
        state: State of every pair when the circuit starts.
        noise: Local noise.
    """

    qubits: int
    pairs: int = 0
    mixing: int = 0
    state: PairState = BELL
    noise: Noise = NO_NOISE

    def encode(self, x: jax.Array) -> Encoded:
        """Feature tables (batch, 4**n) of each QPU."""
        halves = (x[:, : self.qubits], x[:, self.qubits :])
        return tuple(phase_features(embedding_phases(half)) for half in halves)

    def probabilities(self, parameters: CircuitParameters, encoded: Encoded) -> jax.Array:
        """P(a, b | x), shape (batch, 2, 2)."""
        dressed = jax.vmap(self._dressed)(
            parameters["mixing"],
            parameters["convolution"],
            parameters["pooling"],
            stacked_tables(
                self.noise, self.qubits, parameters["mixing"], self.noise.message_seconds
            ),
        )
        states, strings = 2**self.pairs, 2 ** (self.qubits - 1)
        sides = (dressed[0], through_pairs(dressed[1], self.state, self.pairs))
        first, second = (
            jnp.matmul(
                table,
                (jnp.swapaxes(side.real, 0, 1) + side.imag).reshape(-1, 4**self.qubits).T,
                precision=_HIGHEST,
            ).reshape(-1, states, states, 2, strings, strings)
            for side, table in zip(sides, encoded, strict=True)
        )
        return jnp.einsum("njlamo,nljbom->nab", first, second, precision=_HIGHEST)

    def _dressed(
        self,
        mixing: jax.Array,
        convolution: tuple[jax.Array, ...],
        pooling: tuple[jax.Array, ...],
        tables: Tables,
    ) -> jax.Array:
        """M of one QPU on its pairs: (2**k, 2**k, read-outs and strings, 2**n, 2**n)."""
        effects = trained_effects(convolution, pooling, tables, messages=True)
        strings = self.qubits - 1
        bits = effects.reshape(2, *2 * strings * (2,), -1)
        received, own = range(1, 2 * strings + 1, 2), range(2, 2 * strings + 2, 2)
        bits = bits.transpose(0, *received, *own, 2 * strings + 1)
        matrices = to_matrices(bits.reshape(effects.shape), measurement_order(self.qubits))
        operators = pair_operators(mixing, self.qubits, self.pairs, tables.bricks[0])
        return operators[:, :, None] * matrices

    def operations(self, depth: int, batch: int) -> int:
        """Every conditional effect of both QPUs, then their meeting with every sample."""
        build, effects = 0, 2
        for size in reversed(stages(self.qubits)):
            effects *= 4 ** len(drives(size))
            build += effects * noisy_operations(size, depth)
        build += 2 * 4**self.pairs * noisy_operations(self.qubits, self.mixing)
        meet = 2 * 4**self.pairs * effects * (4**self.qubits + 1)
        return 2 * (build + batch * meet)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects at every brick, on the pairs, and their meeting with the batch; cotangents."""
        effects = 2 * 4 ** (self.qubits - 1)
        bricks = 2 * depth * effects * 4**self.qubits
        met = 4**self.pairs * effects * (2 * 4**self.qubits + batch)
        return 2 * 2 * bytes_per_real * (bricks + met)
