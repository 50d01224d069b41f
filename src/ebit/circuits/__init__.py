"""One QPU: embedding, convolution (also used as mixing block) and pooling.

Inside the engines the qubits of a register are sorted by the pooling round in which they are
measured (`basis.measurement_order`), so that pooling is a reshape. Everything that depends on
the qubit order is made from one table, `basis.spins`.
"""

from ebit.circuits.basis import (
    POOLINGS,
    drivers,
    measurement_order,
    measurements,
    outcome_order,
    pair_columns,
    spins,
    stages,
)
from ebit.circuits.convolution import (
    brick_signs,
    convolution_matrix,
    convolve_rows,
    convolve_states,
    uses_per_layer,
)
from ebit.circuits.embedding import embedding_phases, ring
from ebit.circuits.hadamard import hadamard_matrix, walsh_hadamard
from ebit.circuits.pooling import outcome_rotations, pool_rows, pool_states

__all__ = [
    "POOLINGS",
    "brick_signs",
    "convolution_matrix",
    "convolve_rows",
    "convolve_states",
    "drivers",
    "embedding_phases",
    "hadamard_matrix",
    "measurement_order",
    "measurements",
    "outcome_order",
    "outcome_rotations",
    "pair_columns",
    "pool_rows",
    "pool_states",
    "ring",
    "spins",
    "stages",
    "uses_per_layer",
    "walsh_hadamard",
]
