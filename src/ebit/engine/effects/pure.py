r"""Trained parts without noise: rows R of a projector :math:`M = R^\dagger R`, or amplitudes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float
from numpy.typing import NDArray

from ebit.circuits import (
    bricks,
    convolution_matrix,
    convolve_rows,
    convolve_states,
    measurements,
    outcome_order,
    outcome_rotations,
    pair_columns,
    pool_rows,
    spins,
    stages,
    walsh_hadamard,
)
from ebit.engine.base import CircuitParameters
from ebit.engine.features import pair_blocks

_HIGHEST = lax.Precision.HIGHEST
_ROUND_WEIGHT = 5
"""An operation of a pooling round takes as long as this many of one matrix product (the arrays of
a round are narrow; measured on two CPU cores)."""


@dataclass(frozen=True)
class PureEffect:
    """The trained parts of QPUs of one size without noise, two or any other number of them.

    Args:
        qubits: Qubits per QPU, n.
        pairs: Leading qubits that belong to shared pairs, k; the others start in 0.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout, for the counts.
        read: Which of the qubits that are left are looked at, by their numbers among them; None:
            all. M is that of an even number of ones.
    """

    qubits: int
    pairs: int
    mixing: int
    pooling: str = "halves"
    read: tuple[int, ...] | None = None

    def rows(self, parameters: CircuitParameters) -> Complex[Array, "2 rows dim"]:
        """R of both QPUs, (2, 2**(n-1), 2**n)."""
        rows = partial(effect_rows, read=self.read)
        return jax.vmap(rows)(parameters["convolution"], parameters["pooling"])

    def operators(self, parameters: CircuitParameters) -> Complex[Array, "2 dim dim"]:
        """M of both QPUs, (2, 2**n, 2**n)."""
        rows = self.rows(parameters)
        return jnp.einsum("qrz,qrw->qzw", rows.conj(), rows, precision=_HIGHEST)

    def string_operators(
        self, parameters: CircuitParameters
    ) -> Complex[Array, "qpus 2 received own dim dim"]:
        """M of every read-out, received string and own string of bits.

        Args:
            parameters: Angles of the QPUs.

        Returns:
            Complex, (QPUs, 2, received, own, 2**n, 2**n); the bits of a string as `string_order`
            says.
        """
        basis = jnp.asarray(np.eye(2**self.qubits), parameters["mixing"].dtype) + 0j

        def of_one(convolution: tuple[jax.Array, ...], pooling: tuple[jax.Array, ...]) -> jax.Array:
            found = string_amplitudes(convolution, pooling, basis[None])[0]
            return jnp.moveaxis(found, (0, 3), (3, 0))  # (2, received, own, 2**n)

        rows = jax.vmap(of_one)(parameters["convolution"], parameters["pooling"])
        return rows.conj()[..., :, None] * rows[..., None, :]

    @property
    def string_order(self) -> tuple[tuple[int, int], ...]:
        """(Round, number of the outcome) of every bit of a string, the most significant first."""
        sizes = zip(
            stages(self.qubits, self.pooling), measurements(self.qubits, self.pooling), strict=True
        )
        return tuple(
            (turn, number)
            for turn, (size, measured) in enumerate(sizes)
            for number in outcome_order(size, 1, measured)
        )

    def before_embedding(
        self, mixing: Float[Array, "2 layers n"]
    ) -> Complex[Array, "2 states dim"]:
        """States behind the mixing layers, one for each state of the pairs.

        Args:
            mixing: RX angles (2, mixing, n) in radians.

        Returns:
            Complex, (2, 2**k, 2**n).
        """
        columns = list(pair_columns(self.qubits, self.pairs))
        states = jnp.asarray(np.eye(2**self.qubits)[columns], mixing.dtype)  # (2**k, 2**n)
        states = jnp.broadcast_to(states + 0j, (len(mixing), *states.shape))
        return jax.vmap(convolve_states)(mixing, states) if self.mixing else states

    def columns(self, mixing: Float[Array, "2 layers n"]) -> Complex[Array, "2 states dim"]:
        """V: the states in front of the phases of the embedding, (2, 2**k, 2**n)."""
        return walsh_hadamard(self.before_embedding(mixing))

    def inputs(
        self, mixing: Float[Array, "2 layers n"]
    ) -> Complex[Array, "2 states states dim dim"]:
        """Conjugate V of pair state j times V of pair state l: (2, 2**k, 2**k, 2**n, 2**n)."""
        columns = self.columns(mixing)
        return columns.conj()[:, :, None, :, None] * columns[:, None, :, None, :]

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
        rows = self.rows(parameters)
        if self.mixing:
            columns = self.columns(parameters["mixing"])
            dressed = rows[:, None] * columns[:, :, None, :]  # (2, 2**k, 2**(n-1), 2**n)
            met = jnp.einsum("qjrz,qbz->qbrj", dressed, phases, precision=_HIGHEST)
        else:
            blocks = pair_blocks(self.qubits, self.pairs)
            scale = 0.5 ** ((self.qubits - self.pairs) / 2)
            met = scale * jnp.einsum(
                "qruv,qbuv->qbru", rows[:, :, blocks], phases[:, :, blocks], precision=_HIGHEST
            )
        return jnp.einsum("qbrj,qbrl->qjlb", met.conj(), met, precision=_HIGHEST)

    def operations(self, depth: int) -> int:
        """Real operations to build M of both QPUs."""
        mixing = effect_operations(self.qubits, self.mixing)
        rows = effect_operations(self.qubits, depth, self.pooling)
        return 2 * (rows + mixing + 4 * 8**self.qubits)

    def gram_operations(self, depth: int, batch: int) -> int:
        """Real operations of the whole way over `gram`."""
        dimension, states = 2**self.qubits, 2**self.pairs
        blocks = states if self.mixing else 1
        meet = 4 * dimension**2 * blocks + 4 * dimension * states**2
        return self.operations(depth) - 8 * dimension**3 + 2 * batch * meet

    def reals(self, depth: int) -> int:
        """Real numbers kept for the gradient beside M itself: none, the blocks run backwards."""
        return 0


def string_amplitudes(
    convolution: tuple[jax.Array, ...],
    pooling: tuple[jax.Array, ...],
    states: Complex[Array, "batch states dim"],
) -> Complex[Array, "batch states received own 2"]:
    """Amplitudes of one QPU for every string of bits that it receives and measures.

    They are linear in the state: for many states of few qubits those of the basis states are found
    first, and all states are one matrix product with them.

    Args:
        convolution: RX angles (depth, m) of one QPU, first stage first, in radians.
        pooling: Angles (h, 2, 2) of one QPU, first stage first, in radians.
        states: Embedded states (batch, 2**k, 2**n), one for each state of its pairs.

    Returns:
        (batch, 2**k, received, own, 2): strings of n - 1 bits, the read-out at the end.
    """
    batch, columns, dimension = states.shape
    measured = [len(rotations) for rotations in pooling]
    if _builds_table(dimension.bit_length() - 1, measured, batch * columns):
        basis = jnp.eye(dimension, dtype=states.dtype)[:, None]  # (2**n, 1, 2**n)
        table = _through_rounds(convolution, pooling, basis)  # (2**n, 1, received, own, 2)
        found = jnp.matmul(states, table.reshape(dimension, -1), precision=_HIGHEST)
        return found.reshape(batch, columns, *table.shape[2:])
    return _through_rounds(convolution, pooling, states)


def _through_rounds(
    convolution: tuple[jax.Array, ...],
    pooling: tuple[jax.Array, ...],
    states: Complex[Array, "batch states dim"],
) -> Complex[Array, "batch states received own 2"]:
    """`string_amplitudes` of these states, round by round."""
    states = states[:, :, None, None, :]  # (batch, 2**k, 1, 1, 2**n)
    states = jnp.matmul(states, convolution_matrix(convolution[0]).T, precision=_HIGHEST)
    for stage, rotations in enumerate(pooling):
        received = outcome_rotations(rotations, states.shape[-1].bit_length() - 1)
        if stage + 1 < len(convolution):
            following = convolution_matrix(convolution[stage + 1])
            received = jnp.matmul(following, received, precision=_HIGHEST)
        states = _receive(states, received)
    return states


def _receive(
    states: Complex[Array, "batch states messages outcomes dim"],
    received: Complex[Array, "strings kept kept"],
) -> Complex[Array, "batch states received own kept"]:
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


def string_operations(qubits: int, depth: int, pooling: str) -> tuple[int, int]:
    """Real operations of `string_amplitudes`: once, and for every sample and pair state.

    Those of the rounds: a product with the amplitudes of the basis states has more, but is faster.
    """
    build = 0
    measured = measurements(qubits, pooling)
    for left, count in zip(stages(qubits, pooling), measured, strict=True):
        layers = depth * len(bricks(left))
        build += layers * hadamard_operations(left) * 2**left
        build += 8 * 2**count * 2 ** (3 * (left - count))
    return build, _round_operations(qubits, measured)


def _round_operations(qubits: int, measured: Sequence[int]) -> int:
    """Real operations on a state of all rounds, which measure so many qubits."""
    left, total, messages = qubits, 8 * 4**qubits, 1
    for count in measured:
        left -= count
        total += 8 * messages * 4**count * 4**left
        messages *= 4**count
    return total


def _table_operations(qubits: int, measured: Sequence[int]) -> int:
    """Real operations on a state of the product with the amplitudes of the basis states."""
    return 8 * 2**qubits * 2 ** (qubits + sum(measured))  # all received, own and left bits


def _builds_table(qubits: int, measured: Sequence[int], states: int) -> bool:
    """Whether amplitudes of the basis states pay for this many states."""
    saved = (states - 2**qubits) * _round_operations(qubits, measured)
    return _ROUND_WEIGHT * saved > states * _table_operations(qubits, measured)


def effect_rows(
    convolution: tuple[jax.Array, ...],
    pooling: tuple[jax.Array, ...],
    read: tuple[int, ...] | None = None,
) -> Complex[Array, "rows dim"]:
    r"""Rows R of the projector :math:`M = R^\dagger R` whose expectation is P(a = 0).

    The last qubit is projected on 0, several that are left on an even number of ones among them,
    and the rows are pulled back through pooling and convolution, from the register that is left to
    the full one: 2**(n-1) rows.

    Args:
        convolution: RX angles (depth, m) of one QPU, first stage first, in radians.
        pooling: Angles (h, 2, 2) of one QPU and its h measured qubits, first stage first, in
            radians.
        read: Which of the qubits that are left are looked at, see `PureEffect`; None: all.

    Returns:
        Complex array (2**(n-1), 2**n), orthonormal rows, basis in measurement order.

    Example:
        >>> effect_rows((jnp.zeros((1, 2)),), (jnp.zeros((1, 2, 2)),)).shape
        (2, 4)
    """
    dtype = jnp.result_type(convolution[0].dtype, jnp.complex64)
    left = convolution[-1].shape[1] - len(pooling[-1])
    rows = jnp.asarray(np.eye(2**left)[even_strings(left, read)], dtype)
    for angles, rotations in zip(reversed(convolution), reversed(pooling), strict=True):
        rows = convolve_rows(angles, pool_rows(rotations, rows))
    return rows


def even_strings(qubits: int, read: tuple[int, ...] | None = None) -> NDArray[np.int64]:
    """Basis states with an even number of ones among the qubits that are looked at.

    Example:
        >>> even_strings(1).tolist(), even_strings(2).tolist(), even_strings(2, (1,)).tolist()
        ([0], [0, 3], [0, 2])
    """
    signs = spins(qubits)[:, list(range(qubits) if read is None else read)]
    return np.flatnonzero(np.prod(signs, axis=1) > 0)


def effect_operations(qubits: int, depth: int, pooling: str = "halves") -> int:
    """Real operations to build the rows of one QPU: Hadamard products of every brick."""
    total = 0
    for left in stages(qubits, pooling):
        count = depth * len(bricks(left))
        total += count * hadamard_operations(left) * 2 ** (left - 1)
    return total


def hadamard_operations(qubits: int) -> int:
    """Real operations to apply H to all qubits of one complex state, in 16 x 16 products."""
    total, left = 0, qubits
    while left > 0:
        block = min(4, left)
        total += 4 * 2**block * 2**qubits
        left -= block
    return total
