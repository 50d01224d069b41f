r"""Schemes without messages: two local effects, no joint state.

All trained gates of a QPU act after its data, so they form one effect :math:`M = R^\dagger R`
that is the same for every sample. With the embedded columns :math:`E(x) = D(x) V`, where
:math:`V = H U_{mix}[:, |j,0..0\rangle]`,

.. math:: G = E^\dagger M E,\quad P(00) = 2^{-k} \sum_{jl} G^A_{jl} G^B_{jl},\quad
    P(a=0) = 2^{-k}\, \mathrm{tr}\, G^A

for k Bell pairs; any other state of the pairs acts on :math:`G^B` first (`shared_pairs`).

`LocalEffects.method` names the cheapest of three ways to get there:

- *features* (n <= 4): G is linear in M and the data enter only through the phase differences,
  4**n real numbers per sample that never change. A batch is one real matrix product.
- *paired features* (n <= 4, all or all but one qubit of a QPU paired, no mixing layers, and the
  pairs behind the Hadamards have only 00 and 11): the sum over pair states is done on the
  effects; what is left is one effect of 2n - k qubits that meets the sum of both QPUs' phases.
- *columns* (n > 4, where 4**n features would be too many): the rows of the effect meet
  the 2**n phases of each sample. Without mixing layers the pair qubits factor out of V and each
  pair state meets only its own block of phases.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from ebit.circuits import convolve_states, embedding_phases, pair_columns, walsh_hadamard
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.effects import effect_operations, effect_rows, pack_effect, phase_features
from ebit.engine.shared_pairs import reduced_state, through_pairs
from ebit.physics import BELL, PairState

Chances = tuple[jax.Array, jax.Array, jax.Array]
"""P(00), P(a=0) and P(b=0), each of shape (batch,)."""

_HIGHEST = lax.Precision.HIGHEST
_FEATURE_QUBITS = 4


@dataclass(frozen=True)
class LocalEffects:
    """Engine for `none` and `bell:N`.

    Args:
        qubits: Qubits per QPU.
        pairs: Bell pairs shared by the first qubits.
        mixing: Mixing layers before the embedding.
        state: State of every pair.
        pooling: Pooling layout, for the counts.
        designed: Whether the pairs are in the state with the Schmidt coefficients among the
            parameters, instead of `state`; for QPUs of at most four qubits.
    """

    qubits: int
    pairs: int = 0
    mixing: int = 0
    state: PairState = BELL
    pooling: str = "halves"
    designed: bool = False

    @property
    def method(self) -> str:
        """`features`, `paired features` or `columns`."""
        if self.qubits > _FEATURE_QUBITS:
            return "columns"
        nearly_all = self.pairs >= max(1, self.qubits - 1)
        if self.designed:
            return "features"
        if nearly_all and not self.mixing and self.state.after_hadamards.weights is not None:
            return "paired features"
        return "features"

    def encode(self, x: jax.Array) -> Encoded:
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

    def probabilities(self, parameters: CircuitParameters, encoded: Encoded) -> jax.Array:
        """P(a, b | x) from the two effects, shape (batch, 2, 2)."""
        if self.method == "columns":
            chances = self._from_columns(parameters, encoded)
        elif self.method == "paired features":
            chances = self._from_paired_features(self._effects(parameters), encoded)
        else:
            operators = self._pair_operators(parameters["mixing"])
            dressed = operators * self._effects(parameters)[:, None, None]
            schmidt = parameters["schmidt"] if self.designed else None
            chances = self._from_features(dressed, encoded, schmidt)
        return joint_table(*chances)

    def _effects(self, parameters: CircuitParameters) -> jax.Array:
        """M of both QPUs, shape (2, 2**n, 2**n)."""
        rows = jax.vmap(effect_rows)(parameters["convolution"], parameters["pooling"])
        return jnp.einsum("qrz,qrw->qzw", rows.conj(), rows, precision=_HIGHEST)

    def _pair_operators(self, mixing: jax.Array) -> jax.Array:
        """Conjugate V of pair state j times V of pair state l: (2, 2**k, 2**k, 2**n, 2**n)."""
        basis = self._embedded_basis(mixing)
        return basis.conj()[:, :, None, :, None] * basis[:, None, :, None, :]

    def _from_features(
        self, dressed: jax.Array, features: Encoded, schmidt: jax.Array | None = None
    ) -> Chances:
        states = 2**self.pairs
        if schmidt is None:
            seen = through_pairs(dressed[1], self.state, self.pairs)
            reduced: NDArray[np.complex128] | jax.Array = reduced_state(self.state, self.pairs)
        else:
            weights = jnp.outer(schmidt, schmidt) / jnp.sum(schmidt**2)
            seen = weights[:, :, None, None] * dressed[1]
            reduced = jnp.diag(jnp.diag(weights))
        sides = (dressed[0], seen)
        first, second = (
            jnp.matmul(
                (jnp.swapaxes(side.real, 0, 1) + side.imag).reshape(states**2, -1),
                table.T,
                precision=_HIGHEST,
            ).reshape(states, states, -1)
            for side, table in zip(sides, features, strict=True)
        )
        return meet(first, second, reduced)

    def _from_paired_features(self, effects: jax.Array, features: Encoded) -> Chances:
        blocks = pair_blocks(self.qubits, self.pairs)
        states, others = blocks.shape
        split = effects[:, blocks[:, :, None, None], blocks]
        seen = jnp.transpose(split[1], (0, 2, 1, 3))
        state = self.state.after_hadamards
        seen = jnp.transpose(through_pairs(seen, state, self.pairs), (0, 2, 1, 3))
        joint = jnp.einsum("uvxy,uwxz->uvwxyz", split[0], seen)
        size = states * others**2
        unpaired = 0.5 ** (self.qubits - self.pairs)
        both = unpaired**2 * jnp.matmul(
            features[2], pack_effect(joint.reshape(size, size)).reshape(-1), precision=_HIGHEST
        )
        chance = np.zeros(2**self.qubits)
        chance[blocks] = np.diag(reduced_state(state, self.pairs)).real[:, None]
        same = np.equal.outer(*2 * [_pair_state(self.qubits, self.pairs)])
        mask = jnp.asarray(unpaired * same * chance, effects.real.dtype)
        first, second = (
            jnp.matmul(
                features[q], (mask * pack_effect(effects[q])).reshape(-1), precision=_HIGHEST
            )
            for q in range(2)
        )
        return both, first, second

    def _from_columns(self, parameters: CircuitParameters, encoded: Encoded) -> Chances:
        rows = jax.vmap(effect_rows)(parameters["convolution"], parameters["pooling"])
        mixing, phases = parameters["mixing"], jnp.stack(encoded)
        state = self.state if self.mixing else self.state.after_hadamards
        if self.mixing:
            dressed = rows[:, None] * self._embedded_basis(mixing)[:, :, None, :]
            columns = jnp.einsum("qjrz,qbz->qbrj", dressed, phases, precision=_HIGHEST)
        else:
            blocks = pair_blocks(self.qubits, self.pairs)
            scale = 0.5 ** ((self.qubits - self.pairs) / 2)
            columns = scale * jnp.einsum(
                "qruv,qbuv->qbru", rows[:, :, blocks], phases[:, :, blocks], precision=_HIGHEST
            )
        gram = jnp.einsum("qbrj,qbrl->qjlb", columns.conj(), columns, precision=_HIGHEST)
        seen = through_pairs(gram[1], state, self.pairs)
        first, second = (side.real + side.imag for side in (gram[0], seen))
        return meet(first, second, reduced_state(state, self.pairs))

    def _embedded_basis(self, mixing: jax.Array) -> jax.Array:
        """V: the pair states behind mixing layers and Hadamards, shape (2, 2**k, 2**n)."""
        columns = list(pair_columns(self.qubits, self.pairs))
        states = jnp.asarray(np.eye(2**self.qubits)[columns], mixing.dtype)
        states = jnp.broadcast_to(states + 0j, (2, *states.shape))
        if self.mixing:
            states = jax.vmap(convolve_states)(mixing, states)
        return walsh_hadamard(states)

    def operations(self, depth: int, batch: int) -> int:
        """Effects of both QPUs, then their meeting with every sample."""
        dimension, states = 2**self.qubits, 2**self.pairs
        mixing = effect_operations(self.qubits, self.mixing)
        rows = effect_operations(self.qubits, depth, self.pooling)
        build = 2 * (rows + mixing + 4 * dimension**3)
        if self.method == "paired features":
            joint = (dimension**2 // states) ** 2
            return build + 6 * joint + batch * 2 * (joint + 2 * dimension**2)
        if self.method == "features":
            dress = 8 * states**2 * dimension**2
            return build + 2 * dress + 2 * batch * 2 * states**2 * (dimension**2 + 1)
        blocks = states if self.mixing else 1
        meet = 4 * dimension**2 * blocks + 4 * dimension * states**2
        return build - 8 * dimension**3 + 2 * batch * meet

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects, their meeting with the batch, and the cotangents of both."""
        dimension, states = 2**self.qubits, 2**self.pairs
        effects, per_sample = 4 * dimension**2, 4 * states**2
        if self.method == "paired features":
            effects += (dimension**2 // states) ** 2
            per_sample = 4
        elif self.method == "features":
            effects += dimension**2 * states**2
        else:
            per_sample += dimension * (states + 2)
        return 8 * bytes_per_real * (effects + batch * per_sample)


def meet(
    first: jax.Array, second: jax.Array, reduced: NDArray[np.complex128] | jax.Array
) -> Chances:
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


def joint_table(both: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
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


def pair_blocks(qubits: int, pairs: int) -> NDArray[np.intp]:
    """Basis indices (2**k, 2**(n-k)): pair qubits choose the row, the others run along it.

    Args:
        qubits: Qubits of the QPU.
        pairs: Number of leading qubits that belong to shared pairs.

    Returns:
        Every basis index once.
    """
    starts = np.array(pair_columns(qubits, pairs))
    others = np.array([z for z in range(2**qubits) if not np.any(z & starts)])
    return starts[:, None] + others[None, :]


def _pair_state(qubits: int, pairs: int) -> NDArray[np.intp]:
    """State of the pair qubits in every basis state, shape (2**n,)."""
    return np.arange(2**qubits) & pair_columns(qubits, pairs)[-1]
