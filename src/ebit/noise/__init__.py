"""Noise of QPUs: channels of one qubit, and the numbers that a user knows."""

from ebit.noise.channels import (
    PAULIS,
    Channel,
    damping,
    dephasing,
    depolarising,
    idling,
    transfer_matrix,
)
from ebit.noise.checks import check_fidelity, check_probability, is_real
from ebit.noise.model import NO_NOISE, Noise, QPUNoise

__all__ = [
    "NO_NOISE",
    "PAULIS",
    "Channel",
    "Noise",
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
