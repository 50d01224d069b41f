r"""Join of QPUs that share nothing but pairs: a contraction over the states of the pairs.

All trained gates of a QPU act after its data, so they form one effect M that is the same for every
sample. With what mixing layers and Hadamards make of the pair states, :math:`X_{jl}`, and the
phases D of the embedding,

.. math:: G_{jl}(x) = \mathrm{tr}\,[D^\dagger(x)\, M\, D(x)\, X_{jl}],\quad
    P(00) = 2^{-k} \sum_{jl} G^A_{jl} G^B_{jl},\quad P(a=0) = 2^{-k}\, \mathrm{tr}\, G^A

for k Bell pairs; any other state of the pairs acts on :math:`G^B` first (`shared_pairs`). G is
Hermitian: its 4**k real numbers are those of a tensor with one Pauli index per half of a pair.

`Contraction.method` names the cheapest of three ways to get there:

- *features* (n <= 4): G is linear in M and the data enter only through the phase differences,
  4**n real numbers per sample that never change. A batch is one real matrix product. Shared random
  values, whose state is diagonal, need :math:`G_{jj}` only: 2**k numbers in the place of 4**k.
- *paired features* (n <= 4, all or all but one qubit of a QPU paired, no mixing layers, and the
  pairs behind the Hadamards have only 00 and 11): the sum over pair states is done on the
  effects; what is left is one effect of 2n - k qubits that meets the sum of both QPUs' phases.
- *columns* (n > 4, where 4**n features would be too many): the effect meets the 2**n phases of
  each sample. Without mixing layers the pair qubits factor out and each pair state meets only its
  own block of phases.
"""

from dataclasses import dataclass
from typing import ClassVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import embedding_phases, hadamard_matrix, pair_columns
from ebit.engine.base import CircuitParameters, Encoded, LocalForm, Supports
from ebit.engine.effects import NoisyEffect, PureEffect
from ebit.engine.features import meet_features, pack_effect, pair_blocks, phase_features
from ebit.engine.shared_pairs import populations, reduced_state, through_groups, through_pairs
from ebit.physics import BELL, JointState, Noise, PairState, aged, density_of, pauli_of_schmidt

Marginals = tuple[jax.Array, jax.Array, jax.Array]
"""P(00), P(a=0) and P(b=0), each of shape (batch,)."""

_HIGHEST = lax.Precision.HIGHEST
_FEATURE_QUBITS = 4


@dataclass(frozen=True)
class Contraction:
    """Engine for `none`, `bell:N` and `designed:N`.

    Args:
        qubits: Qubits per QPU, n.
        pairs: Pairs shared by the first qubits, k.
        mixing: Mixing layers before the embedding.
        state: State of every pair when the circuit starts.
        pooling: Pooling layout.
        trains_state: Whether the pairs are in the state with the Schmidt coefficients among the
            parameters, instead of `state`.
        noise: Local noise.
    """

    qubits: int
    pairs: int = 0
    mixing: int = 0
    state: PairState | JointState = BELL
    pooling: str = "halves"
    trains_state: bool = False
    noise: Noise | None = None

    supports: ClassVar = Supports(
        noisy_qubits=8, trained_qubits=_FEATURE_QUBITS, trained_noise=True, stacks_runs=True
    )

    @property
    def local_form(self) -> LocalForm | None:
        """The circuit itself, without noise and with a fixed state."""
        if self.noise is not None or self.trains_state:
            return None
        return LocalForm(self.pairs, cast(PairState, self.state))  # without noise independent

    @property
    def effect(self) -> PureEffect | NoisyEffect:
        """The trained parts of both QPUs."""
        if self.noise is None:
            return PureEffect(self.qubits, self.pairs, self.mixing, self.pooling)
        return NoisyEffect(self.qubits, self.pairs, self.mixing, self.noise, self.pooling)

    @property
    def method(self) -> str:
        """`features`, `paired features` or `columns`."""
        if self.qubits > _FEATURE_QUBITS:
            return "columns"
        nearly_all = self.pairs >= max(1, self.qubits - 1)
        if self.trains_state:
            return "features"
        if nearly_all and not self.mixing and self.state.after_hadamards.weights is not None:
            return "paired features"
        return "features"

    @property
    def populations(self) -> NDArray[np.float64] | None:
        """Probabilities of shared random values; None if the QPUs share nothing, or more."""
        if self.trains_state or not self.pairs:
            return None
        return populations(self.state, self.pairs)

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Feature tables (batch, 4**n) and so on, or complex unit phases (batch, 2**n)."""
        phases = [embedding_phases(x[:, : self.qubits]), embedding_phases(x[:, self.qubits :])]
        if self.method == "columns":
            return tuple(jnp.exp(1j * half) for half in phases)
        features = tuple(phase_features(half) for half in phases)
        if self.method == "paired features":
            blocks = pair_blocks(self.qubits, self.pairs)
            joint = phases[0][:, blocks][..., :, None] + phases[1][:, blocks][..., None, :]
            return (*features, phase_features(joint.reshape(len(x), -1)))
        return features

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b | x) from the two effects, shape (batch, 2, 2)."""
        if self.method == "columns":
            gram = self.effect.gram(parameters, jnp.stack(encoded))
            state = self.state if self.mixing else self.state.after_hadamards
            return joint_table(*self._joined(gram, state, parameters))
        if self.method == "paired features":
            return joint_table(*self._from_paired_features(parameters, encoded))
        if self.populations is not None:
            return joint_table(*self._from_values(parameters, encoded, self.populations))
        return joint_table(*self._from_features(parameters, encoded))

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b) with any unitaries in the place of the embeddings, shape (batch, 2, 2)."""
        pulled = pulled_back(self.effect.operators(parameters)[:, None], unitaries)[:, :, 0]
        inputs = self.effect.inputs(parameters["mixing"])
        gram = jnp.einsum("qjlzw,qbzw->qjlb", inputs, pulled, precision=_HIGHEST)
        return joint_table(*self._joined(gram, self.state, parameters))

    def _seen(
        self, operator: jax.Array, state: PairState | JointState, parameters: CircuitParameters
    ) -> tuple[jax.Array, NDArray[np.complex128] | jax.Array]:
        """What QPU A sees of QPU B's operator (2**k, 2**k, ...), and the state of A's halves."""
        if not self.trains_state:
            return through_pairs(operator, state, self.pairs), reduced_state(state, self.pairs)
        schmidt = parameters["schmidt"]
        if self.noise is not None:
            unit = schmidt / jnp.linalg.norm(schmidt)
            stored = aged(pauli_of_schmidt(unit, self.pairs), self.noise, self.pairs)
            density = density_of(stored, self.pairs)
            return through_groups(operator, [density]), jnp.einsum("abcb->ac", density)
        weights = jnp.outer(schmidt, schmidt) / jnp.sum(schmidt**2)
        spread = weights.reshape(*weights.shape, *(operator.ndim - 2) * (1,))
        return spread * operator, jnp.diag(jnp.diag(weights))

    def _joined(
        self,
        gram: Complex[Array, "2 states states batch"],
        state: PairState | JointState,
        parameters: CircuitParameters,
    ) -> Marginals:
        """The three numbers from G of both QPUs, (2, 2**k, 2**k, batch)."""
        seen, reduced = self._seen(gram[1], state, parameters)
        first, second = (side.real + side.imag for side in (gram[0], seen))
        return meet(first, second, reduced)

    def _from_features(self, parameters: CircuitParameters, features: Encoded) -> Marginals:
        states = 2**self.pairs
        inputs = self.effect.inputs(parameters["mixing"])  # (2, 2**k, 2**k, 2**n, 2**n)
        dressed = inputs * self.effect.operators(parameters)[:, None, None]
        seen, reduced = self._seen(dressed[1], self.state, parameters)
        first, second = (
            meet_features(
                (jnp.swapaxes(side.real, 0, 1) + side.imag).reshape(states**2, -1),  # (4**k, 4**n)
                table,
            ).reshape(states, states, -1)
            for side, table in zip((dressed[0], seen), features, strict=True)
        )
        return meet(first, second, reduced)

    def _from_values(
        self, parameters: CircuitParameters, features: Encoded, values: NDArray[np.float64]
    ) -> Marginals:
        """Both QPUs start in basis states with the probabilities `values`, (2**k, 2**k)."""
        inputs = jnp.einsum("qjjzw->qjzw", self.effect.inputs(parameters["mixing"]))
        dressed = pack_effect(inputs * self.effect.operators(parameters)[:, None])
        first, second = (
            meet_features(side.reshape(len(values), -1), table)  # (2**k, batch)
            for side, table in zip(dressed, features, strict=True)
        )
        weights = jnp.asarray(values, first.dtype)
        both = jnp.einsum("ab,ax,bx->x", weights, first, second, precision=_HIGHEST)
        alone = [
            jnp.einsum("j,jx->x", weights.sum(axis), side, precision=_HIGHEST)
            for axis, side in ((1, first), (0, second))
        ]
        return both, alone[0], alone[1]

    def _from_paired_features(self, parameters: CircuitParameters, features: Encoded) -> Marginals:
        effects = self.effect.operators(parameters)
        blocks = pair_blocks(self.qubits, self.pairs)
        states, others = blocks.shape
        split = effects[:, blocks[:, :, None, None], blocks]  # (2, 2**k, 2**(n-k), 2**k, 2**(n-k))
        seen = jnp.transpose(split[1], (0, 2, 1, 3))
        state = self.state.after_hadamards
        seen = jnp.transpose(through_pairs(seen, state, self.pairs), (0, 2, 1, 3))
        joint = jnp.einsum("uvxy,uwxz->uvwxyz", split[0], seen, precision=_HIGHEST)
        size = states * others**2  # 2**(2n-k)
        unpaired = 0.5 ** (self.qubits - self.pairs)
        both = unpaired**2 * jnp.matmul(
            features[2], pack_effect(joint.reshape(size, size)).reshape(-1), precision=_HIGHEST
        )
        populations = np.zeros(2**self.qubits)
        populations[blocks] = np.diag(reduced_state(state, self.pairs)).real[:, None]
        same = np.equal.outer(*2 * [_pair_state(self.qubits, self.pairs)])
        mask = jnp.asarray(unpaired * same * populations, effects.real.dtype)
        first, second = (
            jnp.matmul(
                features[q], (mask * pack_effect(effects[q])).reshape(-1), precision=_HIGHEST
            )
            for q in range(2)
        )
        return both, first, second

    @property
    def _tensors(self) -> int:
        """How many G that meet the samples as features a QPU has."""
        return 2**self.pairs if self.populations is not None else 4**self.pairs

    def operations(self, depth: int, batch: int) -> int:
        """Effects of both QPUs, then their meeting with every sample."""
        dimension, states = 2**self.qubits, 2**self.pairs
        if self.method == "columns":
            return self.effect.gram_operations(depth, batch)
        build = self.effect.operations(depth)
        if self.method == "paired features":
            joint = (dimension**2 // states) ** 2
            return build + 6 * joint + batch * 2 * (joint + 2 * dimension**2)
        tensors = self._tensors
        dress = 8 * tensors * dimension**2
        return build + 2 * dress + 2 * batch * 2 * tensors * (dimension**2 + 1)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects, their meeting with the batch, and the cotangents of both."""
        dimension, states = 2**self.qubits, 2**self.pairs
        effects, per_sample = 4 * dimension**2, 4 * states**2
        if self.method == "paired features":
            effects += (dimension**2 // states) ** 2
            per_sample = 4
        elif self.method == "features":
            effects += dimension**2 * self._tensors
            per_sample = 4 * self._tensors
        else:
            per_sample += dimension * (states + 2)
        kept = 8 * (effects + batch * per_sample) + self.effect.reals(depth)
        return bytes_per_real * kept


def pulled_back(
    effects: Complex[Array, "2 effects dim dim"], unitaries: Complex[Array, "2 batch dim dim"]
) -> Complex[Array, "2 batch effects dim dim"]:
    r"""Effects in front of :math:`U H^{\otimes n}`, which stands where the phases are.

    Args:
        effects: Of both QPUs, (2, e, 2**n, 2**n).
        unitaries: (2, batch, 2**n, 2**n).

    Returns:
        (2, batch, e, 2**n, 2**n).
    """
    hadamards = hadamard_matrix(unitaries.shape[-1].bit_length() - 1)
    turned = unitaries @ jnp.asarray(hadamards, unitaries.dtype)
    half = jnp.einsum("qezw,qbwx->qbezx", effects, turned, precision=_HIGHEST)
    return jnp.einsum("qbzy,qbezx->qbeyx", turned.conj(), half, precision=_HIGHEST)


def meet(
    first: Float[Array, "states states batch"],
    second: Float[Array, "states states batch"],
    reduced: NDArray[np.complex128] | jax.Array,
) -> Marginals:
    """P(00), P(a=0), P(b=0) from packed G of both sides, B's as seen through the pairs.

    Args:
        first: QPU A's G, real plus imaginary part, shape (2**k, 2**k, batch).
        second: QPU B's, as QPU A sees it.
        reduced: State of QPU A's halves, shape (2**k, 2**k); a JAX array if it is trained.

    Returns:
        Each of shape (batch,).
    """
    both = jnp.sum(first * jnp.swapaxes(second, 0, 1), axis=(0, 1))
    is_constant = isinstance(reduced, np.ndarray)
    if is_constant and np.allclose(reduced, reduced[0, 0].real * np.eye(len(reduced)), rtol=1e-12):
        alone = float(reduced[0, 0].real) * jnp.einsum("jjb->b", first)
    else:
        packed = jnp.asarray(reduced.real + reduced.imag, first.dtype)
        alone = jnp.einsum("jlb,jl->b", first, packed, precision=_HIGHEST)
    return both, alone, jnp.einsum("jjb->b", second)


def joint_table(
    both: Float[Array, " batch"], first: Float[Array, " batch"], second: Float[Array, " batch"]
) -> Float[Array, "batch 2 2"]:
    """P(a, b) from P(00), P(a=0) and P(b=0).

    Args:
        both: P(00), shape (batch,).
        first: P(a=0), shape (batch,).
        second: P(b=0), shape (batch,).

    Returns:
        Shape (batch, 2, 2).
    """
    upper = jnp.stack([both, first - both], axis=-1)
    lower = jnp.stack([second - both, 1 - first - second + both], axis=-1)
    return jnp.stack([upper, lower], axis=-2)


def _pair_state(qubits: int, pairs: int) -> NDArray[np.intp]:
    """State of the pair qubits in every basis state, shape (2**n,)."""
    return np.arange(2**qubits) & pair_columns(qubits, pairs)[-1]
