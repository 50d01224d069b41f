"""Attempts to rebuild a state from its copies; their fidelity stays under the best possible one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.privacy.bounds import rebuilding_fidelity
from ebit.statistics import Sample

Complex = NDArray[np.complex128]

MOST_QUBITS = 6
"""Largest state that is attacked here."""
_BASES = np.array(
    [
        [[1, 1], [1, -1]],
        [[1, 1j], [1, -1j]],
        [[np.sqrt(2), 0], [0, np.sqrt(2)]],
    ]
) / np.sqrt(2)
"""Vectors of the outcomes of X, Y and Z, shape (bases, outcomes, 2)."""
_ROUNDS = 100
"""Rounds of the maximum-likelihood iteration."""


def random_states(number: int, qubits: int, generator: np.random.Generator) -> Complex:
    """Haar-random states, shape (number, 2^qubits)."""
    parts = generator.normal(size=(2, number, 2**qubits))
    states = parts[0] + 1j * parts[1]
    return states / np.linalg.norm(states, axis=1, keepdims=True)


def measured_vectors(
    state: Complex, copies: int, generator: np.random.Generator
) -> tuple[Complex, NDArray[np.int64]]:
    """Measure every copy in a random Pauli basis of every qubit.

    Args:
        state: Amplitudes, shape (2^n,).
        copies: Number of copies.
        generator: Of bases and outcomes.

    Returns:
        Vectors of the outcomes, one factor a qubit, shape (copies, n, 2), and the bases.
    """
    qubits = len(state).bit_length() - 1
    bases = generator.integers(0, 3, (copies, qubits))
    vectors = np.empty((copies, qubits, 2), complex)
    rest = np.broadcast_to(state, (copies, len(state)))
    for qubit in range(qubits):
        split = rest.reshape(copies, 2, -1)  # (copies, 2, rest)
        after = np.einsum("mob,mbr->mor", _BASES[bases[:, qubit]].conj(), split)
        chance = np.sum(np.abs(after) ** 2, axis=2)
        outcome = (generator.random(copies) * chance.sum(axis=1) > chance[:, 0]).astype(int)
        vectors[:, qubit] = _BASES[bases[:, qubit], outcome]
        rest = after[np.arange(copies), outcome]
    return vectors, bases


def shadow_attack(state: Complex, copies: int, generator: np.random.Generator) -> Complex:
    r"""Guess from classical shadows: the leading eigenvector of the mean snapshot.

    A snapshot is :math:`\bigotimes_q (3 |s_q\rangle\langle s_q| - 1)`, whose mean is the state.

    Args:
        state: The state to be rebuilt, shape (2^n,).
        copies: Copies of it.
        generator: Of bases and outcomes.

    Returns:
        The guess, shape (2^n,).
    """
    vectors, _ = measured_vectors(state, copies, generator)
    local = 3 * np.einsum("mqa,mqb->mqab", vectors, vectors.conj()) - np.eye(2)
    snapshots: Complex = local[:, 0]
    for qubit in range(1, local.shape[1]):
        size = 2 * snapshots.shape[1]
        product = np.einsum("mab,mcd->macbd", snapshots, local[:, qubit])
        snapshots = product.reshape(copies, size, size)  # (copies, 2^(q+1), 2^(q+1))
    return _leading(snapshots.mean(axis=0))


def likelihood_attack(state: Complex, copies: int, generator: np.random.Generator) -> Complex:
    r"""Guess of maximum likelihood: the leading eigenvector of the likeliest density matrix.

    It iterates :math:`\rho \leftarrow R\rho R` with
    :math:`R = \frac1m \sum_k |e_k\rangle\langle e_k| / \langle e_k|\rho|e_k\rangle`.

    Args:
        state: The state to be rebuilt, shape (2^n,).
        copies: Copies of it.
        generator: Of bases and outcomes.

    Returns:
        The guess, shape (2^n,).
    """
    vectors, _ = measured_vectors(state, copies, generator)
    seen = vectors[:, 0]
    for qubit in range(1, vectors.shape[1]):
        seen = np.einsum("ma,mb->mab", seen, vectors[:, qubit]).reshape(copies, -1)  # (copies, 2^q)
    density: NDArray[Any] = np.eye(len(state), dtype=complex) / len(state)
    for _ in range(_ROUNDS):
        chance = np.sum(seen.conj() * (seen @ density.T), axis=1).real
        factor = seen.T @ (seen.conj() / np.maximum(chance, 1e-12)[:, None]) / copies
        density = factor @ density @ factor
        density /= np.trace(density).real
    return _leading(density)


def _leading(matrix: NDArray[Any]) -> Complex:
    return np.linalg.eigh(matrix)[1][:, -1]


Attack = Callable[[Complex, int, np.random.Generator], Complex]

ATTACKS: dict[str, Attack] = {"shadows": shadow_attack, "likelihood": likelihood_attack}
"""Attacks by name."""


@dataclass(frozen=True)
class Attacked:
    """Fidelity of an attack on random states.

    Attributes:
        attack: Its name.
        copies: Copies of a state.
        qubits: Qubits of a copy.
        fidelity: Over the random states.
        bound: The best possible mean fidelity.
    """

    attack: str
    copies: int
    qubits: int
    fidelity: Sample
    bound: float


def attack(name: str, *, copies: int, qubits: int, states: int = 100, seed: int = 0) -> Attacked:
    """Rebuild random states from copies, and compare with the best that is possible.

    Args:
        name: `shadows` or `likelihood`.
        copies: Copies of a state.
        qubits: Qubits of a copy, at most 6.
        states: How many random states.
        seed: Of states, bases and outcomes.

    Returns:
        Fidelities and their bound.

    Raises:
        EbitError: If an argument is out of its range.

    Example:
        >>> found = attack("likelihood", copies=20, qubits=2, states=50)
        >>> bool(found.fidelity.mean < found.bound), round(found.bound, 3)
        (True, 0.875)
    """
    checks.one_of(ATTACKS)("attack", name)
    copies = checks.whole(1, 100_000)("copies", copies)
    qubits = checks.whole(1, MOST_QUBITS)("qubits", qubits)
    states = checks.whole(2, 100_000)("states", states)
    generator = np.random.default_rng([checks.seed("seed", seed), 3])
    fidelities = [
        float(np.abs(np.vdot(state, ATTACKS[name](state, copies, generator))) ** 2)
        for state in random_states(states, qubits, generator)
    ]
    bound = rebuilding_fidelity(copies, qubits)
    return Attacked(name, copies, qubits, Sample.of(fidelities), bound)
