"""Engines with local noise: effects as real coefficients of Pauli products."""

from ebit.engine.noisy.joint import NoisyJoint
from ebit.engine.noisy.local import NoisyEffects
from ebit.engine.noisy.messages import NoisyMessages

__all__ = ["NoisyEffects", "NoisyJoint", "NoisyMessages"]
