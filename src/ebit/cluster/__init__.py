"""Sweeps: many tasks on one machine or on many."""

from ebit.cluster.sweep import Failure, SweepProgress, SweepResult, default_workers, run_sweep

__all__ = ["Failure", "SweepProgress", "SweepResult", "default_workers", "run_sweep"]
