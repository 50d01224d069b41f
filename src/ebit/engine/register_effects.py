"""Join by gates across the QPUs as effects of one register: with noise, or teleported gates."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Complex, Float

from ebit.circuits import (
    embedding_phases,
    hadamard_matrix,
    measurement_order,
    measurements,
    ring,
    spins,
    stages,
)
from ebit.engine.base import CircuitParameters, Encoded, Supports
from ebit.engine.contraction import joint_table
from ebit.engine.effects.bricks import Brick, bricks_of, gate_counts
from ebit.engine.effects.clock import (
    GATES_PER_BRICK,
    embedding_rounds,
    rotations_in_turn,
    waits_in_step,
)
from ebit.engine.effects.convolution import pull_back
from ebit.engine.effects.noisy import (
    Tables,
    in_precision_of,
    noisy_operations,
    pair_operators,
)
from ebit.engine.effects.pooling import Round, drives, outcome_effects, pool_back, round_of
from ebit.engine.effects.teleportation import (
    controlled_z_errors,
    link_errors,
    link_wait,
    phase_flips,
)
from ebit.engine.register import joined, separated
from ebit.physics import BELL, NO_NOISE, Channel, Noise, PairState
from ebit.physics.pauli import Real, apply_all, to_matrices, together

_HIGHEST = lax.Precision.HIGHEST
_QPUS = 2
_COPIES = 4
"""Right or wrong copies at the two bonds of the embedding between the QPUs."""


@dataclass(frozen=True)
class RegisterEffects:
    r"""Engine for `quantum` with local noise and gates that are teleported over noisy pairs.

    The effects of P(00), P(a=0) and P(b=0) are pulled back through the whole circuit; then

    .. math:: P(x) = \sum_{c_1 c_2} \mathrm{tr}\,\big[D_c(x)\,\rho\,D_c^\dagger(x)\, M_c\big]

    where c says at which of the two bonds between the QPUs the embedding acted on a wrong copy.

    Args:
        qubits: Qubits per QPU.
        mixing: Mixing layers before the embedding.
        state: State of the pair of every gate between the QPUs.
        pooling: Pooling layout.
        noise: Local noise.
    """

    qubits: int
    mixing: int = 0
    state: PairState = BELL
    pooling: str = "halves"
    noise: Noise = NO_NOISE

    supports: ClassVar = Supports(noisy_qubits=4, correlated_errors=False)

    local_form: ClassVar = None
    """There are no two local circuits."""

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
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

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b | x), shape (batch, 2, 2)."""
        total = _QPUS * self.qubits
        effects, start = self._effects(parameters), self._start(parameters)
        copies = jnp.asarray(_copies(self.noise, self.state, self.qubits), effects.dtype)
        effects = (copies[:, None] * effects).reshape(-1, 4**total)
        dressed = start * to_matrices(effects, measurement_order(total, _QPUS))
        packed = (dressed.real + dressed.imag).reshape(_COPIES, -1, 2**total, 2**total)
        cosine, sine = encoded[0].real, encoded[0].imag
        seen = [
            jnp.einsum("cezw,bcw->bcez", packed, part, precision=_HIGHEST)
            for part in (cosine, sine)
        ]
        left = (cosine + sine, sine - cosine)
        found = [
            jnp.einsum("bcz,bcez->eb", side, part, precision=_HIGHEST)
            for side, part in zip(left, seen, strict=True)
        ]
        both, first, second = found[0] + found[1]
        return joint_table(both, first, second)

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b) with any unitaries in the place of the embedding, shape (batch, 2, 2).

        Local unitaries need no gate across, so no copy goes wrong there.
        """
        total, dimension = _QPUS * self.qubits, 2**self.qubits
        separate = separated(self.qubits)
        axes = (0, *(1 + np.array([*separate, *(total + bit for bit in separate)])))

        def by_qpu(operators: jax.Array) -> jax.Array:
            """(e, 4**n, 4**n) in the register's order to (e, A, B, A, B)."""
            bits = operators.reshape(-1, *2 * total * (2,)).transpose(axes)
            return bits.reshape(-1, *4 * (dimension,))

        order = measurement_order(total, _QPUS)
        effects = by_qpu(to_matrices(self._effects(parameters), order))
        start = by_qpu(self._start(parameters)[None])[0]
        hadamards = jnp.asarray(hadamard_matrix(self.qubits), unitaries.dtype)
        first, second = unitaries @ hadamards  # what `start` has of the embedding is undone
        moved = jnp.einsum("byz,zwxv->bywxv", first.conj(), start, precision=_HIGHEST)
        moved = jnp.einsum("bxz,bywzv->bywxv", first, moved, precision=_HIGHEST)
        moved = jnp.einsum("buw,bywxv->byuxv", second.conj(), moved, precision=_HIGHEST)
        moved = jnp.einsum("buv,bywxv->bywxu", second, moved, precision=_HIGHEST)
        found = jnp.einsum("bywxv,eywxv->eb", moved, effects, precision=_HIGHEST).real
        return joint_table(*found)

    def _effects(self, parameters: CircuitParameters) -> Float[Array, "3 products"]:
        """Coefficients of P(00), P(a=0) and P(b=0) on the embedded data, (3, 4**2n)."""
        tables = self._tables(parameters)
        effects = jnp.asarray(tables.readout)
        convolution = [joined(angles) for angles in parameters["convolution"]]
        rounds = zip(convolution, parameters["pooling"], tables.bricks, tables.rounds, strict=True)
        for angles, rotations, bricks, constants in reversed(list(rounds)):
            pairs = drives(angles.shape[1] // _QPUS, rotations.shape[1], _QPUS)
            effects = pool_back(rotations.reshape(-1, 2, 2), effects, pairs, constants)
            effects = pull_back(angles, effects, bricks)
        return apply_all(tables.embedding, effects)

    def _start(self, parameters: CircuitParameters) -> Complex[Array, "dim dim"]:
        """Transposed state behind mixing layers and Hadamards, (4**n, 4**n)."""
        mixing, bricks = joined(parameters["mixing"]), self._tables(parameters).bricks[0]
        return pair_operators(mixing, _QPUS * self.qubits, 0, bricks, _QPUS)[0, 0]

    def _tables(self, parameters: CircuitParameters) -> Tables:
        stored = _tables(self.noise, self.state, self.qubits, self.pooling)
        return in_precision_of(parameters["mixing"], stored)

    def operations(self, depth: int, batch: int) -> int:
        """Three effects of the register, then four quadratic forms of each per sample."""
        build = sum(
            noisy_operations(_QPUS * size, depth) for size in stages(self.qubits, self.pooling)
        )
        build = 3 * build + 2 * noisy_operations(_QPUS * self.qubits, self.mixing)
        return build + batch * 3 * _COPIES * 4 * 4 ** (_QPUS * self.qubits)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Effects in front of every brick and their cotangents; four of each effect at the end."""
        bricks = 2 * 2 * (3 * depth + 2 * self.mixing) + 3 * 4 * _COPIES
        sample = 3 * 4 * _COPIES * 2 ** (_QPUS * self.qubits)
        return bytes_per_real * (bricks * 4 ** (_QPUS * self.qubits) + 2 * batch * sample)


@cache
def _tables(noise: Noise, state: PairState, qubits: int, pooling: str) -> Tables:
    """The constants of the register; its QPUs work in step, so the faster one waits."""
    errors, total = link_errors(state, noise), _QPUS * qubits
    sizes, measured = stages(qubits, pooling), measurements(qubits, pooling)
    counts, rounds = gate_counts(total, tuple(ring(total))), embedding_rounds(total)
    waits = waits_in_step(noise, GATES_PER_BRICK, rounds, measured=False)
    embedding = [
        noise.qpus[q // qubits]
        .brick(GATES_PER_BRICK, count, rounds, link_wait(noise) + waits[q // qubits])
        .T
        for q, count in enumerate(counts)
    ]
    first, second = (outcome_effects(qpu)[0] for qpu in noise.qpus)
    any_outcome = np.array([1.0, 0, 0, 0])
    return Tables(
        tuple(_bricks(noise, errors, size) for size in sizes),
        tuple(_round(noise, size, number) for size, number in zip(sizes, measured, strict=True)),
        tuple(together(embedding)),
        np.ones(1),
        np.stack(
            [
                np.kron(first, second),
                np.kron(first, any_outcome),
                np.kron(any_outcome, second),
            ]
        ),
    )


def _round(noise: Noise, size: int, measured: int) -> Round:
    """A pooling round; behind the last one no gate joins the QPUs, so nobody waits."""
    is_last = size - measured == 1
    one_qubit = 2 * rotations_in_turn(size, measured)
    waits = (0.0, 0.0) if is_last else waits_in_step(noise, one_qubit, 0, measured=True)
    return round_of(noise.qpus, size, measured, waits)


def _bricks(noise: Noise, errors: Real, size: int) -> tuple[Brick, ...]:
    """The constants of a layer over all QPUs with `size` qubits left on each."""
    factors = controlled_z_errors(errors)
    flipped = factors.reshape(4, 4).T.ravel()

    def channel(qubit: int, gates: int, rounds: int, linked: bool) -> Channel:
        wait = waits_in_step(noise, GATES_PER_BRICK, rounds, measured=False)[qubit // size]
        link = link_wait(noise) if linked else 0.0
        return noise.qpus[qubit // size].brick(GATES_PER_BRICK, gates, rounds, wait + link)

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
