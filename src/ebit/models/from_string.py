"""Resource strings of the command line, baselines included, to models."""

from typing import Any

from ebit.errors import EbitError
from ebit.models.base import Model
from ebit.models.baselines import BASELINES
from ebit.models.distributed_qcnn import DistributedQCNN
from ebit.physics import Noise
from ebit.resources import find_row, parse_resource, register_baselines, resources_help

register_baselines(*BASELINES)

RESOURCES_HELP = resources_help(installed=False)
"""What can be named without another package."""


def model_from_string(
    resource: str,
    *,
    qubits: int = 4,
    depth: int = 20,
    mixing: int = 0,
    readout: str = "weights",
    pooling: str = "halves",
    noise: Noise | None = None,
) -> Model:
    """The model behind a resource string.

    Args:
        resource: A resource string, see `parse_resource`, or a baseline: `single` (one QPU sees
            everything) or `dnn` (classical networks).
        qubits: Qubits per QPU.
        depth: Convolution layers per stage.
        mixing: Mixing layers before the embedding.
        readout: `weights` or `parity` (distributed quantum models only).
        pooling: `halves` or `all-but-one` (quantum models only).
        noise: Local noise of the QPUs (quantum models only).

    Returns:
        The model.

    Raises:
        EbitError: If the string names no resource or an argument is out of range.

    Example:
        >>> model_from_string("bell:1").num_parameters
        268
    """
    row = find_row(resource)
    if row is None:
        raise EbitError(f"Unknown resource {resource!r}: use {resources_help()}.")
    settings: dict[str, Any] = {
        "qubits": qubits,
        "depth": depth,
        "mixing": mixing,
        "readout": readout,
        "pooling": pooling,
        "noise": noise,
    }
    if row.model is None:
        return DistributedQCNN(resource=parse_resource(resource), **settings)
    model: Model = row.model(**settings)
    return model
