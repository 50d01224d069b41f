"""The gradient of one batch, the training loop and checkpoints."""

from ebit.learning.checkpoint import Checkpoint
from ebit.learning.gradient import batch_gradient
from ebit.learning.optimizers import OPTIMIZERS
from ebit.learning.progress import Progress, reporting, shown_or_called
from ebit.learning.settings import TrainingOptions, TrainingSettings
from ebit.learning.training import SHOTS, Fit, accuracy_of_loss, compile_trainings, fit

__all__ = [
    "OPTIMIZERS",
    "SHOTS",
    "Checkpoint",
    "Fit",
    "Progress",
    "TrainingOptions",
    "TrainingSettings",
    "accuracy_of_loss",
    "batch_gradient",
    "compile_trainings",
    "fit",
    "reporting",
    "shown_or_called",
]
