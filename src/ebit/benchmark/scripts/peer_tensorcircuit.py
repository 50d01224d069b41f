"""The training step in TensorCircuit-NG with its JAX backend.

Pooling is a rotation controlled by the qubit that would be measured (deferred measurement).
unrolled: one circuit for each sample; the contractor merges the gates that samples share.
scan:     `jax.lax.scan` over depth; each layer is a circuit from state to state.
unitary:  the trained part of a QPU, the same for every sample, becomes one gate.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import tensorcircuit as tc
from harness import Peer, Variant, main
from problem import QPUS, Layout, Params, halves, ring

tc.set_backend("jax")
tc.set_dtype("complex64")


def embed(circuit: Any, layout: Layout, x: jax.Array) -> None:
    """Bell pairs on the first qubits of the QPUs, then the embedding of one sample (2n,)."""
    for pair in range(layout.pairs):
        circuit.h(pair)
        circuit.cnot(pair, layout.qubits + pair)
    for qubit in range(layout.wires):
        circuit.h(qubit)
        circuit.rz(qubit, theta=x[qubit])
    for wires in layout.groups(0):
        for i, j in ring(len(wires)):
            a, b = wires[i], wires[j]
            circuit.rzz(a, b, theta=(jnp.pi - x[a]) * (jnp.pi - x[b]) / 2)


def layer(circuit: Any, wires: Sequence[int], angles: jax.Array) -> None:
    """One convolution layer on a group of wires; angles (wires,)."""
    for bonds in halves(len(wires)):
        for wire in wires:
            circuit.h(wire)
        for i, j in bonds:
            circuit.cz(wires[i], wires[j])
        for i, wire in enumerate(wires):
            circuit.rx(wire, theta=angles[i])


def rotation(phi: jax.Array, chi: jax.Array) -> jax.Array:
    """RX(chi) RZ(phi)."""
    matrix: jax.Array = tc.gates.rx(chi).tensor @ tc.gates.rz(phi).tensor
    return matrix


def pool(circuit: Any, moves: Sequence[tuple[int, int, jax.Array]]) -> None:
    """Every first wire chooses the rotation of the second; angles (2, 2)."""
    for control, target, angles in moves:
        chosen = [rotation(*angles[outcome]) for outcome in (0, 1)]
        circuit.any(control, target, unitary=jax.scipy.linalg.block_diag(*chosen))


def joint(layout: Layout, state: jax.Array) -> jax.Array:
    """P(a, b) of the last qubit of each QPU from the state."""
    weights = jnp.abs(state) ** 2
    return jnp.sum(weights.reshape((2 ** (layout.qubits - 1), 2) * QPUS), axis=(0, 2))


def embedded(layout: Layout, x: jax.Array) -> jax.Array:
    """State of one sample before the trained gates."""
    circuit = tc.Circuit(layout.wires)
    embed(circuit, layout, x)
    state: jax.Array = circuit.state()
    return state


def unrolled(layout: Layout, params: Params, x: jax.Array) -> jax.Array:
    """P(a, b | x) of one sample (2n,) from a single circuit."""
    circuit = tc.Circuit(layout.wires)
    embed(circuit, layout, x)
    for stage in range(layout.stages):
        angles, rotations = params["convolution"][stage], params["pooling"][stage]
        for depth in range(angles.shape[1]):
            groups = layout.groups(stage)
            for wires, own in zip(groups, angles[:, depth].reshape(len(groups), -1), strict=True):
                layer(circuit, wires, own)
        pool(circuit, [(c, t, rotations[q, k]) for c, t, q, k in layout.moves(stage)])
    return joint(layout, circuit.state())


def convolve(
    count: int, groups: Sequence[Sequence[int]], angles: jax.Array, state: jax.Array
) -> jax.Array:
    """A block of layers on a state of `count` qubits, as a scan over depth; angles (depth, all)."""

    @jax.checkpoint
    def body(state: jax.Array, angles: jax.Array) -> Any:
        circuit = tc.Circuit(count, inputs=state)
        for wires, own in zip(groups, angles.reshape(len(groups), -1), strict=True):
            layer(circuit, wires, own)
        return circuit.state(), None

    result, _ = jax.lax.scan(body, state, angles)
    return result


def scan(layout: Layout, params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples, layer after layer."""

    def one(state: jax.Array) -> jax.Array:
        for stage in range(layout.stages):
            angles, rotations = params["convolution"][stage], params["pooling"][stage]
            flat = jnp.swapaxes(angles, 0, 1).reshape(angles.shape[1], -1)
            state = convolve(layout.wires, layout.groups(stage), flat, state)
            circuit = tc.Circuit(layout.wires, inputs=state)
            pool(circuit, [(c, t, rotations[q, k]) for c, t, q, k in layout.moves(stage)])
            state = circuit.state()
        return joint(layout, state)

    return jax.vmap(one)(states)


def gate(layout: Layout, params: Params, qpu: int) -> jax.Array:
    """All trained gates of a QPU without messages as one matrix."""

    def column(state: jax.Array) -> jax.Array:
        for stage in range(layout.stages):
            wires = layout.remaining(0, stage)
            state = convolve(layout.qubits, [wires], params["convolution"][stage][qpu], state)
            circuit = tc.Circuit(layout.qubits, inputs=state)
            rotations = params["pooling"][stage][qpu]
            moves = [m for m in layout.moves(stage) if m[2] == 0]
            pool(circuit, [(c, t, rotations[k]) for c, t, _, k in moves])
            state = circuit.state()
        return state

    return jax.vmap(column)(jnp.eye(2**layout.qubits, dtype=tc.dtypestr)).T


def unitary(layout: Layout, params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples, with one gate for each QPU; `none` and `bell:N` only."""
    gates = [gate(layout, params, qpu) for qpu in range(QPUS)]

    def probabilities(state: jax.Array) -> jax.Array:
        circuit = tc.Circuit(layout.wires, inputs=state)
        for qpu in range(QPUS):
            circuit.any(*layout.remaining(qpu, 0), unitary=gates[qpu])
        return joint(layout, circuit.state())

    return jax.vmap(probabilities)(states)


def unrolled_all(layout: Layout, params: Params, x: jax.Array) -> jax.Array:
    """P(a, b | x) of all samples (batch, 2n)."""
    return jax.vmap(lambda row: unrolled(layout, params, row))(x)


def embed_all(layout: Layout, x: jax.Array) -> jax.Array:
    """States of all samples (batch, 2n) before the trained gates."""
    return jax.vmap(lambda row: embedded(layout, row))(x)


PEER = Peer(
    name="TensorCircuit-NG",
    version=tc.__version__,
    variants={
        "unrolled": Variant(lambda _, x: x, unrolled_all),
        "scan": Variant(embed_all, scan),
        "unitary": Variant(embed_all, unitary),
    },
    use_double=lambda: tc.set_dtype("complex128"),
)

if __name__ == "__main__":
    main(PEER)
