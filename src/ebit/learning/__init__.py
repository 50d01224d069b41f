"""Losses, the training loop and checkpoints."""

from ebit.learning.checkpoint import Checkpoint
from ebit.learning.losses import LOSSES, mse, product
from ebit.learning.settings import TrainingOptions, TrainingSettings
from ebit.learning.training import Fit, Progress, fit

__all__ = [
    "LOSSES",
    "Checkpoint",
    "Fit",
    "Progress",
    "TrainingOptions",
    "TrainingSettings",
    "fit",
    "mse",
    "product",
]
