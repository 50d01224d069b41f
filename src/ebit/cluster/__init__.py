"""Sweeps: many tasks on one machine or on many."""

from ebit.cluster.doors import Certificates
from ebit.cluster.experiments import run_experiments
from ebit.cluster.sweep import Failure, SweepProgress, SweepResult, default_workers, run_sweep

__all__ = [
    "Certificates",
    "Failure",
    "SweepProgress",
    "SweepResult",
    "default_workers",
    "run_experiments",
    "run_sweep",
]
