r"""Join of QPUs that send each other their pooling outcomes: a sum over the strings of bits.

Outcomes are a finite alphabet. A QPU's circuit depends only on the bits it receives, so it is a
small local circuit for each string. Without noise it has amplitudes for own outcomes o and read-out
a, and

.. math:: P(a, b) = \sum_e \sum_{o_A, o_B}
    \Big| \sum_{jl} K^e_{jl}\, A_j(o_A, a | o_B)\, B_l(o_B, b | o_A) \Big|^2 ,

where j and l run over the states of the pair qubits and the pairs are in the state
:math:`\rho = \sum_e |K^e\rangle\langle K^e|` (one term for Bell pairs). With noise it has effects,

.. math:: P(a, b) = \sum_{o_A, o_B} \mathrm{tr}\big[\rho\;
    M_A(o_A, a | o_B) \otimes M_B(o_B, b | o_A)\big] ,

with the bits o that were read, whatever the true outcomes were. Amplitudes are the square root of
the numbers that effects are, so they are used where they exist.
"""

from dataclasses import dataclass
from typing import ClassVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import embedding_phases
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.contraction import pulled_back
from ebit.engine.effects import NoisyEffect, PureEffect
from ebit.engine.effects.pure import string_amplitudes, string_operations
from ebit.engine.features import phase_features
from ebit.engine.shared_pairs import through_pairs
from ebit.physics import BELL, NO_NOISE, JointState, Noise, PairState

_HIGHEST = lax.Precision.HIGHEST


@dataclass(frozen=True)
class Messages:
    """Engine for `classical` and `classical+bell:N`.

    Args:
        qubits: Qubits per QPU, n.
        pairs: Pairs shared by the first qubits, k.
        mixing: Mixing layers before the embedding.
        state: State of every pair when the circuit starts.
        pooling: Pooling layout.
        noise: Local noise.
    """

    qubits: int
    pairs: int = 0
    mixing: int = 0
    state: PairState | JointState = BELL
    pooling: str = "halves"
    noise: Noise | None = None

    supports: ClassVar = Supports(noisy_qubits=4)

    local_form: ClassVar = None
    """What a QPU does depends on the other one."""

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Complex unit phases (batch, 2**n) of each QPU; with noise, features (batch, 4**n)."""
        halves = (x[:, : self.qubits], x[:, self.qubits :])
        phases = (embedding_phases(half) for half in halves)
        if self.noise is None:
            return tuple(jnp.exp(1j * half) for half in phases)
        return tuple(phase_features(half) for half in phases)

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b | x), shape (batch, 2, 2)."""
        if self.noise is None:
            columns = self._pure.columns(parameters["mixing"])[:, None]  # (2, 1, 2**k, 2**n)
            return self._from_states(parameters, jnp.stack(encoded)[:, :, None, :] * columns)
        operators = self._noisy.string_operators(parameters)
        inputs = self._noisy.inputs(parameters["mixing"])
        dressed = inputs[:, :, :, None, None, None] * operators[:, None, None]
        sides = (dressed[0], through_pairs(dressed[1], self.state, self.pairs))
        first, second = (
            jnp.matmul(
                table,
                (jnp.swapaxes(side.real, 0, 1) + side.imag).reshape(-1, 4**self.qubits).T,
                precision=_HIGHEST,
            ).reshape(-1, *side.shape[:-2])  # (batch, 2**k, 2**k, 2, received, own)
            for side, table in zip(sides, encoded, strict=True)
        )
        return jnp.einsum("njlamo,nljbom->nab", first, second, precision=_HIGHEST)

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b) with any unitaries in the place of the embeddings, shape (batch, 2, 2)."""
        mixing = parameters["mixing"]
        if self.noise is None:
            before = self._pure.before_embedding(mixing)  # (2, 2**k, 2**n)
            states = jnp.einsum("qbzw,qkw->qbkz", unitaries, before, precision=_HIGHEST)
            return self._from_states(parameters, states)
        operators = self._noisy.string_operators(parameters)
        shape, size = operators.shape[1:4], operators.shape[-1]
        pulled = pulled_back(operators.reshape(2, -1, size, size), unitaries)
        inputs = self._noisy.inputs(mixing)
        gram = jnp.einsum("qjlzw,qbezw->qjlbe", inputs, pulled, precision=_HIGHEST)
        sides = (gram[0], through_pairs(gram[1], self.state, self.pairs))
        first, second = (
            (side.real + side.imag).reshape(*side.shape[:3], *shape) for side in sides
        )  # (2**k, 2**k, batch, 2, received, own)
        return jnp.einsum("jlnamo,ljnbom->nab", first, second, precision=_HIGHEST)

    @property
    def _pure(self) -> PureEffect:
        return PureEffect(self.qubits, self.pairs, self.mixing, self.pooling)

    @property
    def _noisy(self) -> NoisyEffect:
        noise = self.noise or NO_NOISE
        return NoisyEffect(self.qubits, self.pairs, self.mixing, noise, self.pooling)

    def _from_states(
        self, parameters: CircuitParameters, states: Complex[Array, "2 batch states dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b) of embedded states (2, batch, 2**k, 2**n)."""
        amplitudes = jax.vmap(string_amplitudes)(
            parameters["convolution"], parameters["pooling"], states
        )  # (2, batch, 2**k, received, own, 2)
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
        state = cast(PairState, self.state)  # without noise pairs are independent
        one, every = state.amplitudes(), np.ones((1, 1, 1), complex)
        for _ in range(self.pairs):
            terms = len(every) * len(one)
            every = np.einsum("ejl,fmn->efjmln", every, one).reshape(
                terms, 2 * every.shape[1], 2 * every.shape[1]
            )
        return every

    def operations(self, depth: int, batch: int) -> int:
        """The circuits of every string on both QPUs, then their meeting with every sample."""
        if self.noise is None:
            build, meet = string_operations(self.qubits, depth, self.pooling)
            final = 8 * 4 ** (self.qubits - 1) * 4 * 2**self.pairs
            return 2 * build + batch * (2 * 2**self.pairs * meet + final)
        meet = 2 * 4**self.pairs * 2 * 4 ** (self.qubits - 1) * (4**self.qubits + 1)
        return self._noisy.string_operations(depth) + 2 * batch * meet

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Numbers of every string, their meeting with the batch, and the cotangents."""
        strings = 4 ** (self.qubits - 1)
        if self.noise is None:
            joint = 0 if self.pairs == 0 else 4 * strings
            return 4 * 2 * bytes_per_real * batch * (2 * 2 * strings * 2**self.pairs + joint)
        bricks = 2 * depth * 2 * strings * 4**self.qubits
        met = 4**self.pairs * 2 * strings * (2 * 4**self.qubits + batch)
        return 2 * 2 * bytes_per_real * (bricks + met)


def _square(amplitudes: Complex[Array, "*shape"]) -> Float[Array, "*shape"]:
    return amplitudes.real**2 + amplitudes.imag**2
