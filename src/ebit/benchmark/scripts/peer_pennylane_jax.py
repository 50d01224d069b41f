"""The training step in PennyLane on default.qubit with its JAX interface.

Pooling is a rotation controlled by the qubit that would be measured (deferred measurement).
unrolled: one QNode for the whole circuit.
scan:     `jax.lax.scan` over depth; each layer is a QNode from state to state.
unitary:  the trained part of a QPU, the same for every sample, becomes one gate.
In all of them the two-qubit bricks are fused by hand and `jax.vmap` runs over the batch.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pennylane as qml
from harness import Peer, Variant, main
from problem import QPUS, Layout, Params, halves, ring

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


def embed(layout: Layout, x: jax.Array) -> None:
    """Bell pairs on the first qubits of the QPUs, then the embedding of one sample (2n,)."""
    for pair in range(layout.pairs):
        qml.Hadamard(pair)
        qml.CNOT([pair, layout.qubits + pair])
    for qubit in range(layout.wires):
        qml.Hadamard(qubit)
        qml.RZ(x[qubit], qubit)
    for wires in layout.groups(0):
        for i, j in ring(len(wires)):
            a, b = wires[i], wires[j]
            qml.IsingZZ((jnp.pi - x[a]) * (jnp.pi - x[b]) / 2, [a, b])


def layer(wires: Sequence[int], angles: jax.Array) -> None:
    """One convolution layer on a group of wires; H, CZ and RX of a bond are one gate."""
    for bonds in halves(len(wires)):
        for i, j in bonds:
            rotations = jnp.kron(*(qml.RX.compute_matrix(angles[k]) for k in (i, j)))
            qml.QubitUnitary(rotations @ CZ_HADAMARDS, [wires[i], wires[j]])


def rotation(phi: jax.Array, chi: jax.Array) -> jax.Array:
    """RX(chi) RZ(phi)."""
    matrix: jax.Array = qml.RX.compute_matrix(chi) @ qml.RZ.compute_matrix(phi)
    return matrix


def pool(moves: Sequence[tuple[int, int, jax.Array]]) -> None:
    """Every first wire chooses the rotation of the second; angles (2, 2)."""
    for control, target, angles in moves:
        chosen = [rotation(*angles[outcome]) for outcome in (0, 1)]
        qml.QubitUnitary(jax.scipy.linalg.block_diag(*chosen), [control, target])


def embedded(layout: Layout, x: jax.Array) -> jax.Array:
    """State of one sample before the trained gates."""

    def circuit() -> Any:
        embed(layout, x)
        return qml.state()

    return node(circuit, layout.wires)()


def unrolled(layout: Layout, params: Params, state: jax.Array) -> jax.Array:
    """P(a, b | x) of one embedded sample from a single QNode."""

    def circuit() -> Any:
        prepare(state, layout.wires)
        for stage in range(layout.stages):
            angles, rotations = params["convolution"][stage], params["pooling"][stage]
            groups = layout.groups(stage)
            for depth in range(angles.shape[1]):
                split = angles[:, depth].reshape(len(groups), -1)
                for wires, own in zip(groups, split, strict=True):
                    layer(wires, own)
            pool([(c, t, rotations[q, k]) for c, t, q, k in layout.moves(stage)])
        return qml.probs(wires=layout.readout)

    return node(circuit, layout.wires)().reshape(2, 2)


def convolve(
    count: int, groups: Sequence[Sequence[int]], angles: jax.Array, state: jax.Array
) -> jax.Array:
    """A block of layers on a state of `count` qubits, as a scan over depth; angles (depth, all)."""

    def circuit(state: jax.Array, angles: jax.Array) -> Any:
        prepare(state, count)
        for wires, own in zip(groups, angles.reshape(len(groups), -1), strict=True):
            layer(wires, own)
        return qml.state()

    one_layer = node(circuit, count)

    @jax.checkpoint
    def body(state: jax.Array, angles: jax.Array) -> Any:
        return one_layer(state, angles), None

    result, _ = jax.lax.scan(body, state, angles)
    return result


def pooled(count: int, moves: Sequence[tuple[int, int, jax.Array]], state: jax.Array) -> jax.Array:
    """The pooling rotations on a state of `count` qubits."""

    def circuit() -> Any:
        prepare(state, count)
        pool(moves)
        return qml.state()

    return node(circuit, count)()


def scan(layout: Layout, params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples, layer after layer."""

    def circuit(state: jax.Array) -> Any:
        prepare(state, layout.wires)
        return qml.probs(wires=layout.readout)

    joint = node(circuit, layout.wires)

    def one(state: jax.Array) -> jax.Array:
        for stage in range(layout.stages):
            angles, rotations = params["convolution"][stage], params["pooling"][stage]
            flat = jnp.swapaxes(angles, 0, 1).reshape(angles.shape[1], -1)
            state = convolve(layout.wires, layout.groups(stage), flat, state)
            moves = [(c, t, rotations[q, k]) for c, t, q, k in layout.moves(stage)]
            state = pooled(layout.wires, moves, state)
        return joint(state)

    return jnp.reshape(jax.vmap(one)(states), (-1, 2, 2))


def gate(layout: Layout, params: Params, qpu: int) -> jax.Array:
    """All trained gates of a QPU without messages as one matrix."""

    def column(state: jax.Array) -> jax.Array:
        for stage in range(layout.stages):
            wires = layout.remaining(0, stage)
            state = convolve(layout.qubits, [wires], params["convolution"][stage][qpu], state)
            rotations = params["pooling"][stage][qpu]
            moves = [(c, t, rotations[k]) for c, t, q, k in layout.moves(stage) if q == 0]
            state = pooled(layout.qubits, moves, state)
        return state

    return jax.vmap(column)(jnp.eye(2**layout.qubits, dtype=jnp.complex64)).T


def unitary(layout: Layout, params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples, with one gate for each QPU; `none` and `bell:N` only."""
    gates = [gate(layout, params, qpu) for qpu in range(QPUS)]

    def circuit(state: jax.Array) -> Any:
        prepare(state, layout.wires)
        for qpu in range(QPUS):
            qml.QubitUnitary(gates[qpu], layout.remaining(qpu, 0))
        return qml.probs(wires=layout.readout)

    return jnp.reshape(jax.vmap(node(circuit, layout.wires))(states), (-1, 2, 2))


def embed_all(layout: Layout, x: jax.Array) -> jax.Array:
    """States of all samples (batch, 2n) before the trained gates."""
    return jax.vmap(lambda row: embedded(layout, row))(x)


def unrolled_all(layout: Layout, params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of all embedded samples."""
    return jax.vmap(lambda state: unrolled(layout, params, state))(states)


PEER = Peer(
    name="PennyLane JAX",
    version=qml.__version__,
    variants={
        "unrolled": Variant(embed_all, unrolled_all),
        "scan": Variant(embed_all, scan),
        "unitary": Variant(embed_all, unitary),
    },
)

if __name__ == "__main__":
    main(PEER)
