"""What the trained part of a QPU becomes, the same for every sample: pure, or with noise."""

from ebit.engine.effects.local import LocalEffect
from ebit.engine.effects.noisy import NoisyEffect, noisy_operations
from ebit.engine.effects.pure import PureEffect, effect_operations, effect_rows

__all__ = [
    "LocalEffect",
    "NoisyEffect",
    "PureEffect",
    "effect_operations",
    "effect_rows",
    "noisy_operations",
]
