r"""E14: the task of Kretschmer et al. (arXiv 2509.07255): a state is sent, another party measures.

Alice gets a random state of n qubits and sends a message. Bob then gets a random Clifford circuit
and names a string z; the score is the linear cross-entropy
:math:`2^n |\langle z|C|\psi\rangle|^2 - 1`.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ebit.communication.privacy.attacks import random_states
from ebit.communication.rows import Row, row_of
from ebit.ledger import Ledger

Complex = NDArray[np.complex128]

GATE_FIDELITY = 0.99941
"""Median fidelity of a two-qubit gate there, as quoted."""
LAYERS = 86
"""Layers of two-qubit gates that prepare the state there (recalled from a summary)."""
PHASE_BITS = 2
"""Bits of the phase of an amplitude that is sent."""
_PAULI_FRAMES = np.array(
    [[[1, 0], [0, 1]], [[1, 1], [1, -1]] / np.sqrt(2), [[1, 1], [1j, -1j]] / np.sqrt(2)]
)
"""Single-qubit Cliffords that turn Z into Z, X and Y."""


def hardware(quick: bool, seed: int) -> list[Row]:
    """The quantum message with white noise, and the fewest classical bits for the same score."""
    rows = []
    for qubits in (6, 8) if quick else (6, 8, 10, 12):
        rows += _task(qubits, 200, seed)
    rows.append(
        Row(
            "E14", 12, "quoted: quantum", "one-way", qubits=12, copies=1, error=1 - 0.427,
            executed=False, case="H1-1", verdict="quoted",
            note="arXiv 2509.07255: gates of 99.941(7) %; score 0.427(13) recalled from a summary",
        )
    )  # fmt: skip
    for bits, words in ((62, "at least, proved"), (382, "at most, proved")):
        rows.append(
            Row(
                "E14", 12, f"quoted: classical, {words}", "one-way", cbits=bits, executed=False,
                case="H1-1", verdict="quoted", note="arXiv 2509.07255",
            )
        )  # fmt: skip
    return rows


def _task(qubits: int, trials: int, seed: int) -> list[Row]:
    random = np.random.default_rng([seed, 8, qubits])
    states, circuits = random_states(trials, qubits, random), 10
    keys = random.integers(0, 2**31, circuits)
    parts = np.split(np.arange(trials), circuits)

    def measured(sent: Complex) -> NDArray[np.float64]:
        """Probabilities after Bob's circuit, one for some of the states each."""
        return np.concatenate(
            [np.abs(clifford(sent[part], key)) ** 2 for part, key in zip(parts, keys, strict=True)]
        )

    truth, size = measured(states), 2**qubits
    gates = LAYERS * (qubits // 2) + 2 * qubits * (qubits // 2)
    kept = GATE_FIDELITY**gates
    noisy = random.random(trials) > kept
    cumulated = truth.cumsum(axis=1)
    drawn = np.sum(cumulated < random.random((trials, 1)) * cumulated[:, -1:], axis=1)
    strings = np.where(noisy, random.integers(0, size, trials), drawn)
    score = size * truth[np.arange(trials), strings] - 1
    ledger = Ledger()
    ledger.send("alice", "bob", "qubit", qubits, protocol="hardware", tag="state")
    rows = [
        row_of(
            ledger, experiment="E14", n=qubits, protocol="state", model="one-way", copies=1,
            error=1 - float(score.mean()), expected=1 - kept * (size - 1) / (size + 1),
            note=f"score {score.mean():.2f} +- {score.std() / math.sqrt(trials):.2f} with {gates} "
            "two-qubit gates and white noise",
        )
    ]  # fmt: skip

    def classical(number: int) -> float:
        """Score with the largest amplitudes: Bob names the likeliest string of what he knows."""
        best = measured(largest_amplitudes(states, number)).argmax(axis=1)
        return float(size * truth[np.arange(trials), best].mean() - 1)

    low, high, goal = 0, size, kept * (size - 1) / (size + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if classical(middle) >= goal else (middle, high)
    bits = amplitude_bits(qubits, high)
    reached = classical(high)
    rows.append(
        Row(
            "E14", qubits, "C1 largest amplitudes", "one-way", cbits=bits,
            error=1 - max(reached, float(score.mean())), reached=reached >= goal,
            note=f"score {reached:.2f} with {high} amplitudes",
        )
    )  # fmt: skip
    return rows


def clifford(states: Complex, key: int) -> Complex:
    """A random circuit of Clifford gates, 2n layers of single-qubit gates and controlled Z.

    Args:
        states: Amplitudes, shape (states, 2^n).
        key: Seed of the circuit.

    Returns:
        The states after it.
    """
    random = np.random.default_rng(key)
    qubits = states.shape[1].bit_length() - 1
    for _ in range(2 * qubits):
        for qubit in range(qubits):
            gate = _PAULI_FRAMES[random.integers(3)]
            split = states.reshape(len(states), 2**qubit, 2, -1)  # (states, before, 2, after)
            states = np.einsum("ab,spbr->spar", gate, split).reshape(len(states), -1)
        order, index = random.permutation(qubits), np.arange(2**qubits)
        for first, second in zip(order[::2], order[1::2], strict=False):
            states = states * (1 - 2 * ((index >> first) & (index >> second) & 1))
    return states


def largest_amplitudes(states: Complex, number: int) -> Complex:
    """Only the largest amplitudes, with equal size and phases to a quarter turn."""
    kept = np.argpartition(-np.abs(states), number - 1, axis=1)[:, :number]
    chosen = np.take_along_axis(states, kept, axis=1)
    quarter = np.round(np.angle(chosen) / (np.pi / 2))
    sent = np.zeros_like(states)
    np.put_along_axis(sent, kept, np.exp(0.5j * np.pi * quarter) / math.sqrt(number), axis=1)
    return sent


def amplitude_bits(qubits: int, number: int) -> int:
    """Bits that say which amplitudes are kept, and their phases but the first."""
    places = math.log2(math.comb(2**qubits, number))
    return math.ceil(places) + PHASE_BITS * (number - 1)
