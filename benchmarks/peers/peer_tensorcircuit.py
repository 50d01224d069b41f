"""The training step in TensorCircuit-NG with its JAX backend.

Pooling is a rotation controlled by the qubit that would be measured (deferred measurement).
unrolled: one circuit for each sample; the contractor merges the gates that samples share.
scan:     `jax.lax.scan` over depth; each layer is a circuit from state to state.
unitary:  the trained part of a QPU, the same for every sample, becomes one 16 x 16 gate.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import tensorcircuit as tc  # type: ignore[import-not-found, import-untyped, unused-ignore]
from harness import Peer, Variant, main
from problem import QPUS, QUBITS, STAGES, Params, halves, remaining, ring

tc.set_backend("jax")
tc.set_dtype("complex64")

ALL = QPUS * QUBITS


def embed(circuit: Any, x: jax.Array) -> None:
    """Bell pair on the first qubit of each QPU, then the embedding of one sample (8,)."""
    circuit.h(0)
    circuit.cnot(0, QUBITS)
    for qubit in range(ALL):
        circuit.h(qubit)
        circuit.rz(qubit, theta=x[qubit])
    for qpu in range(QPUS):
        wires = remaining(qpu, 0)
        for i, j in ring(QUBITS):
            a, b = wires[i], wires[j]
            circuit.rzz(a, b, theta=(jnp.pi - x[a]) * (jnp.pi - x[b]) / 2)


def layer(circuit: Any, wires: Sequence[int], angles: jax.Array) -> None:
    """One convolution layer on one QPU; angles (wires,)."""
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


def pool(circuit: Any, wires: Sequence[int], angles: jax.Array) -> None:
    """Every even wire controls the rotation of the next one; angles (wires / 2, 2, 2)."""
    for k, target in enumerate(wires[1::2]):
        chosen = [rotation(*angles[k, outcome]) for outcome in (0, 1)]
        controlled = jax.scipy.linalg.block_diag(*chosen)
        circuit.any(wires[2 * k], target, unitary=controlled)


def joint(state: jax.Array) -> jax.Array:
    """P(a, b) of the last qubit of each QPU from the state (256,)."""
    weights = jnp.abs(state) ** 2
    return jnp.sum(weights.reshape((2 ** (QUBITS - 1), 2) * QPUS), axis=(0, 2))


def embedded(x: jax.Array) -> jax.Array:
    """State (256,) of one sample before the trained gates."""
    circuit = tc.Circuit(ALL)
    embed(circuit, x)
    state: jax.Array = circuit.state()
    return state


def unrolled(params: Params, x: jax.Array) -> jax.Array:
    """P(a, b | x) of one sample (8,) from a single circuit."""
    circuit = tc.Circuit(ALL)
    embed(circuit, x)
    for stage in range(STAGES):
        angles, rotations = params["convolution"][stage], params["pooling"][stage]
        for qpu in range(QPUS):
            wires = remaining(qpu, stage)
            for depth in range(angles.shape[1]):
                layer(circuit, wires, angles[qpu, depth])
            pool(circuit, wires, rotations[qpu])
    return joint(circuit.state())


def evolve(params: Params, qpus: Sequence[int], state: jax.Array) -> jax.Array:
    """The trained part of these QPUs on a state of all their qubits, with a scan over depth."""
    count = len(qpus) * QUBITS
    for stage in range(STAGES):
        wires = [remaining(place, stage) for place in range(len(qpus))]

        @jax.checkpoint
        def body(state: jax.Array, angles: jax.Array, wires: Any = wires) -> Any:
            circuit = tc.Circuit(count, inputs=state)
            for place in range(len(qpus)):
                layer(circuit, wires[place], angles[place])
            return circuit.state(), None

        angles = params["convolution"][stage][jnp.array(qpus)]
        state, _ = jax.lax.scan(body, state, jnp.swapaxes(angles, 0, 1))
        circuit = tc.Circuit(count, inputs=state)
        for place, qpu in enumerate(qpus):
            pool(circuit, wires[place], params["pooling"][stage][qpu])
        state = circuit.state()
    return state


def scan(params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples (batch, 256), layer after layer."""
    return jax.vmap(lambda state: joint(evolve(params, range(QPUS), state)))(states)


def unitary(params: Params, states: jax.Array) -> jax.Array:
    """P(a, b | x) of embedded samples (batch, 256), with one gate for each QPU."""
    basis = jnp.eye(2**QUBITS, dtype=jnp.complex64)
    gates = [jax.vmap(lambda s, q=q: evolve(params, [q], s))(basis).T for q in range(QPUS)]

    def probabilities(state: jax.Array) -> jax.Array:
        circuit = tc.Circuit(ALL, inputs=state)
        for qpu in range(QPUS):
            circuit.any(*remaining(qpu, 0), unitary=gates[qpu])
        return joint(circuit.state())

    return jax.vmap(probabilities)(states)


PEER = Peer(
    name="tensorcircuit-ng",
    version=tc.__version__,
    variants={
        "unrolled": Variant(lambda x: x, jax.vmap(unrolled, in_axes=(None, 0))),
        "scan": Variant(jax.vmap(embedded), scan),
        "unitary": Variant(jax.vmap(embedded), unitary),
    },
)

if __name__ == "__main__":
    main(PEER)
