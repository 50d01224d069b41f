"""Engines with local noise: effects as real coefficients of Pauli products."""

from ebit.engine.noisy.effects import noisy_operations
from ebit.engine.noisy.joint import NoisyJoint
from ebit.engine.noisy.local import NoisyEffects
from ebit.engine.noisy.messages import NoisyMessages
from ebit.engine.noisy.single import probability_of_zero

__all__ = [
    "NoisyEffects",
    "NoisyJoint",
    "NoisyMessages",
    "noisy_operations",
    "probability_of_zero",
]
