"""Models to compare with: they stand in the list of resources, but share nothing."""

from typing import Any

from ebit.models.distributed_dnn import DistributedDNN
from ebit.models.single_qcnn import SingleQCNN
from ebit.resources import Look, ResourceRow


def _single(*, readout: str, **settings: Any) -> SingleQCNN:
    """One QPU has one bit to read, so there are no weights."""
    return SingleQCNN(**settings)


def _dnn(*, qubits: int, **settings: Any) -> DistributedDNN:
    """Classical networks have no circuit."""
    return DistributedDNN(qubits=qubits)


BASELINES = (
    ResourceRow(
        "single",
        None,
        "One QPU that holds the whole input; nothing is distributed. A baseline.",
        look=Look("#4d4d4d", markers="P", line=":"),
        compared=lambda qubits: ("single",),
        model=_single,
    ),
    ResourceRow(
        "dnn",
        None,
        "A classical neural network on each half of the input, joined by a final layer. A baseline "
        "without quantum processors.",
        look=Look("#e69f00", markers="X", line=":"),
        compared=lambda qubits: ("dnn",),
        model=_dnn,
    ),
)
