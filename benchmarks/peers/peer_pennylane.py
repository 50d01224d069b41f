"""The training step in PennyLane on default.qubit with its JAX interface.

Pooling is a rotation controlled by the qubit that would be measured (deferred measurement).
unrolled: one QNode for the whole circuit.
scan:     `jax.lax.scan` over depth; each layer is a QNode from state to state.
unitary:  the trained part of a QPU, the same for every sample, becomes one 16 x 16 gate.
In all of them the two-qubit bricks are fused by hand and `jax.vmap` runs over the batch.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pennylane as qml  # type: ignore[import-not-found, import-untyped, unused-ignore]
from harness import Peer, Variant, main
from problem import QPUS, QUBITS, STAGES, Params, halves, remaining, ring

ALL = QPUS * QUBITS
READOUT = [QUBITS - 1, ALL - 1]
HADAMARDS = np.kron(qml.Hadamard.compute_matrix(), qml.Hadamard.compute_matrix())
CZ_HADAMARDS = jnp.asarray(qml.CZ.compute_matrix() @ HADAMARDS, jnp.complex64)


def node(function: Callable[..., Any], wires: int) -> Callable[..., jax.Array]:
    """A QNode on default.qubit that JAX differentiates through."""
    device = qml.device("default.qubit", wires=wires)
    circuit: Callable[..., jax.Array] = qml.QNode(
        function, device, interface="jax", diff_method="backprop"
    )
    return circuit


def prepare(state: jax.Array, wires: int) -> None:
    """Start from a state."""
    qml.StatePrep(state, wires=range(wires), validate_norm=False)


def embed(x: jax.Array) -> None:
    """Bell pair on the first qubit of each QPU, then the embedding of one sample (8,)."""
    qml.Hadamard(0)
    qml.CNOT([0, QUBITS])
    for qubit in range(ALL):
        qml.Hadamard(qubit)
        qml.RZ(x[qubit], qubit)
    for qpu in range(QPUS):
        wires = remaining(qpu, 0)
        for i, j in ring(QUBITS):
            a, b = wires[i], wires[j]
            qml.IsingZZ((jnp.pi - x[a]) * (jnp.pi - x[b]) / 2, [a, b])


def layer(wires: Sequence[int], angles: jax.Array) -> None:
    """One convolution layer on one QPU; angles (wires,). H, CZ and RX are one gate on a bond."""
    for bonds in halves(len(wires)):
        for i, j in bonds:
            rotations = jnp.kron(*(qml.RX.compute_matrix(angles[k]) for k in (i, j)))
            qml.QubitUnitary(rotations @ CZ_HADAMARDS, [wires[i], wires[j]])


def rotation(phi: jax.Array, chi: jax.Array) -> jax.Array:
    """RX(chi) RZ(phi)."""
    matrix: jax.Array = qml.RX.compute_matrix(chi) @ qml.RZ.compute_matrix(phi)
    return matrix


def pool(wires: Sequence[int], angles: jax.Array) -> None:
    """Every even wire controls the rotation of the next one; angles (wires / 2, 2, 2)."""
    for k, target in enumerate(wires[1::2]):
        chosen = [rotation(*angles[k, outcome]) for outcome in (0, 1)]
        qml.QubitUnitary(jax.scipy.linalg.block_diag(*chosen), [wires[2 * k], target])


def state_node(
    block: Callable[[Sequence[int], jax.Array], None], wires: Sequence[Sequence[int]], count: int
) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """A QNode from state to state that applies a block to each QPU; angles (QPUs, ...)."""

    def circuit(state: jax.Array, angles: jax.Array) -> Any:
        prepare(state, count)
        for place, own in enumerate(wires):
            block(own, angles[place])
        return qml.state()

    return node(circuit, count)


def embedded(x: jax.Array) -> jax.Array:
    """State (256,) of one sample before the trained gates."""

    def circuit() -> Any:
        embed(x)
        return qml.state()

    return node(circuit, ALL)()


def unrolled(params: Params, state: jax.Array) -> jax.Array:
    """P(a, b | x) of one embedded sample (256,) from a single QNode."""

    def circuit() -> Any:
        prepare(state, ALL)
        for stage in range(STAGES):
            angles, rotations = params["convolution"][stage], params["pooling"][stage]
            for qpu in range(QPUS):
                wires = remaining(qpu, stage)
                for depth in range(angles.shape[1]):
                    layer(wires, angles[qpu, depth])
                pool(wires, rotations[qpu])
        return qml.probs(wires=READOUT)

    return node(circuit, ALL)().reshape(2, 2)


def evolve(params: Params, qpus: Sequence[int], state: jax.Array) -> jax.Array:
    """The trained part of these QPUs on a state of all their qubits, with a scan over depth."""
    count = len(qpus) * QUBITS
    for stage in range(STAGES):
        wires = [remaining(place, stage) for place in range(len(qpus))]
        convolution = state_node(layer, wires, count)
        pooling = state_node(pool, wires, count)

        @jax.checkpoint
        def body(state: jax.Array, angles: jax.Array, convolution: Any = convolution) -> Any:
            return convolution(state, angles), None

        angles = params["convolution"][stage][jnp.array(qpus)]
        state, _ = jax.lax.scan(body, state, jnp.swapaxes(angles, 0, 1))
        state = pooling(state, params["pooling"][stage][jnp.array(qpus)])
    return state


def scan(params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples (batch, 256), layer after layer."""

    def circuit(state: jax.Array) -> Any:
        prepare(state, ALL)
        return qml.probs(wires=READOUT)

    joint = node(circuit, ALL)
    flat = jax.vmap(lambda state: joint(evolve(params, range(QPUS), state)))(states)
    return jnp.reshape(flat, (-1, 2, 2))


def unitary(params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples (batch, 256), with one gate for each QPU."""
    basis = jnp.eye(2**QUBITS, dtype=jnp.complex64)
    gates = [jax.vmap(lambda s, q=q: evolve(params, [q], s))(basis).T for q in range(QPUS)]

    def circuit(state: jax.Array) -> Any:
        prepare(state, ALL)
        for qpu in range(QPUS):
            qml.QubitUnitary(gates[qpu], remaining(qpu, 0))
        return qml.probs(wires=READOUT)

    return jnp.reshape(jax.vmap(node(circuit, ALL))(states), (-1, 2, 2))


PEER = Peer(
    name="pennylane",
    version=qml.__version__,
    variants={
        "unrolled": Variant(jax.vmap(embedded), jax.vmap(unrolled, in_axes=(None, 0))),
        "scan": Variant(jax.vmap(embedded), scan),
        "unitary": Variant(jax.vmap(embedded), unitary),
    },
)

if __name__ == "__main__":
    main(PEER)
