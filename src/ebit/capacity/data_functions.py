"""How many functions of the data a circuit can form at all, whatever its parameters."""

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.circuits import DataAngle, Gate, spins
from ebit.engine.features import pair_blocks
from ebit.errors import EbitError
from ebit.models import DistributedQCNN

_MAX_DIFFERENCES = 2**22
"""More phase differences than this are not listed one by one."""


def data_functions(model: DistributedQCNN) -> int:
    r"""Number of linearly independent functions of the data in P(a, b | x).

    Without messages the probabilities are sums of

    .. math:: e^{i(\varphi^A_{ju} - \varphi^A_{lu'})}\, e^{i(\varphi^B_{jv} - \varphi^B_{lv'})} ,

    where j and l run over the states of the paired qubits, the same on both QPUs, and u, u', v and
    v' over those of the others. The phases are polynomials of the data, so different polynomials
    give independent functions, and counting them is exact. Behind mixing layers all qubits run
    over their states independently.

    Args:
        model: Bell pairs or nothing shared.

    Returns:
        A whole number; 1 would be a constant.

    Raises:
        EbitError: If messages or quantum links are used, the pairs are no Bell pairs, or the
            QPUs are too large to count.

    Example:
        >>> import ebit
        >>> [data_functions(ebit.DistributedQCNN(qubits=4, resource=ebit.BellPairs(k)))
        ...  for k in range(5)]
        [43681, 11921, 3169, 841, 209]
    """
    checks.instance(DistributedQCNN, "an ebit.DistributedQCNN")("model", model)
    resource = model.resource
    if resource.sends_bits or resource.has_nonlocal_gates:
        raise EbitError(
            f"Functions of the data are counted for none and bell:N, but the resource is "
            f"{resource.name!r}."
        )
    state = resource.pair_state.after_hadamards
    if resource.pairs and (resource.trains_state or state.weights is None):
        raise EbitError(
            f"Functions of the data are counted for Bell pairs, but the resource is "
            f"{resource.name!r}: leave the options of the pairs out."
        )
    phases = _phases(model)
    if model.mixing or not resource.pairs:
        return _distinct_differences(phases) ** 2
    blocks = pair_blocks(model.qubits, resource.pairs)
    first = np.repeat(blocks, blocks.shape[1], axis=1).reshape(-1)
    second = np.tile(blocks, (1, blocks.shape[1])).reshape(-1)
    return _distinct_differences(np.hstack([phases[first], phases[second]]))


def _phases(model: DistributedQCNN) -> NDArray[np.int64]:
    """The phases of QPU A's embedding as integer coefficients of the angles made of its data."""
    signs = spins(model.qubits).astype(int)
    first = model.circuit.wiring.qpus[0].name
    embedding = [
        gate.qubits
        for gate in model.circuit.operations
        if isinstance(gate, Gate) and isinstance(gate.angle, DataAngle)
        if {qubit.qpu for qubit in gate.qubits} == {first}
    ]
    columns = [signs[:, [qubit.number for qubit in qubits]].prod(axis=1) for qubits in embedding]
    return np.column_stack(columns)


def _distinct_differences(vectors: NDArray[np.int64]) -> int:
    count = len(vectors)
    if count**2 > _MAX_DIFFERENCES:
        raise EbitError(
            f"There are {count**2} differences of phases, more than the {_MAX_DIFFERENCES} that "
            "are counted: use fewer qubits per QPU."
        )
    differences = (vectors[:, None, :] - vectors[None, :, :]).reshape(count**2, -1)
    return len(np.unique(differences, axis=0))
