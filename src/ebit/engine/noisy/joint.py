"""Noisy quantum links: the effects of one register of 2n qubits, the same for all samples."""

from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ebit.circuits import embedding_phases, measurement_order, ring, spins, stages
from ebit.engine.base import CircuitParameters, Encoded
from ebit.engine.local_effects import joint_table
from ebit.engine.noisy.bricks import Brick, bricks_of, gate_counts
from ebit.engine.noisy.convolution import pull_back
from ebit.engine.noisy.effects import (
    GATES_PER_BRICK,
    Tables,
    in_precision_of,
    noisy_operations,
    pair_operators,
)
from ebit.engine.noisy.pooling import drives, outcome_effects, pool_back, round_of
from ebit.engine.noisy.teleportation import (
    controlled_z_errors,
    link_errors,
    link_wait,
    phase_flips,
)
from ebit.physics import BELL, NO_NOISE, Channel, Noise, PairState
from ebit.physics.pauli import Real, apply_all, to_matrices, together

_HIGHEST = lax.Precision.HIGHEST
_QPUS = 2
_COPIES = 4
"""Right or wrong copies at the two bonds of the embedding between the QPUs."""


@dataclass(frozen=True)
class NoisyJoint:
    r"""Engine for `quantum` with local noise and gates that are teleported over noisy pairs.

    The effects of P(00), P(a=0) and P(b=0) are pulled back through the whole circuit; then

    .. math:: P(x) = \sum_{c_1 c_2} \mathrm{tr}\,\big[D_c(x)\,\rho\,D_c^\dagger(x)\, M_c\big]

    where c says at which of the two bonds between the QPUs the embedding acted on a wrong copy.

    Args:
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.
        state: State of the pair of every gate between the QPUs.
        noise: Local noise.
    """

    qubits: int
    mixing: int = 0
    state: PairState = BELL
    noise: Noise = NO_NOISE

    def encode(self, x: jax.Array) -> Encoded:
        """Complex unit phases for right and wrong copies at both bonds, (batch, 4, 4**n)."""
        right = embedding_phases(x, _QPUS)
        table, total = spins(_QPUS * self.qubits, _QPUS), _QPUS * self.qubits
        turned = []
        for first, second in ((self.qubits - 1, self.qubits), (total - 1, 0)):
            coupling = (jnp.pi - x[:, first]) * (jnp.pi - x[:, second]) / 2
            sign = jnp.asarray(table[:, first] * table[:, second], x.dtype)
            turned.append(coupling[:, None] * sign)
        phases = [right + c * turned[0] + d * turned[1] for c in (0, 1) for d in (0, 1)]
        return (jnp.exp(1j * jnp.stack(phases, axis=1)),)

    def probabilities(self, parameters: CircuitParameters, encoded: Encoded) -> jax.Array:
        """P(a, b | x), shape (batch, 2, 2)."""
        mixing, total = _joined(parameters["mixing"]), _QPUS * self.qubits
        tables = in_precision_of(mixing, _tables(self.noise, self.state, self.qubits))
        effects = jnp.asarray(tables.readout)
        convolution = [_joined(angles) for angles in parameters["convolution"]]
        rounds = zip(convolution, parameters["pooling"], tables.bricks, tables.rounds, strict=True)
        for angles, rotations, bricks, constants in reversed(list(rounds)):
            pairs = drives(angles.shape[1] // _QPUS, _QPUS)
            effects = pool_back(rotations.reshape(-1, 2, 2), effects, pairs, constants)
            effects = pull_back(angles, effects, bricks)
        effects = apply_all(tables.embedding, effects)
        copies = jnp.asarray(_copies(self.noise, self.state, self.qubits), effects.dtype)
        effects = (copies[:, None] * effects).reshape(-1, 4**total)
        start = pair_operators(mixing, total, 0, tables.bricks[0], _QPUS)[0, 0]
        dressed = start * to_matrices(effects, measurement_order(total, _QPUS))
        packed = (dressed.real + dressed.imag).reshape(_COPIES, -1, 2**total, 2**total)
        cosine, sine = encoded[0].real, encoded[0].imag
        seen = [
            jnp.einsum("cezw,bcw->bcez", packed, part, precision=_HIGHEST)
            for part in (cosine, sine)
        ]
        left = (cosine + sine, sine - cosine)
        chances = [
            jnp.einsum("bcz,bcez->eb", side, part, precision=_HIGHEST)
            for side, part in zip(left, seen, strict=True)
        ]
        both, first, second = chances[0] + chances[1]
        return joint_table(both, first, second)

    def operations(self, depth: int, batch: int) -> int:
        """Three effects of the register, then four quadratic forms of each per sample."""
        build = sum(noisy_operations(_QPUS * size, depth) for size in stages(self.qubits))
        build = 3 * build + 2 * noisy_operations(_QPUS * self.qubits, self.mixing)
        return build + batch * 3 * _COPIES * 4 * 4 ** (_QPUS * self.qubits)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects in front of every brick and their cotangents; four of each effect at the end."""
        bricks = 2 * 2 * (3 * depth + 2 * self.mixing) + 3 * 4 * _COPIES
        sample = 3 * 4 * _COPIES * 2 ** (_QPUS * self.qubits)
        return bytes_per_real * (bricks * 4 ** (_QPUS * self.qubits) + 2 * batch * sample)


def _joined(angles: jax.Array) -> jax.Array:
    """(2, depth, m) -> (depth, 2m): the angles of one register."""
    return jnp.concatenate([angles[0], angles[1]], axis=-1)


@cache
def _tables(noise: Noise, state: PairState, qubits: int) -> Tables:
    """The constants of the register."""
    wait, errors = link_wait(noise), link_errors(state, noise)
    total = _QPUS * qubits
    counts = gate_counts(total, tuple(ring(total)))
    embedding = [
        noise.qpus[q // qubits].brick(GATES_PER_BRICK, count, max(counts), wait).T
        for q, count in enumerate(counts)
    ]
    first, second = (outcome_effects(qpu)[0] for qpu in noise.qpus)
    any_outcome = np.array([1.0, 0, 0, 0])
    return Tables(
        tuple(_bricks(noise, errors, size) for size in stages(qubits)),
        tuple(round_of(noise.qpus, size, 0.0) for size in stages(qubits)),
        tuple(together(embedding)),
        np.stack(
            [
                np.kron(first, second),
                np.kron(first, any_outcome),
                np.kron(any_outcome, second),
            ]
        ),
    )


def _bricks(noise: Noise, errors: Real, size: int) -> tuple[Brick, ...]:
    """The constants of a layer over all QPUs with `size` qubits left on each."""
    factors, wait = controlled_z_errors(errors), link_wait(noise)
    flipped = factors.reshape(4, 4).T.ravel()

    def channel(qubit: int, gates: int, rounds: int, linked: bool) -> Channel:
        own = noise.qpus[qubit // size]
        return own.brick(GATES_PER_BRICK, gates, rounds, wait if linked else 0.0)

    links = {(size - 1, size): factors, (_QPUS * size - 1, 0): flipped}
    return bricks_of(_QPUS * size, channel, links)


def _copies(noise: Noise, state: PairState, qubits: int) -> Real:
    """Phase flips of QPU A's qubits at both bonds, for each pair of copies: (4, 4**2n)."""
    flips = phase_flips(link_errors(state, noise))
    between = np.ones(4 ** (qubits - 2)), np.ones(4**qubits)
    found = []
    for at_last in flips:
        for at_first in flips:
            whole = np.multiply.outer(np.multiply.outer(at_first, between[0]), at_last)
            found.append(np.multiply.outer(whole, between[1]).ravel())
    return np.stack(found)
