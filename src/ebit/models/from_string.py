"""Resource strings of the command line, baselines included, to models."""

from ebit.errors import EbitError
from ebit.models.base import Model
from ebit.models.distributed_dnn import DistributedDNN
from ebit.models.distributed_qcnn import DistributedQCNN
from ebit.models.single_qcnn import SingleQCNN
from ebit.physics import Noise
from ebit.resources import parse_resource

RESOURCES_HELP = "none, bell:N, designed:N, classical, classical+bell:N, quantum, single or dnn"


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
        resource: `none`, `bell:N`, `classical`, `classical+bell:N`, `quantum`, or a baseline:
            `single` (one QPU sees everything) or `dnn` (classical networks).
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
    if resource == "single":
        return SingleQCNN(qubits=qubits, depth=depth, mixing=mixing, pooling=pooling, noise=noise)
    if resource == "dnn":
        return DistributedDNN(qubits=qubits)
    try:
        shared = parse_resource(resource)
    except EbitError:
        if "," in resource:  # the kind is known, an option is not
            raise
        raise EbitError(f"Unknown resource {resource!r}: use {RESOURCES_HELP}.") from None
    return DistributedQCNN(
        qubits=qubits,
        depth=depth,
        resource=shared,
        mixing=mixing,
        readout=readout,
        pooling=pooling,
        noise=noise,
    )
