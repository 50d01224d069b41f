"""One QPU: embedding, convolution (also used as mixing block) and pooling.

Inside the engines the qubits of a register are sorted by the pooling round in which they are
measured (`basis.measurement_order`), so that pooling is a reshape. Everything that depends on
the qubit order is made from one table, `basis.spins`.
"""

from ebit.circuits.basis import (
    POOLINGS,
    drivers,
    layout_of,
    layout_with,
    measurement_order,
    measurements,
    outcome_order,
    outputs_of,
    pair_columns,
    pooled,
    spins,
    stages,
)
from ebit.circuits.build import build_circuit, parameter_shapes
from ebit.circuits.circuit import (
    Circuit,
    DataAngle,
    Gate,
    Measure,
    Operation,
    Parameter,
    Rotate,
    Send,
    Share,
    Step,
    rounds_of,
)
from ebit.circuits.convolution import (
    brick_signs,
    bricks,
    convolution_matrix,
    convolve_rows,
    convolve_states,
)
from ebit.circuits.embedding import embedding_phases, ring
from ebit.circuits.hadamard import hadamard_matrix, walsh_hadamard
from ebit.circuits.pooling import outcome_rotations, pool_rows, pool_states
from ebit.circuits.text import Drawing, draw_text
from ebit.circuits.topology import (
    Topology,
    parse_topology,
    qpu_names,
    topology_of_graph,
)
from ebit.circuits.wiring import QPU, Qubit, SharedState, Wiring

__all__ = [
    "POOLINGS",
    "QPU",
    "Circuit",
    "DataAngle",
    "Drawing",
    "Gate",
    "Measure",
    "Operation",
    "Parameter",
    "Qubit",
    "Rotate",
    "Send",
    "Share",
    "SharedState",
    "Step",
    "Topology",
    "Wiring",
    "brick_signs",
    "bricks",
    "build_circuit",
    "convolution_matrix",
    "convolve_rows",
    "convolve_states",
    "draw_text",
    "drivers",
    "embedding_phases",
    "hadamard_matrix",
    "layout_of",
    "layout_with",
    "measurement_order",
    "measurements",
    "outcome_order",
    "outcome_rotations",
    "outputs_of",
    "pair_columns",
    "parameter_shapes",
    "parse_topology",
    "pool_rows",
    "pool_states",
    "pooled",
    "qpu_names",
    "ring",
    "rounds_of",
    "spins",
    "stages",
    "topology_of_graph",
    "walsh_hadamard",
]
