"""Distributed quantum machine learning: what is each communication resource worth?"""

from ebit.errors import EbitError, TrainingDivergedError
from ebit.learning import Fit, fit
from ebit.models import DistributedDNN, DistributedQCNN, Model, SingleQCNN, model_from_string
from ebit.resources import (
    BellPairs,
    ClassicalBits,
    Consumption,
    QuantumLink,
    Resource,
    Separable,
    parse_resource,
)

__version__ = "0.1.0"

__all__ = [
    "BellPairs",
    "ClassicalBits",
    "Consumption",
    "DistributedDNN",
    "DistributedQCNN",
    "EbitError",
    "Fit",
    "Model",
    "QuantumLink",
    "Resource",
    "Separable",
    "SingleQCNN",
    "TrainingDivergedError",
    "__version__",
    "fit",
    "model_from_string",
    "parse_resource",
]
