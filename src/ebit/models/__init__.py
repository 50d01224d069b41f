"""Classifiers: QPUs, a resource and a read-out; and the two baselines."""

from ebit.models.base import CircuitModel, Model, Parameters
from ebit.models.distributed_dnn import DistributedDNN
from ebit.models.distributed_qcnn import DistributedQCNN
from ebit.models.from_string import model_from_string
from ebit.models.objective import LOSSES, Loss, check_objective, make_loss
from ebit.models.readout import ReadOut, labels_of
from ebit.models.settings import (
    RESOURCES_HELP,
    CircuitSettings,
    ModelOptions,
    ModelSettings,
)
from ebit.models.single_qcnn import SingleQCNN

__all__ = [
    "LOSSES",
    "RESOURCES_HELP",
    "CircuitModel",
    "CircuitSettings",
    "DistributedDNN",
    "DistributedQCNN",
    "Loss",
    "Model",
    "ModelOptions",
    "ModelSettings",
    "Parameters",
    "ReadOut",
    "SingleQCNN",
    "check_objective",
    "labels_of",
    "make_loss",
    "model_from_string",
]
