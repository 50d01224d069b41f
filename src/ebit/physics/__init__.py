"""Noise channels of a qubit, states of a shared pair, and the numbers that a user knows of them."""

from ebit.checks import is_real
from ebit.physics.bell_diagonal import Kept, Protocol, purify_pair, swap
from ebit.physics.channels import (
    PAULIS,
    Channel,
    damping,
    dephasing,
    depolarising,
    idling,
    transfer_matrix,
)
from ebit.physics.checks import check_fidelity, check_probability
from ebit.physics.decay import (
    bell_pair_decay,
    cutoff_age,
    pair_coherence,
    pauli_coherence,
    werner_decay,
)
from ebit.physics.gate_errors import depolarising_probability
from ebit.physics.heralding import Heralded, attempt_seconds, double_click, single_click
from ebit.physics.joint import Joint
from ebit.physics.many_state import GHZState, ManyState
from ebit.physics.noise import NO_NOISE, Noise, QPUNoise
from ebit.physics.pair_state import BELL, PairState
from ebit.physics.stored_pairs import (
    JointState,
    aged,
    aged_pair,
    density_of,
    kept_gaps,
    mean_pair,
    pauli_of_schmidt,
    stored_state,
)
from ebit.physics.werner import teleportation_fidelity, werner_fidelity, werner_parameter

__all__ = [
    "BELL",
    "NO_NOISE",
    "PAULIS",
    "Channel",
    "GHZState",
    "Heralded",
    "Joint",
    "JointState",
    "Kept",
    "ManyState",
    "Noise",
    "PairState",
    "Protocol",
    "QPUNoise",
    "aged",
    "aged_pair",
    "attempt_seconds",
    "bell_pair_decay",
    "check_fidelity",
    "check_probability",
    "cutoff_age",
    "damping",
    "density_of",
    "dephasing",
    "depolarising",
    "depolarising_probability",
    "double_click",
    "idling",
    "is_real",
    "kept_gaps",
    "mean_pair",
    "pair_coherence",
    "pauli_coherence",
    "pauli_of_schmidt",
    "purify_pair",
    "single_click",
    "stored_state",
    "swap",
    "teleportation_fidelity",
    "transfer_matrix",
    "werner_decay",
    "werner_fidelity",
    "werner_parameter",
]
