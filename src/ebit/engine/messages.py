r"""Classical messages: unitaries conditioned on what was received, no joint state.

Outcomes are a finite alphabet. A QPU's circuit depends only on the bits m it receives, so its
amplitudes for own outcomes o and read-out a are those of a small local circuit for each m, and

.. math:: P(a, b) = \sum_e \sum_{o_A, o_B}
    \Big| \sum_{jl} K^e_{jl}\, A_j(o_A, a | o_B)\, B_l(o_B, b | o_A) \Big|^2 ,

where j and l run over the states of the pair qubits and the pairs are in the state
:math:`\rho = \sum_e |K^e\rangle\langle K^e|` (one term for Bell pairs).
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.circuits import (
    convolution_matrix,
    convolve_states,
    embedding_phases,
    measurements,
    outcome_rotations,
    pair_columns,
    stages,
    walsh_hadamard,
)
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.effects import hadamard_operations
from ebit.physics import BELL, PairState

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class Messages:
    """Engine for `classical` and `classical+bell:N`.

    Args:
        qubits: Qubits per QPU.
        pairs: Bell pairs shared by the first qubits.
        mixing: Mixing layers before the embedding.
        state: State of every pair.
        pooling: Pooling layout, for the counts.
    """

    qubits: int
    pairs: int = 0
    mixing: int = 0
    state: PairState = BELL
    pooling: str = "halves"

    def encode(self, x: jax.Array) -> Encoded:
        """Complex unit phases (batch, 2**n) of each QPU."""
        halves = (x[:, : self.qubits], x[:, self.qubits :])
        return tuple(jnp.exp(1j * embedding_phases(half)) for half in halves)

    def probabilities(self, parameters: CircuitParameters, encoded: Encoded) -> jax.Array:
        """P(a, b | x), shape (batch, 2, 2)."""
        columns = walsh_hadamard(self.before_embedding(parameters["mixing"]))
        return self.read_out(parameters, jnp.stack(encoded)[:, :, None, :] * columns[:, None])

    def before_embedding(self, mixing: jax.Array) -> jax.Array:
        """States of both QPUs behind the mixing layers, one for each state of the pairs.

        Args:
            mixing: RX angles (2, mixing, n) in radians.

        Returns:
            Shape (2, 2**k, 2**n).
        """
        columns = list(pair_columns(self.qubits, self.pairs))
        basis = jnp.asarray(np.eye(2**self.qubits)[columns], mixing.dtype) + 0j
        return jax.vmap(lambda angles: convolve_states(angles, basis))(mixing)

    def read_out(self, parameters: CircuitParameters, states: jax.Array) -> jax.Array:
        """P(a, b) of embedded states.

        Args:
            parameters: Angles of both QPUs.
            states: Behind the embedding, (2, batch, 2**k, 2**n).

        Returns:
            Shape (batch, 2, 2).
        """
        amplitudes = jax.vmap(self._amplitudes)(
            parameters["convolution"], parameters["pooling"], states
        )
        first, second = amplitudes[0], jnp.swapaxes(amplitudes[1], 2, 3)
        if self.pairs == 0:
            return jnp.einsum(
                "bxya,bxyc->bac",
                _square(first[:, 0]),
                _square(second[:, 0]),
                precision=_HIGHEST,
            )
        terms = jnp.asarray(self._pair_amplitudes(), first.dtype)

        def add(table: jax.Array, term: jax.Array) -> tuple[jax.Array, None]:
            met = jnp.einsum("jl,blxyc->bjxyc", term, second, precision=_HIGHEST)
            joint = jnp.sum(first[..., :, None] * met[..., None, :], axis=1)
            return table + jnp.sum(_square(joint), axis=(1, 2)), None

        table = jnp.zeros((len(first), 2, 2), first.real.dtype)
        return lax.scan(add, table, terms)[0]

    def _pair_amplitudes(self) -> NDArray[np.complex128]:
        """K of all pairs together: (terms, 2**pairs, 2**pairs)."""
        one, every = self.state.amplitudes(), np.ones((1, 1, 1), complex)
        for _ in range(self.pairs):
            terms = len(every) * len(one)
            every = np.einsum("ejl,fmn->efjmln", every, one).reshape(
                terms, 2 * every.shape[1], 2 * every.shape[1]
            )
        return every

    def _amplitudes(
        self,
        convolution: tuple[jax.Array, ...],
        pooling: tuple[jax.Array, ...],
        states: jax.Array,
    ) -> jax.Array:
        """One QPU: (batch, pair state, received, own outcomes, read-out)."""
        states = states[:, :, None, None, :]
        states = jnp.matmul(states, convolution_matrix(convolution[0]).T, precision=_HIGHEST)
        for stage, rotations in enumerate(pooling):
            received = outcome_rotations(rotations, states.shape[-1].bit_length() - 1)
            if stage + 1 < len(convolution):
                following = convolution_matrix(convolution[stage + 1])
                received = jnp.matmul(following, received, precision=_HIGHEST)
            states = _receive(states, received)
        return states

    def operations(self, depth: int, batch: int) -> int:
        """Unitaries of every stage, then one product per stage, message and sample."""
        build, meet, messages = 0, 8 * 4**self.qubits, 1
        rounds = (stages(self.qubits, self.pooling), measurements(self.qubits, self.pooling))
        for qubits, measured in zip(*rounds, strict=True):
            strings, kept = 2**measured, 2 ** (qubits - measured)
            bricks = depth * (1 if qubits == 2 else 2)
            build += bricks * hadamard_operations(qubits) * 2**qubits + 8 * strings * kept**3
            meet += 8 * messages * strings**2 * kept**2
            messages *= strings**2
        final = 8 * messages * 4 * 2**self.pairs
        return 2 * build + batch * (2 * 2**self.pairs * meet + final)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Amplitudes for every message and outcome, their joint table, and the cotangents."""
        strings = 4 ** (self.qubits - 1)
        joint = 0 if self.pairs == 0 else 4 * strings
        return 4 * 2 * bytes_per_real * batch * (2 * 2 * strings * 2**self.pairs + joint)


def _square(amplitudes: jax.Array) -> jax.Array:
    return amplitudes.real**2 + amplitudes.imag**2


def _receive(states: jax.Array, received: jax.Array) -> jax.Array:
    """One pooling round: measure the leading qubits, rotate the others as each message says.

    Args:
        states: (batch, pair state, earlier messages, earlier outcomes, 2**(h + r)).
        received: (message, out, in) of sizes 2**h, 2**r and 2**r for h measured and r other qubits.

    Returns:
        (batch, pair state, messages, outcomes, 2**r).
    """
    batch, columns, messages, outcomes, _ = states.shape
    strings, kept, _ = received.shape
    split = states.reshape(batch, columns, messages, outcomes, strings, kept)
    new = jnp.einsum("bcmoqk,nlk->bcmnoql", split, received, precision=_HIGHEST)
    return new.reshape(batch, columns, messages * strings, outcomes * strings, kept)
