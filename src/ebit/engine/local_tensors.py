r"""What a QPU does to its qubits that belong to shared states: a real number per operator on them.

All trained gates of a QPU act after its data, so they form one effect M. With what the mixing
layers and Hadamards V make of an operator O on the first d qubits, and the phases D of the
embedding,

.. math:: T_O(x) = \mathrm{tr}\,[(O \otimes |0..0\rangle\langle 0..0|)\; V^\dagger D^\dagger(x)\,
    M\, D(x)\, V],

which is linear in M: the data enter through the phases alone, and for up to four qubits a batch is
one real matrix product per QPU.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import (
    Circuit,
    embedding_phases,
    hadamard_matrix,
    outputs_of,
    pair_columns,
    walsh_hadamard,
)
from ebit.engine.base import CircuitParameters
from ebit.engine.effects import LocalEffect, NoisyEffect, PureEffect
from ebit.engine.features import pack_effect, pair_blocks
from ebit.engine.tensor_plan import index_of, products
from ebit.physics import PAULIS, Noise, QPUNoise

FEATURE_QUBITS = 4
"""Largest QPU whose samples are 4**n real numbers; larger ones meet the effect by their states."""

ROW_QUBITS = 3
"""Smallest QPU whose rows, without noise and mixing layers, cost less than real features."""

_MOST_SHARED = 3
"""Most shared qubits of a QPU whose amplitudes are multiplied with each other one by one."""

_BLOCK = 2**18
"""Amplitudes, in real numbers, of as many QPUs as meet their samples at a time: 1 MB."""

_HIGHEST = lax.Precision.HIGHEST

Operators = NDArray[np.complex128]
"""Operators on the first d qubits of every QPU, (QPUs, rows, 2**d, 2**d)."""


@dataclass(frozen=True)
class LocalTensors:
    """QPUs with equally many qubits.

    Args:
        qubits: Qubits per QPU, n.
        passes: Passes of the embedding.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout.
        noise: Local noise.
        own: The noise of each of these QPUs.
        local: Circuit of each of them in the place of convolutions and poolings.
        read: Which of the qubits that are left are looked at; None: all. The outcome 0 is an even
            number of ones among them.
    """

    qubits: int
    passes: int = 1
    mixing: int = 0
    pooling: str = "halves"
    noise: Noise | None = None
    own: tuple[QPUNoise, ...] = ()
    local: Circuit | None = None
    read: tuple[int, ...] | None = None

    @property
    def by_features(self) -> bool:
        """Whether samples are real features, or states that are as many as the operators need."""
        return self.qubits <= FEATURE_QUBITS and self.passes == 1

    @property
    def outputs(self) -> int:
        """Qubits that each of them reads out."""
        return 1 if self.local is not None else outputs_of(self.pooling)

    def effect(self, pairs: int, places: Sequence[int] | None = None) -> PureEffect | NoisyEffect:
        """The trained parts of some of the QPUs, of which the first qubits are shared."""
        if self.local is not None:
            return LocalEffect(self.qubits, pairs, self.mixing, local=self.local)
        if self.noise is None:
            return PureEffect(self.qubits, pairs, self.mixing, self.pooling, self.read)
        own = self.own if places is None else tuple(self.own[place] for place in places)
        return NoisyEffect(self.qubits, pairs, self.mixing, self.noise, self.pooling, own)

    def encode(self, x: Float[Array, "batch qpus features"]) -> jax.Array:
        """Cosines and sines of the phases of every pass, (batch, QPUs, passes, 2, 2**n)."""
        turns = x.reshape(*x.shape[:2], self.passes, self.qubits)
        phases = embedding_phases(turns)
        return jnp.stack([jnp.cos(phases), jnp.sin(phases)], axis=-2)

    @property
    def by_rows(self) -> bool:
        """Whether rows of a projector meet the phases, with 2**(n + d) amplitudes per sample."""
        plain = self.noise is None and self.local is None and not self.mixing
        return self.by_features and plain and self.qubits >= ROW_QUBITS

    def packed(self, parameters: CircuitParameters) -> jax.Array | None:
        """The effects of all QPUs as they meet the samples.

        Returns:
            Rows of projectors, complex (QPUs, 2**(n-1), 2**n); or real matrices
            (QPUs, 1, 2**n, 2**n); None where samples are states.
        """
        if not self.by_features:
            return None
        effect = self.effect(0)
        if self.by_rows:
            assert isinstance(effect, PureEffect)
            return effect.rows(parameters)
        return pack_effect(effect.operators(parameters))[:, None]

    def packed_strings(
        self, parameters: CircuitParameters, waits: tuple[tuple[float, ...], ...]
    ) -> Float[Array, "qpus effects dim dim"]:
        """The same for every read-out, received string and own string of bits, in this order.

        Args:
            parameters: Angles of all QPUs.
            waits: Time in seconds that each QPU waits for messages in every pooling round.
        """
        effect = self.effect(0)
        if isinstance(effect, NoisyEffect):
            effect = replace(effect, waits=waits)
        found = effect.string_operators(parameters)  # (QPUs, 2, received, own, 2**n, 2**n)
        return pack_effect(found.reshape(found.shape[0], -1, *found.shape[-2:]))

    def meet(
        self,
        parameters: CircuitParameters,
        packed: jax.Array | None,
        encoded: Float[Array, "batch qpus passes 2 dim"],
        places: Sequence[int],
        operators: Operators,
    ) -> jax.Array:
        """T of some of the QPUs, for the outcome 0.

        Args:
            parameters: Angles of all QPUs of this size.
            packed: What `packed` returned, or a number of effects (QPUs, effects, 2**n, 2**n) for
                each of these QPUs.
            encoded: What `encode` returned, or rows of it.
            places: Which of the QPUs.
            operators: Operators O of each of them.

        Returns:
            (QPUs, effects * rows, batch); complex if an operator is not Hermitian.
        """
        if len(places) < encoded.shape[1]:
            chosen = index_of(np.array(places))
            parameters = jax.tree.map(lambda leaf: leaf[chosen], parameters)
            if packed is not None and len(packed) > len(places):
                packed = packed[chosen]
            encoded = encoded[:, chosen]
        if packed is None:
            return self._by_states(parameters, encoded, places, operators)
        if jnp.iscomplexobj(packed):
            if operators.shape[-1] <= 2**_MOST_SHARED:
                return self._by_rows(packed, encoded, operators)
            effects = jnp.einsum("qrz,qrw->qzw", packed.conj(), packed, precision=_HIGHEST)
            packed = pack_effect(effects)[:, None]
        if not self.mixing:
            return _with_parts(operators, lambda part: self._by_features(packed, encoded, part))
        pairs = operators.shape[-1].bit_length() - 1
        inputs = self.effect(pairs, places).inputs(parameters["mixing"])

        def behind_mixing(part: Operators) -> jax.Array:
            rows = jnp.einsum(
                "qrlj,qjlzw->qrzw", jnp.asarray(part, inputs.dtype), inputs, precision=_HIGHEST
            )
            return self._dressed(rows.real, rows.imag, packed, encoded)

        return _with_parts(operators, behind_mixing)

    def _by_rows(
        self,
        rows: Complex[Array, "qpus rows dim"],
        encoded: Float[Array, "batch qpus 1 2 dim"],
        operators: Operators,
    ) -> jax.Array:
        """Amplitudes of every state of the shared qubits, multiplied with each other.

        All in real numbers with the batch on the last axis, where loops are long.
        """
        pairs = operators.shape[-1].bit_length() - 1
        blocks = pair_blocks(self.qubits, pairs)  # (states, others)
        split = rows[:, :, blocks].swapaxes(1, 2) * 0.5 ** ((self.qubits - pairs) / 2)
        upper = jnp.concatenate([split.real, -split.imag], axis=3)
        lower = jnp.concatenate([split.imag, split.real], axis=3)
        matrix = jnp.concatenate([upper, lower], axis=2)  # (QPUs, states, 2 rows, 2 others)
        phases = encoded[:, :, 0][..., blocks].transpose(1, 3, 2, 4, 0)
        phases = phases.reshape(*matrix.shape[:2], matrix.shape[3], -1)
        turn = hadamard_matrix(pairs)
        parts = _hermitian_parts(operators)
        own = turn @ np.concatenate(parts, axis=1) @ turn
        weights = (own.real + own.imag).reshape(*own.shape[:2], -1)
        found = _in_blocks(matrix, phases, jnp.asarray(weights, matrix.dtype))
        return found if len(parts) == 1 else lax.complex(*jnp.split(found, 2, axis=1))

    def behind(
        self,
        parameters: CircuitParameters,
        unitaries: Complex[Array, "qpus batch dim dim"],
        places: Sequence[int],
        operators: Operators,
    ) -> jax.Array:
        """T of some of the QPUs with any unitary in the place of the embedding.

        Args:
            parameters: Angles of all QPUs of this size.
            unitaries: Of all QPUs, basis in measurement order.
            places: Which of the QPUs.
            operators: Operators O of each of them.

        Returns:
            (QPUs, rows, batch).
        """
        chosen = index_of(np.array(places))
        own = jax.tree.map(lambda leaf: leaf[chosen], parameters)
        effect = self.effect(operators.shape[-1].bit_length() - 1, places)
        hadamards = jnp.asarray(hadamard_matrix(self.qubits), unitaries.dtype)
        turned = unitaries[chosen] @ hadamards  # those that the columns have are undone
        pulled = jnp.einsum(
            "qbzy,qzw,qbwx->qbyx", turned.conj(), effect.operators(own), turned, precision=_HIGHEST
        )
        gram = jnp.einsum(
            "qjlzw,qbzw->qjlb", effect.inputs(own["mixing"]), pulled, precision=_HIGHEST
        )
        return _of_gram(operators, gram)

    def _by_features(
        self, packed: jax.Array, encoded: jax.Array, operators: Operators
    ) -> Float[Array, "qpus rows batch"]:
        """Without mixing layers what becomes of an operator is a constant."""
        different, which = np.unique(operators, axis=0, return_inverse=True)
        pairs = operators.shape[-1].bit_length() - 1
        columns = hadamard_matrix(self.qubits)[list(pair_columns(self.qubits, pairs))]
        rows = np.einsum("qrlj,jz,lw->qrzw", different, columns, columns)

        def of_each(part: NDArray[np.float64]) -> jax.Array | None:
            if not part.any():
                return None
            table = jnp.asarray(part, packed.dtype)
            return table if len(table) == 1 else table[which.ravel()]

        return self._dressed(of_each(rows.real), of_each(rows.imag), packed, encoded)

    def _dressed(
        self,
        real: jax.Array | None,
        imaginary: jax.Array | None,
        packed: jax.Array,
        encoded: jax.Array,
    ) -> Float[Array, "qpus rows batch"]:
        """Effects times operators, entry by entry, meet the features of the samples."""
        qpus, dimension = packed.shape[0], 2**self.qubits
        dressed: Any = 0.0 if real is None else real[:, None] * packed[:, :, None]
        if imaginary is not None:
            dressed = dressed + imaginary[:, None] * packed.mT[:, :, None]
        flat = dressed.reshape(qpus, -1, dimension**2)  # (QPUs, effects * rows, 4**n)
        cosine, sine = encoded[:, :, 0].transpose(2, 1, 0, 3)  # (QPUs, batch, 2**n) each
        bra, ket = (..., slice(None), None), (..., None, slice(None))
        features = (cosine + sine)[bra] * cosine[ket] + (sine - cosine)[bra] * sine[ket]
        table = features.reshape(qpus, -1, dimension**2)  # (QPUs, batch, 4**n)
        return jnp.einsum("qba,qra->qbr", table, flat, precision=_HIGHEST).swapaxes(1, 2)

    def _by_states(
        self,
        parameters: CircuitParameters,
        encoded: jax.Array,
        places: Sequence[int],
        operators: Operators,
    ) -> jax.Array:
        """The effect meets the states of every sample."""
        pairs = operators.shape[-1].bit_length() - 1
        phases = jnp.moveaxis(lax.complex(encoded[..., 0, :], encoded[..., 1, :]), 1, 0)
        effect = self.effect(pairs, places)
        if self.passes == 1:
            gram = effect.gram(parameters, phases[:, :, 0])
            if not self.mixing:
                turn = hadamard_matrix(pairs)
                operators = turn @ operators @ turn
        else:
            gram = self._after_passes(parameters, phases, pairs)
        return _of_gram(operators, gram)

    def _after_passes(
        self,
        parameters: CircuitParameters,
        phases: Complex[Array, "qpus batch passes dim"],
        pairs: int,
    ) -> Complex[Array, "qpus states states batch"]:
        """G if the data come in several passes, with Hadamards between them."""
        effect = self.effect(pairs)
        assert isinstance(effect, PureEffect)
        states = effect.columns(parameters["mixing"])[:, None]  # (QPUs, 1, 2**d, 2**n)
        for turn in range(self.passes):
            states = states if turn == 0 else walsh_hadamard(states)
            states = states * phases[:, :, turn, None]
        met = jnp.einsum("qrz,qbjz->qbjr", effect.rows(parameters), states, precision=_HIGHEST)
        return jnp.einsum("qbjr,qblr->qjlb", met.conj(), met, precision=_HIGHEST)

    def operations(self, depth: int, batch: int, qpus: int, rows: int, pairs: int) -> int:
        """Real operations of the effects, and of their meeting with a batch."""
        effect = self.effect(pairs)
        if self.by_rows and pairs <= _MOST_SHARED:
            each = 4 * 4**self.qubits + 4**pairs * (2 * 2**self.qubits + 2 * rows)
            return qpus * (effect.operations(depth) // 2 + batch * each)
        if self.by_features:
            each = 2 * 4**self.qubits * rows + 4 * 4**self.qubits
            return qpus * (effect.operations(depth) // 2 + batch * each)
        states = 2**pairs * 4**self.qubits * 4 + 8 * rows * 4**pairs
        return qpus * (effect.operations(depth) // 2 + batch * states)

    def memory(self, depth: int, batch: int, qpus: int, rows: int, pairs: int) -> int:
        """Real numbers that a step holds, to leading order."""
        dimension = 2**self.qubits
        effects = 8 * dimension**2 + 4 * rows * dimension**2
        if self.by_rows and pairs <= _MOST_SHARED:
            each = 4 * 2**pairs * dimension + 2 * 4**pairs + 4 * rows
        elif self.by_features:
            each = 2 * dimension**2 + 4 * rows
        else:
            each = 8 * 2**pairs * dimension + 8 * 4**pairs + 4 * rows
        return qpus * (effects + batch * each) + self.effect(pairs).reals(depth)


def _in_blocks(
    matrix: Float[Array, "qpus states double others"],
    phases: Float[Array, "qpus states others batch"],
    constant: Float[Array, "qpus rows pairs"],
) -> Float[Array, "qpus rows batch"]:
    """`_of_block` for so many QPUs at a time that what it makes of them stays in a cache.

    Their amplitudes are computed again for the slope, which takes less time than to fetch them from
    memory. Other devices than processors get all QPUs at once.
    """
    qpus, states, double, _ = matrix.shape
    block = max(1, _BLOCK // (states * double * phases.shape[-1]))
    if qpus <= block or jax.default_backend() != "cpu":
        return _of_block(matrix, phases, constant)
    again = jax.checkpoint(_of_block)

    def of_one(parts: tuple[jax.Array, ...]) -> jax.Array:
        return again(*(part[None] for part in parts))[0]

    return lax.map(of_one, (matrix, phases, constant), batch_size=block)


def _of_block(matrix: jax.Array, phases: jax.Array, constant: jax.Array) -> jax.Array:
    """Amplitudes of every state of the shared qubits, multiplied with each other."""
    both = jnp.einsum("qsro,qsob->qsrb", matrix, phases, precision=_HIGHEST)
    count = both.shape[2] // 2
    real, imaginary = both[:, :, :count], both[:, :, count:]
    mixed = jnp.concatenate([real + imaginary, imaginary - real], axis=2)
    # of conjugate a_j times a_k the real plus the imaginary part, so that nothing is lost
    table = products(both, mixed.swapaxes(1, 2)).reshape(len(both), both.shape[1] ** 2, -1)
    # a constant for each QPU, so that nothing is put in another order
    return jnp.einsum("qrg,qgb->qrb", constant, table, precision=_HIGHEST)


def _of_gram(operators: Operators, gram: Complex[Array, "qpus states states batch"]) -> jax.Array:
    """T from what the effects say about the states of the shared qubits."""
    return _with_parts(
        operators,
        lambda part: (
            jnp.einsum(
                "qrlj,qjlb->qrb", jnp.asarray(part, gram.dtype), gram, precision=_HIGHEST
            ).real
        ),
    )


def _with_parts(operators: Operators, function: Any) -> jax.Array:
    """A linear function of Hermitian operators, of any operators."""
    found = [jnp.asarray(function(part)) for part in _hermitian_parts(operators)]
    return found[0] if len(found) == 1 else lax.complex(*found)


def _hermitian_parts(operators: Operators) -> list[Operators]:
    """A and B of operators A + iB, both Hermitian; A alone where B is zero."""
    adjoint = np.swapaxes(operators, -1, -2).conj()
    hermitian, other = (operators + adjoint) / 2, (operators - adjoint) / 2j
    return [hermitian, other] if np.abs(other).max() > 1e-14 else [hermitian]


def product_operators(factors: Sequence[NDArray[Any]]) -> NDArray[np.complex128]:
    """All products of one operator per qubit.

    Args:
        factors: For every qubit its operators, (values, 2, 2).

    Returns:
        (product of the numbers of values, 2**d, 2**d).

    Example:
        >>> product_operators([PAULIS[:2], PAULIS]).shape
        (8, 4, 4)
    """
    found = np.ones((1, 1, 1), complex)
    for own in factors:
        size = found.shape[1] * 2
        found = np.einsum("aij,bkl->abikjl", found, own).reshape(-1, size, size)
    return found


def pauli_sums(table: NDArray[Any]) -> NDArray[np.complex128]:
    """Half of the sums of Pauli operators with these coefficients (4, values): (values, 2, 2)."""
    return np.asarray(np.einsum("pv,pij->vij", table, PAULIS) / 2, np.complex128)
