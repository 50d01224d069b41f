"""Noisy schemes without messages: local effects that are no projectors.

Local noise only changes the effects, which are the same for all samples. So what is done per
sample is what `LocalEffects` does, and costs as much.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import lax

from ebit.circuits import measurement_order, stages
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.local_effects import Chances, LocalEffects, meet, pair_blocks
from ebit.engine.noisy.effects import (
    Tables,
    noisy_operations,
    pair_operators,
    stacked_tables,
    trained_effects,
)
from ebit.engine.shared_pairs import reduced_state, through_pairs
from ebit.physics import NO_NOISE, Noise
from ebit.physics.pauli import to_matrices

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class NoisyEffects(LocalEffects):
    """Engine for `none` and `bell:N` with local noise.

    Args:
        qubits: Qubits per QPU.
        pairs: Bell pairs shared by the first qubits.
        mixing: Mixing layers before the embedding.
        state: State of every pair when the circuit starts.
        noise: Local noise.
    """

    noise: Noise = NO_NOISE

    def _effects(self, parameters: CircuitParameters) -> jax.Array:
        tables = stacked_tables(self.noise, self.qubits, parameters["mixing"])
        effects = jax.vmap(trained_effects)(
            parameters["convolution"], parameters["pooling"], tables
        )
        order = measurement_order(self.qubits)
        return jax.vmap(lambda each: to_matrices(each, order))(effects)[:, 0]

    def _pair_operators(self, mixing: jax.Array) -> jax.Array:
        if not self.mixing:
            return super()._pair_operators(mixing)

        def of_one(angles: jax.Array, tables: Tables) -> jax.Array:
            return pair_operators(angles, self.qubits, self.pairs, tables.bricks[0])

        return jax.vmap(of_one)(mixing, stacked_tables(self.noise, self.qubits, mixing))

    def _from_columns(self, parameters: CircuitParameters, encoded: Encoded) -> Chances:
        effects, phases = self._effects(parameters), jnp.stack(encoded)
        state = self.state if self.mixing else self.state.after_hadamards
        if self.mixing:
            dressed = self._pair_operators(parameters["mixing"]) * effects[:, None, None]
            gram = jnp.einsum(
                "qbz,qjlzw,qbw->qjlb", phases.conj(), dressed, phases, precision=_HIGHEST
            )
        else:
            blocks = pair_blocks(self.qubits, self.pairs)
            split = effects[:, blocks[:, :, None, None], blocks] * 0.5 ** (self.qubits - self.pairs)
            own = phases[:, :, blocks]
            gram = jnp.einsum("qbjv,qjvlw,qblw->qjlb", own.conj(), split, own, precision=_HIGHEST)
        seen = through_pairs(gram[1], state, self.pairs)
        first, second = (side.real + side.imag for side in (gram[0], seen))
        return meet(first, second, reduced_state(state, self.pairs))

    def operations(self, depth: int, batch: int) -> int:
        """Effects of both QPUs, then their meeting with every sample."""
        noiseless = LocalEffects(self.qubits, self.pairs, self.mixing, self.state)
        build = 2 * sum(noisy_operations(size, depth) for size in stages(self.qubits))
        build += 2 * 4**self.pairs * noisy_operations(self.qubits, self.mixing)
        if self.method != "columns":
            return build + noiseless.operations(0, batch)
        blocks = 4**self.pairs if self.mixing else 1
        return build + 2 * batch * 8 * 4**self.qubits * blocks

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """The noiseless engine's, the effects at every brick and, for columns, one per sample."""
        noiseless = LocalEffects(self.qubits, self.pairs, self.mixing, self.state)
        bricks = 2 * 2 * 2 * (depth + self.mixing * 4**self.pairs) * 4**self.qubits
        return noiseless.memory(depth, batch, bytes_per_real) + bytes_per_real * bricks
