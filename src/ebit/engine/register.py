"""Join by gates across the QPUs: one register of all qubits (the only engine with a joint state).

Each stage either evolves the states of the batch brick by brick, or builds its unitary first and
multiplies (the Heisenberg picture: the trained part is one operator for all samples); the
cheaper one by operation count is taken. After a pooling round every string of outcomes is a
block of its own, so later stages act on few qubits.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float

from ebit.circuits import (
    bricks,
    convolution_matrix,
    convolve_states,
    embedding_phases,
    measurement_order,
    measurements,
    outcome_rotations,
    pool_states,
    stages,
    walsh_hadamard,
)
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.effects.pure import hadamard_operations

_HIGHEST = lax.Precision.HIGHEST
_BRICK_WEIGHT = 3
"""An operation of a brick takes as long as this many of a large matrix product (bricks are bound
by memory; measured on two CPU cores)."""


@dataclass(frozen=True)
class Register:
    """Engine for `quantum`.

    Args:
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.
        pooling: Pooling layout, for the counts.
        qpus: Number of QPUs, K.
    """

    qubits: int
    mixing: int = 0
    pooling: str = "halves"
    qpus: int = 2

    supports: ClassVar = Supports(noisy_qubits=0, fused_from=1)

    local_form: ClassVar = None
    """There are no two local circuits."""

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """Complex unit phases of the ring over all Kn qubits, (batch, 2**(Kn))."""
        return (jnp.exp(1j * embedding_phases(x, self.qpus)),)

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch ..."]:
        """P(a, b | x), shape (batch, 2, 2); one axis for each QPU."""
        (phases,) = encoded
        start = walsh_hadamard(self._before_embedding(parameters["mixing"]))
        return self._from_states(parameters, phases * start)

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b) with any unitaries in the place of the embedding, shape (batch, 2, 2)."""
        before = self._before_embedding(parameters["mixing"])
        separate = separated(self.qubits)
        tensor = before.reshape([2] * (2 * self.qubits)).transpose(separate)
        halves = tensor.reshape(2**self.qubits, -1)  # (2**n, 2**n): QPU A, QPU B
        moved = jnp.einsum(
            "byz,zw,bxw->byx", unitaries[0], halves, unitaries[1], precision=_HIGHEST
        )
        bits = moved.reshape(-1, *[2] * (2 * self.qubits))
        back = bits.transpose(0, *(1 + np.argsort(separate)))
        return self._from_states(parameters, back.reshape(-1, 4**self.qubits))

    def _before_embedding(self, mixing: Float[Array, "2 layers n"]) -> Complex[Array, " dim"]:
        """State of the register behind the mixing layers.

        Args:
            mixing: RX angles (K, mixing, n) in radians.

        Returns:
            Shape (2**(Kn),).
        """
        start = jnp.zeros(2 ** (self.qpus * self.qubits), mixing.dtype).at[0].set(1) + 0j
        return convolve_states(joined(mixing), start, self.qpus)

    def _from_states(
        self, parameters: CircuitParameters, states: Complex[Array, "batch dim"]
    ) -> Float[Array, "batch ..."]:
        """P(a, b) of embedded states.

        Args:
            parameters: Angles of all QPUs.
            states: Behind the embedding, (batch, 2**(Kn)).

        Returns:
            Shape (batch, 2, 2); one axis for each QPU.
        """
        batch, states = len(states), states[:, None, :]
        convolution = [joined(angles) for angles in parameters["convolution"]]
        states = _convolve(convolution[0], states, self.qpus)
        for stage, angles in enumerate(parameters["pooling"]):
            rotations = angles.reshape(-1, 2, 2)
            following = convolution[stage + 1] if stage + 1 < len(convolution) else None
            states = _pool(rotations, following, states, self.qpus)
        weights = states.real**2 + states.imag**2
        return jnp.sum(weights, axis=1).reshape(batch, *self.qpus * (2,))

    def operations(self, depth: int, batch: int) -> int:
        """The cheaper way through every stage."""
        total, blocks = _convolve_operations(self.qpus * self.qubits, depth, batch), 1
        rounds = (stages(self.qubits, self.pooling), measurements(self.qubits, self.pooling))
        for qubits, measured in zip(*rounds, strict=True):
            following = depth if qubits - measured > 1 else 0
            sizes = self.qpus * qubits, self.qpus * measured
            total += min(_pool_operations(*sizes, following, batch * blocks))
            blocks *= 2 ** (self.qpus * measured)
        return total

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """States and cotangents of the batch (reversible: no copy per brick), with temporaries."""
        return 16 * 2 * bytes_per_real * batch * 2 ** (self.qpus * self.qubits)


def separated(qubits: int) -> list[int]:
    """Bits of the register's basis index that are QPU A's, then QPU B's, both in their own order.

    Example:
        >>> separated(2)  # the register has the order A0, B0, A1, B1
        [0, 2, 1, 3]
    """
    joint, own = measurement_order(2 * qubits, 2), measurement_order(qubits)
    return [joint.index(qubit) for qubit in (*own, *(qubits + q for q in own))]


def joined(angles: Float[Array, "qpus depth m"]) -> Float[Array, "depth qubits"]:
    """(K, depth, m) -> (depth, Km): the angles of one register."""
    return jnp.concatenate(list(angles), axis=-1)


def _brick_operations(qubits: int, depth: int) -> int:
    """Operations of all bricks of a convolution on one state."""
    return depth * len(bricks(qubits)) * hadamard_operations(qubits)


def _builds_unitary(qubits: int, depth: int, states: int) -> bool:
    """Whether building the unitary of a convolution pays for this many states."""
    saved = (states - 2**qubits) * _brick_operations(qubits, depth)
    return _BRICK_WEIGHT * saved > 8 * states * 4**qubits


def _convolve_operations(qubits: int, depth: int, states: int) -> int:
    """Operations of a convolution, in the way that is taken."""
    brick = _brick_operations(qubits, depth)
    if _builds_unitary(qubits, depth, states):
        return 2**qubits * brick + 8 * states * 4**qubits
    return states * brick


def _convolve(
    angles: Float[Array, "depth qubits"], states: Complex[Array, "batch blocks dim"], qpus: int
) -> Complex[Array, "batch blocks dim"]:
    """Convolution of a whole register: states (batch, blocks, 2**m)."""
    depth, qubits = angles.shape
    if _builds_unitary(qubits, depth, states.shape[0] * states.shape[1]):
        return jnp.matmul(states, convolution_matrix(angles, qpus).T, precision=_HIGHEST)
    return convolve_states(angles, states, qpus)


def _pool_operations(qubits: int, measured: int, depth: int, states: int) -> tuple[int, int]:
    """Operations of pooling and the next convolution: gate by gate, or one matrix per outcome."""
    kept = qubits - measured
    strings, size = 2**measured, 2**kept
    gates = states * strings * size * 16 * measured
    build = 16 * strings * size**2
    if depth:
        gates += _convolve_operations(kept, depth, states * strings)
        build += 8 * strings * size**3 + size * _brick_operations(kept, depth)
    return gates, build + 8 * states * strings * size**2


def _pool(
    angles: Float[Array, "h 2 2"],
    following: jax.Array | None,
    states: Complex[Array, "batch blocks dim"],
    qpus: int,
) -> Complex[Array, "batch new kept"]:
    """One pooling round of h qubits and the convolution behind it, on the r that remain.

    Args:
        angles: (h, 2, 2).
        following: RX angles (depth, r), or None behind the last round.
        states: (batch, blocks, 2**(h + r)).
        qpus: Number of QPUs.

    Returns:
        (batch, blocks * 2**h, 2**r).
    """
    batch, blocks, dimension = states.shape
    qubits, measured = dimension.bit_length() - 1, angles.shape[0]
    strings = 2**measured
    depth = 0 if following is None else following.shape[0]
    gates, matrices = _pool_operations(qubits, measured, depth, batch * blocks)
    if gates <= matrices:
        states = pool_states(angles, states, qpus).reshape(batch, blocks * strings, -1)
        return states if following is None else _convolve(following, states, qpus)
    operators = outcome_rotations(angles, qubits, qpus)
    if following is not None:
        unitary = convolution_matrix(following, qpus)
        operators = jnp.matmul(unitary, operators, precision=_HIGHEST)
    split = states.reshape(batch, blocks, strings, -1)
    new = jnp.einsum("bcok,olk->bcol", split, operators, precision=_HIGHEST)
    return new.reshape(batch, blocks * strings, -1)
