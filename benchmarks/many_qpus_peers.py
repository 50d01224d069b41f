"""Training steps of many QPUs beside simulators of whole circuits: a table of the documentation.

Usage: python benchmarks/many_qpus_peers.py --out docs/results/many-qpus [--quick]

Loss and gradient of a line of QPUs of two qubits with one pair per edge, for the parity of all
outcomes. The peers get the circuit gate by gate, measurements put off to the end: a state vector in
JAX, TensorCircuit-NG and quimb, both with paths of cotengra. JAX compiles all of them for a whole
minibatch. Loss and gradient have to be those of ebit before anything is timed. A case runs in a
process of its own, with a limit; what the table has already is not measured again.
`requirements-peers.txt` has the versions.
"""

import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

TOOLS = ("ebit", "state vector", "TensorCircuit-NG", "quimb")
NEEDS = {"TensorCircuit-NG": ("tensorcircuit", "cotengra"), "quimb": ("quimb", "cotengra")}

QPUS = (2, 4, 8, 16, 32)
QUICK = (2, 4)
LARGEST = 16
"""Qubits of a state vector."""

DEPTH, BATCH, STEPS = 2, 16, 10
SAME = 2e-5
"""Largest difference of a loss or a slope, in single precision."""

Step = Callable[[Any, Any, Any], Any]
Gates = list[tuple[Any, tuple[int, ...]]]


def gates_of(circuit: Any, parameters: Any, x: Any) -> Gates:
    """Matrices and qubits of one sample; a bit is its qubit, what it selects a controlled gate."""
    import jax.numpy as jnp
    import numpy as np

    from ebit.circuits import DataAngle, Gate, Measure, Parameter, Rotate, Share

    place = {qubit: number for number, qubit in enumerate(circuit.wiring.qubits)}
    paulis = {"RX": [[0, 1], [1, 0]], "RZ": np.diag([1, -1]), "RZZ": np.diag([1, -1, -1, 1])}
    hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    fixed = {"H": hadamard, "CZ": np.diag([1, 1, 1, -1])}
    pair = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [0, 1, 0, -1], [1, 0, -1, 0]]) / np.sqrt(2)

    def matrix(kind: str, angle: Any) -> Any:
        if kind in fixed:
            return jnp.asarray(fixed[kind], jnp.complex64)
        pauli = jnp.asarray(paulis[kind], jnp.complex64)
        return jnp.cos(angle / 2) * jnp.eye(len(pauli)) - 1j * jnp.sin(angle / 2) * pauli

    found: Gates = []
    measured = {}
    for op in circuit.operations:
        where = tuple(place[qubit] for qubit in op.qubits)
        match op:
            case Share():
                found.append((jnp.asarray(pair, jnp.complex64), where))
            case Gate(kind, _, angle):
                value = angle
                if isinstance(angle, DataAngle):
                    value = angle.of(x)
                elif isinstance(angle, Parameter):
                    value = angle.of(parameters)
                found.append((matrix(kind, value), where))
            case Measure(_, bit):
                (measured[bit],) = where
            case Rotate(kind, _, bit, angles):
                zero, one = (matrix(kind, angle.of(parameters)) for angle in angles)
                rows = jnp.zeros((4, 4), jnp.complex64).at[:2, :2].set(zero).at[2:, 2:].set(one)
                found.append((rows, (measured[bit], *where)))
    return found


def read_qubits(circuit: Any) -> list[int]:
    """Qubits whose parity is read."""
    from ebit.circuits import Measure

    place = {qubit: number for number, qubit in enumerate(circuit.wiring.qubits)}
    measured = {op.bit: place[op.qubits[0]] for op in circuit.operations if isinstance(op, Measure)}
    return [measured[bit] for bit in circuit.outcomes]


def by_state_vector(circuit: Any) -> Callable[[Any, Any], Any]:
    """Parity of one sample from all amplitudes."""
    import jax.numpy as jnp
    import numpy as np

    qubits, read = len(circuit.wiring.qubits), read_qubits(circuit)
    signs = np.prod(1 - 2 * np.indices(qubits * (2,))[read], axis=0)

    def parity(parameters: Any, x: Any) -> Any:
        state = jnp.zeros(qubits * (2,), jnp.complex64).at[qubits * (0,)].set(1)
        for matrix, where in gates_of(circuit, parameters, x):
            own = matrix.reshape(2 * len(where) * (2,))
            ends = list(range(len(where), 2 * len(where)))
            state = jnp.tensordot(own, state, (ends, list(where)))
            state = jnp.moveaxis(state, list(range(len(where))), list(where))
        return jnp.sum(signs * jnp.abs(state) ** 2)

    return parity


def by_tensorcircuit(circuit: Any) -> Callable[[Any, Any], Any]:
    """Parity of one sample from TensorCircuit-NG."""
    import tensorcircuit as tc

    tc.set_backend("jax")
    tc.set_contractor("cotengra-16-4")
    qubits, read = len(circuit.wiring.qubits), read_qubits(circuit)

    def parity(parameters: Any, x: Any) -> Any:
        own = tc.Circuit(qubits)
        for matrix, where in gates_of(circuit, parameters, x):
            own.any(*where, unitary=matrix)
        return own.expectation(*((tc.gates.z(), [qubit]) for qubit in read)).real

    return parity


def by_quimb(circuit: Any) -> Callable[[Any, Any], Any]:
    """Parity of one sample from quimb: the circuit, its conjugate and a sign for every outcome."""
    import numpy as np
    import quimb.tensor as qtn

    qubits, read = len(circuit.wiring.qubits), read_qubits(circuit)
    zero, signs = np.array([1, 0], np.complex64), np.diag([1, -1]).astype(np.complex64)

    def parity(parameters: Any, x: Any) -> Any:
        wires = [f"q{qubit}" for qubit in range(qubits)]
        ket = [qtn.Tensor(zero, [wire]) for wire in wires]
        for number, (matrix, where) in enumerate(gates_of(circuit, parameters, x)):
            old = [wires[qubit] for qubit in where]
            for qubit in where:
                wires[qubit] = f"q{qubit}g{number}"
            new = [wires[qubit] for qubit in where]
            ket.append(qtn.Tensor(matrix.reshape(2 * len(where) * (2,)), [*new, *old]))
        open_ = {wires[qubit] for qubit in range(qubits) if qubit not in read}
        bra = [
            qtn.Tensor(own.data.conj(), [i if i in open_ else f"{i}*" for i in own.inds])
            for own in ket
        ]
        ends = [qtn.Tensor(signs, [wires[qubit], f"{wires[qubit]}*"]) for qubit in read]
        network = qtn.TensorNetwork([*ket, *bra, *ends])
        return network.contract(output_inds=(), optimize="auto-hq").real

    return parity


PEERS = {
    "state vector": by_state_vector,
    "TensorCircuit-NG": by_tensorcircuit,
    "quimb": by_quimb,
}


def measure(tool: str, qpus: int) -> dict[str, Any]:
    """Seconds of compilation and of a step, and how far loss and gradient are from ebit's."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    import ebit

    model = ebit.DistributedQCNN(
        qpus=qpus, qubits=2, depth=DEPTH, resource=ebit.BellPairs(1), readout="fixed-parity"
    )
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.uniform(0, np.pi, (BATCH, model.features)), jnp.float32)
    y = jnp.asarray(rng.choice([-1.0, 1.0], BATCH), jnp.float32)
    parameters = model.init(jax.random.key(0))

    def loss_of(parities: Callable[[Any, Any], Any]) -> Any:
        def loss(parameters: Any, x: Any, y: Any) -> Any:
            return jnp.mean((parities(parameters, x) - y) ** 2)

        return jax.value_and_grad(loss)

    def own(parameters: Any, x: Any) -> Any:
        return model.read_out(parameters, model.encode(x)).scores[:, 0]

    expected = jax.jit(loss_of(own))(parameters, x, y)
    parities = own if tool == "ebit" else jax.vmap(PEERS[tool](model.circuit), (None, 0))
    begin, used = time.perf_counter(), time.process_time()
    step = jax.jit(loss_of(parities)).lower(parameters, x, y).compile()
    compiled = time.perf_counter() - begin, time.process_time() - used
    found = jax.block_until_ready(step(parameters, x, y))
    far = jax.tree.map(lambda a, b: float(jnp.abs(a - b).max(initial=0)), found, expected)
    difference = max(jax.tree.leaves(far))
    if difference > SAME:
        raise SystemExit(f"{tool} with {qpus} QPUs: loss or gradient differ by {difference:.1e}")
    times = []
    for _ in range(STEPS):
        begin = time.process_time()
        jax.block_until_ready(step(parameters, x, y))
        times.append(time.process_time() - begin)
    return {
        "qpus": qpus,
        "qubits": 2 * qpus,
        "tool": tool,
        "compile_processor_s": round(compiled[1], 1),
        "step_processor_ms": round(1e3 * min(times), 2),
        "difference": float(f"{difference:.0e}"),
    }


def in_process(tool: str, qpus: int, seconds: int) -> dict[str, Any]:
    """The same in a new process; without numbers if it takes longer, or fails."""
    none = {"qpus": qpus, "qubits": 2 * qpus, "tool": tool}
    limit = partial(resource.setrlimit, resource.RLIMIT_CPU, (seconds, seconds + 1))
    done = subprocess.run(
        [sys.executable, __file__, "--case", json.dumps([tool, qpus])],
        capture_output=True, text=True, check=False, preexec_fn=limit,
        env={**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"},
    )  # fmt: skip
    if done.returncode == -signal.SIGXCPU:
        return {**none, "left_out": f"more than {seconds} s of CPU time"}
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {**none, "left_out": words[:120]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


COLUMNS = ("qpus", "qubits", "tool", "compile_processor_s", "step_processor_ms", "difference")


def main(
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = Path(
        "docs/results/many-qpus"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="The smallest sizes only.")] = False,
    seconds: Annotated[int, typer.Option(help="Most CPU seconds of a case.")] = 60,
    case: Annotated[str | None, typer.Option(help="One case as JSON, for the processes.")] = None,
) -> None:
    """Measure what is missing and write the table."""
    if case is not None:
        print(json.dumps(measure(*json.loads(case))))
        return
    from ebit.writing import write_atomically

    kept = out / "peers.json"
    rows = json.loads(kept.read_text()) if kept.exists() else []
    done = {(row["tool"], row["qpus"]) for row in rows}
    for qpus in QUICK if quick else QPUS:
        for tool in TOOLS:
            missing = [n for n in NEEDS.get(tool, ()) if importlib.util.find_spec(n) is None]
            too_large = tool == "state vector" and 2 * qpus > LARGEST
            if (tool, qpus) in done or missing or too_large:
                continue
            rows.append(in_process(tool, qpus, seconds))
            print(rows[-1], flush=True)
            lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
            rows.sort(key=lambda row: (row["qpus"], TOOLS.index(row["tool"])))
            for row in rows:
                cells = [row.get(name, row.get("left_out", "")) for name in COLUMNS]
                lines.append(f"| {' | '.join(map(str, cells))} |")
            write_atomically(kept, json.dumps(rows, indent=1).encode())
            write_atomically(out / "peers.md", ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    typer.run(main)
