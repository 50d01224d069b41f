"""Noise channels of a qubit, states of a shared pair, and the numbers that a user knows of them."""

from ebit.checks import is_real
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
from ebit.physics.noise import NO_NOISE, Noise, QPUNoise
from ebit.physics.pair_state import BELL, PairState

__all__ = [
    "BELL",
    "NO_NOISE",
    "PAULIS",
    "Channel",
    "Noise",
    "PairState",
    "QPUNoise",
    "check_fidelity",
    "check_probability",
    "damping",
    "dephasing",
    "depolarising",
    "idling",
    "is_real",
    "transfer_matrix",
]
