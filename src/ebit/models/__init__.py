"""Classifiers: QPUs, a resource and a read-out; and the two baselines."""

from ebit.models.base import CircuitModel, Model, Parameters
from ebit.models.custom_readout import CustomReadOut
from ebit.models.distributed_dnn import DistributedDNN
from ebit.models.distributed_qcnn import DistributedQCNN
from ebit.models.from_string import model_from_string
from ebit.models.objective import (
    DEFAULT_LOSSES,
    LOSSES,
    Loss,
    LossFunction,
    OwnLoss,
    Target,
    TargetKind,
    check_objective,
    kind_of_target,
    make_loss,
)
from ebit.models.readout import ReadOut, labels_of
from ebit.models.settings import (
    RESOURCES_HELP,
    CircuitSettings,
    ModelOptions,
    ModelSettings,
)
from ebit.models.single_qcnn import SingleQCNN

__all__ = [
    "DEFAULT_LOSSES",
    "LOSSES",
    "RESOURCES_HELP",
    "CircuitModel",
    "CircuitSettings",
    "CustomReadOut",
    "DistributedDNN",
    "DistributedQCNN",
    "Loss",
    "LossFunction",
    "Model",
    "ModelOptions",
    "ModelSettings",
    "OwnLoss",
    "Parameters",
    "ReadOut",
    "SingleQCNN",
    "Target",
    "TargetKind",
    "check_objective",
    "kind_of_target",
    "labels_of",
    "make_loss",
    "model_from_string",
]
