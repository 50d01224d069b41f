r"""Noisy pooling: measurements with read-out errors, idling, rotations with errors.

A measured qubit k whose outcome drives qubit t pulls an effect back as

.. math:: M \mapsto \sum_o |o\rangle\langle o|_k \otimes \sum_{o'} p(o'|o)\,
    \mathcal{N}^\dagger\big(V_{o'}^\dagger M V_{o'}\big)_t,

which is one 16 x 4 matrix on the digit of t. While the measurement is made and a message travels,
the qubits that remain decay.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from ebit.circuits import layout_of, pooled
from ebit.engine.effects.clock import rotations_in_turn
from ebit.physics import QPUNoise
from ebit.physics.pauli import Real, apply, rotations

_HIGHEST = lax.Precision.HIGHEST
_PROJECTORS = np.array([[0.5, 0, 0, 0.5], [0.5, 0, 0, -0.5]])
"""Coefficients of the outcomes 0 and 1."""

Drives = Sequence[tuple[int, int]]
"""Measured qubits of a round, each with the qubit that its outcome drives."""


class Round(NamedTuple):
    """Constants of a pooling round, as arrays that can be stacked over QPUs.

    Attributes:
        readout: p(read | true) of the measured qubits, (h, 2, 2): [qubit, read, true].
        rotation: Pull-back through the decay of the driven qubit and the errors of its rotations,
            (h, 4, 4).
        undriven: Pull-back through the decay of each remaining qubit that nothing drives,
            (u, 4, 4).
    """

    readout: jax.Array | Real
    rotation: jax.Array | Real
    undriven: jax.Array | Real


def drives(qubits: int, measured: int, qpus: int = 1) -> list[tuple[int, int]]:
    """Who is measured in a round and who is driven, in a register of QPUs with m qubits each.

    Args:
        qubits: Qubits of a QPU before the round, m.
        measured: Those of them that are measured, m // 2 or m - 1.
        qpus: QPUs of the register.

    Returns:
        (measured, driven), natural numbers in the register; of those that drive the same qubit the
        first one acts first.

    Example:
        >>> drives(5, 2), drives(2, 1, qpus=2), drives(3, 2)
        ([(0, 1), (2, 3)], [(0, 1), (2, 3)], [(0, 2), (1, 2)])
    """
    own = pooled(qubits, layout_of(qubits, measured))
    return [(q * qubits + k, q * qubits + target) for q in range(qpus) for k, target in own]


def read(noise: QPUNoise) -> Real:
    """p(read | true) of one QPU, shape (2, 2): [read, true].

    Example:
        >>> read(QPUNoise(flip_zero=0.25)).tolist()
        [[0.75, 0.0], [0.25, 1.0]]
    """
    zero, one = noise.flip_zero, noise.flip_one
    return np.array([[1 - zero, one], [zero, 1 - one]])


def outcome_effects(noise: QPUNoise) -> Real:
    """Coefficients of reading 0 and 1, shape (2, 4).

    Example:
        >>> outcome_effects(QPUNoise())[1].tolist()
        [0.5, 0.0, 0.0, -0.5]
    """
    return read(noise) @ _PROJECTORS


def round_of(
    noises: Sequence[QPUNoise], qubits: int, measured: int, waiting: Sequence[float]
) -> Round:
    """The constants of a pooling round.

    Args:
        noises: Noise of every QPU of the register.
        qubits: Qubits of a QPU before the round.
        measured: Those of them that are measured.
        waiting: Time of every QPU from the end of its measurement to the first rotation, in
            seconds.

    Returns:
        Qubits of the first QPU, then of the next.
    """
    in_turn = rotations_in_turn(qubits, measured)
    readout, rotation, undriven = [], [], [np.zeros((0, 4, 4))]
    for noise, wait in zip(noises, waiting, strict=True):
        seconds = noise.measurement_seconds + wait + noise.seconds(2 * in_turn, 0)
        decay, errors = noise.idle(seconds).T, noise.gates(one_qubit=2).T
        readout.extend(measured * [read(noise)])
        for place in range(measured):  # a qubit decays once, before its first rotation
            rotation.append(decay @ errors if place % in_turn == 0 else errors)
        others = 0 if measured == qubits - 1 else qubits - 2 * measured
        undriven.append(np.broadcast_to(decay, (others, 4, 4)))
    return Round(np.stack(readout), np.stack(rotation), np.concatenate(undriven))


def pool_back(
    angles: Float[Array, "h 2 2"],
    effects: Float[Array, "batch kept"],
    pairs: Drives,
    constants: Round,
) -> Float[Array, "batch products"]:
    """Effects in front of a pooling round.

    Args:
        angles: (h, 2, 2) in radians: for each measured qubit and outcome phi and chi of
            RX(chi) RZ(phi).
        effects: Coefficients of the remaining qubits, (batch, 4**r).
        pairs: Who is measured and who is driven.
        constants: Of this round.

    Returns:
        Coefficients of all qubits, (batch, 4**(h + r)).
    """
    matrices = jnp.einsum(
        "oz,kpo,kptu->kztu",
        jnp.asarray(_PROJECTORS, effects.dtype),
        constants.readout,
        _driven(angles, constants),
        precision=_HIGHEST,
    )
    return _placed(effects, matrices.reshape(-1, 16, 4), pairs, constants)


def exchange_back(
    angles: Float[Array, "h 2 2"],
    effects: Float[Array, "batch kept"],
    pairs: Drives,
    constants: Round,
) -> Float[Array, "strings products"]:
    """The same if bits of the other QPU drive the rotations: an effect per received and own bit.

    Args:
        angles: (h, 2, 2) in radians.
        effects: Coefficients of the remaining qubits, (batch, 4**r).
        pairs: Who is measured, and who is driven by the bit that is received for it.
        constants: Of this round.

    Returns:
        Coefficients (batch * 4**h, 4**(h + r)); every measured qubit appends (received, own), two
        bits, to the index of the batch, last qubit first.
    """
    own = jnp.einsum(
        "oz,kpo->kpz",
        jnp.asarray(_PROJECTORS, effects.dtype),
        constants.readout,
        precision=_HIGHEST,
    )
    matrices = jnp.einsum("kpz,kmtu->kmpztu", own, _driven(angles, constants), precision=_HIGHEST)
    return _placed(effects, matrices.reshape(-1, 64, 4), pairs, constants)


def _driven(angles: Float[Array, "h 2 2"], constants: Round) -> Float[Array, "h 2 4 4"]:
    """Pull-backs of the driven qubit for each bit that drives it, (h, 2, 4, 4)."""
    turned = jnp.matmul(
        rotations(3, angles[..., 0]), rotations(1, angles[..., 1]), precision=_HIGHEST
    )
    return jnp.matmul(constants.rotation[:, None], turned, precision=_HIGHEST)


def _placed(effects: jax.Array, matrices: jax.Array, pairs: Drives, constants: Round) -> jax.Array:
    """Every driven digit becomes two digits (and bits of the batch); then all are sorted."""
    measured = [qubit for qubit, _ in pairs]
    remaining = (effects.shape[-1].bit_length() - 1) // 2
    names = [q for q in range(remaining + len(pairs)) if q not in measured]
    undriven = [q for q in names if q not in dict(pairs).values()]
    for place, qubit in enumerate(undriven):
        effects = apply(constants.undriven[place], effects, names.index(qubit))
    for place, (qubit, target) in reversed(list(enumerate(pairs))):
        effects = _first(effects, [target], names)
        effects = apply(matrices[place], effects, 0)
        names = [qubit, target, *(name for name in names if name != target)]
        effects = effects.reshape(-1, 4 ** len(names))
    return _first(effects, sorted(names), names)


def _first(effects: jax.Array, wanted: list[int], names: list[int]) -> jax.Array:
    """Reorder digits: the wanted ones first, the others behind them as they were."""
    order = [*wanted, *(name for name in names if name not in wanted)]
    if order == names:
        return effects
    digits = effects.reshape(-1, *len(names) * (4,))
    axes = [1 + names.index(name) for name in order]
    return digits.transpose(0, *axes).reshape(effects.shape)
