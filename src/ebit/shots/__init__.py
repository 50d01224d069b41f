"""Finite shots: sampled outcomes, parameter-shift gradients, and what both cost.

Outcomes are drawn from the exact probabilities of an inference, so their statistics are those of
independent measurements.
"""

from ebit.models.readout import MAX_SHOTS, check_shots
from ebit.shots.accuracy import accuracy_at_shots, sampled_accuracies
from ebit.shots.cost import ShotCost, gradient_circuits, shot_cost
from ebit.shots.gradient import parameter_shift_gradient
from ebit.shots.parameter_shift import shift_rule
from ebit.shots.sampling import (
    check_measured,
    check_seed,
    estimate_expectation,
    sample_outcomes,
)

__all__ = [
    "MAX_SHOTS",
    "ShotCost",
    "accuracy_at_shots",
    "check_measured",
    "check_seed",
    "check_shots",
    "estimate_expectation",
    "gradient_circuits",
    "parameter_shift_gradient",
    "sample_outcomes",
    "sampled_accuracies",
    "shift_rule",
    "shot_cost",
]
