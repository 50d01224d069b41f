"""Algorithms whose gates act across QPUs: what pairs are worth there, beside cutting the gates."""

from ebit.algorithms.arms import Way, ways
from ebit.algorithms.circuits import grover, inverse_fourier, phase_estimation, shor_15
from ebit.algorithms.experiment import ALGORITHMS, NonlocalGates, break_even, nonlocal_gates
from ebit.algorithms.simulate import outcomes
from ebit.algorithms.steps import Algorithm, program_of_algorithm

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "NonlocalGates",
    "Way",
    "break_even",
    "grover",
    "inverse_fourier",
    "nonlocal_gates",
    "outcomes",
    "phase_estimation",
    "program_of_algorithm",
    "shor_15",
    "ways",
]
