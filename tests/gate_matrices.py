"""Matrices of gates in the qubit order of the engines, made by the dense reference."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import dense_reference as dense
from ebit.circuits import measurement_order

Complex = NDArray[np.complex128]


def natural_index(qubits: int, qpus: int = 1) -> NDArray[np.intp]:
    """For every basis state in measurement order its index with qubit 0 as leading bit."""
    index = np.arange(2**qubits)
    natural = np.zeros_like(index)
    for position, qubit in enumerate(measurement_order(qubits, qpus)):
        natural |= (index >> (qubits - 1 - position) & 1) << (qubits - 1 - qubit)
    return natural


def matrix_of(gates: Sequence[dense.Gate], qubits: int, qpus: int = 1) -> Complex:
    """The unitary of the gates, rows and columns in measurement order."""
    dimension = 2**qubits
    basis = np.eye(dimension, dtype=np.complex128).reshape(dimension, *(2,) * qubits)
    columns = dense.evolve(gates, basis).reshape(dimension, dimension)
    natural = natural_index(qubits, qpus)
    return columns.T[np.ix_(natural, natural)]
