"""Whether a data set fits the QPUs."""

from ebit.checks import instance
from ebit.data.dataset import Dataset
from ebit.data.messages import bad_input, whole_number

_MAX_QUBITS = 16
"""Most qubits of a QPU, as in `ebit.models`, which this layer does not know."""

_MOST = 10**6
"""More QPUs or qubits than this are a slip of the pen."""


def check_features(dataset: Dataset, qpus: int, qubits: int) -> None:
    """Check that there is one feature for each qubit of all QPUs.

    Args:
        dataset: The data.
        qpus: Number of QPUs.
        qubits: Number of qubits of each QPU.

    Raises:
        EbitError: If the numbers differ; the message says what would fit.

    Example:
        >>> from ebit.data import check_features, chsh
        >>> check_features(chsh(), qpus=2, qubits=2)
        >>> check_features(chsh(), qpus=2, qubits=4)
        Traceback (most recent call last):
        ebit.errors.EbitError: Data `chsh` has 4 features, but 2 QPUs of 4 qubits take 8: use \
--qubits 2, or add 4 features.
    """
    instance(Dataset, "a Dataset, as ebit.data.load returns it")("dataset", dataset)
    qpus = whole_number("qpus", qpus, minimum=1, maximum=_MOST)
    qubits = whole_number("qubits", qubits, minimum=1, maximum=_MOST)
    have, need = dataset.features, qpus * qubits
    if have == need:
        return
    fitting = have // qpus if 2 <= have // qpus <= _MAX_QUBITS else 0
    cures = []
    if have > need:
        cures.append(f"choose {need} of them ({_choice(dataset, qpus, qubits)})")
        if fitting * qpus == have:
            cures.append(f"use --qubits {fitting}")
    else:
        if fitting * qpus == have:
            cures.append(f"use --qubits {fitting}")
        elif fitting:
            choice = _choice(dataset, qpus, fitting)
            cures.append(f"use --qubits {fitting} with {fitting * qpus} of them ({choice})")
        missing = need - have
        cures.append(f"add {missing} feature{'s' if missing > 1 else ''}")
    raise bad_input(
        f"Data `{dataset.name}` has {have} feature{'s' if have > 1 else ''}, but "
        f"{qpus} QPU{'s' if qpus > 1 else ''} of {qubits} qubits take {need}: "
        f"{', or '.join(cures)}."
    )


def _choice(dataset: Dataset, qpus: int, qubits: int) -> str:
    names = dataset.feature_names
    blocks = [names[q * qubits : (q + 1) * qubits] for q in range(qpus)]
    return f'--features "{"|".join(",".join(block) for block in blocks)}"'
