"""Engines with local noise: effects as real coefficients of Pauli products."""

from ebit.engine.noisy.local import NoisyEffects

__all__ = ["NoisyEffects"]
