"""The models of the baselines in the list of resources: nothing is shared in them."""

from collections.abc import Callable
from typing import Any

from ebit import checks
from ebit.models.base import Model
from ebit.models.checks import MAX_QUBITS
from ebit.models.distributed_dnn import DistributedDNN
from ebit.models.single_qcnn import SingleQCNN


def _single(*, readout: str, **settings: Any) -> SingleQCNN:
    """One QPU has one bit to read, so one score needs no weights."""
    return SingleQCNN(**settings)


def _joint(*, readout: str, qubits: int, **settings: Any) -> SingleQCNN:
    """One QPU with the qubits of both, which takes the input at once."""
    most = MAX_QUBITS // 2
    checks.whole(2, most, "qubits per QPU with 'joint'")("qubits", qubits)
    return SingleQCNN(qubits=2 * qubits, passes=1, **settings)


def _dnn(*, qubits: int, scores: int, **settings: Any) -> DistributedDNN:
    """Classical networks have no circuit."""
    return DistributedDNN(qubits=qubits, scores=scores)


BASELINES: dict[str, Callable[..., Model]] = {"single": _single, "joint": _joint, "dnn": _dnn}
"""Called with the settings of a model."""
