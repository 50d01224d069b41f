"""One training step of ebit beside TensorCircuit-NG and PennyLane, in one run.

    python -m venv peers && peers/bin/pip install -r benchmarks/requirements-peers.txt
    python benchmarks/speed.py --peer-python peers/bin/python

Two 4-qubit QPUs, Bell-1, batch 768, complex64 (Kim et al., arXiv:2605.03864). Every tool gets the
same parameters and data; losses and gradients must agree before a time is shown. The table goes
to docs/results/speed.md and speed.csv. Without --peer-python only ebit is measured.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import polars as pl

import ebit
from ebit.learning.minibatches import minibatch_indices
from ebit.learning.program import Program
from ebit.results import matrix_product_rate

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "peers"))
from problem import Problem, load_problem, make_problem, save_problem  # noqa: E402

from published import write_table  # noqa: E402

PEERS = {"peer_tensorcircuit.py": "TensorCircuit-NG", "peer_pennylane.py": "PennyLane"}
VARIANTS = ("unrolled", "scan", "unitary")
BATCH = 768
STEPS = 100


def measure_ebit(problem: Problem, runs: int) -> dict[str, Any]:
    """Compile and time ebit's own training program on the problem, `runs` copies at once."""
    model = ebit.DistributedQCNN(depth=problem.depth, resource=ebit.BellPairs(1))
    program = Program(model, optax.adam(0.05), "mse")
    real = np.dtype(np.float32)
    data = (
        program.encode(jnp.asarray(problem.x, real)),
        jnp.asarray(problem.y, real),
    )
    parameters = jax.tree.map(
        lambda leaf: jnp.broadcast_to(jnp.asarray(leaf, real), (runs, *np.shape(leaf))),
        problem.params,
    )
    loss, norm = _loss_and_gradient(model, parameters, data)
    state = (parameters, jax.vmap(program.optimizer.init)(parameters))
    losses = jnp.zeros((STEPS, runs), real)
    indices = jnp.asarray(minibatch_indices(0, problem.batch, problem.batch, 0, STEPS))
    started = time.perf_counter()
    compiled = Program.steps.lower(program, state, losses, indices, 0, STEPS, data).compile()
    compile_seconds = time.perf_counter() - started
    times = []
    for _ in range(7):
        started = time.perf_counter()
        state, losses = jax.block_until_ready(compiled(state, losses, indices, 0, STEPS, data))
        times.append((time.perf_counter() - started) / STEPS / runs)
    return {
        "tool": f"ebit {ebit.__version__}",
        "variant": f"{runs} run{'s' if runs > 1 else ''} in one program",
        "depth": problem.depth,
        "compile seconds": compile_seconds,
        "step milliseconds per run": 1e3 * statistics.median(times),
        "loss": loss,
        "gradient norm": norm,
        "times the floor": statistics.median(times) / floor_seconds(model),
    }


def floor_seconds(model: ebit.DistributedQCNN) -> float:
    """Counted operations of one step of one run divided by the machine's matrix-product rate."""
    return 3 * model.operations(BATCH) / matrix_product_rate()


def _loss_and_gradient(model: ebit.Model, parameters: Any, data: Any) -> tuple[float, float]:
    first = jax.tree.map(lambda leaf: leaf[0], parameters)

    def loss(parameters: Any) -> jax.Array:
        return jnp.mean((data[1] - model.expectation(parameters, data[0])) ** 2)

    value, gradient = jax.jit(jax.value_and_grad(loss))(first)
    return float(value), float(optax.global_norm(gradient))


def measure_peer(
    python: str, script: str, variant: str, depth: int, problem: Path, timeout: int
) -> Any:
    """Run a peer as a program; returns its JSON, or None after saying why it failed."""
    command = [python, "-W", "ignore", str(HERE / "peers" / script)]
    command += ["--variant", variant, "--depth", str(depth), "--batch", str(BATCH)]
    command += ["--problem", str(problem)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        print(f"{script} {variant} depth {depth}: skipped (not done after {timeout} s)")
        return None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"{script} {variant} depth {depth}: skipped ({last})")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--peer-python", help="Python of an environment with the peers")
    parser.add_argument("--depths", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument(
        "--timeout", type=int, default=1800, help="give a peer this many seconds, then skip it"
    )
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for depth in given.depths:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "problem.npz"
            save_problem(path, make_problem(depth, BATCH))
            problem = load_problem(path)
            entries = [measure_ebit(problem, runs) for runs in (1, 10)]
            best = entries[-1]
            for script, name in PEERS.items() if given.peer_python else ():
                for variant in VARIANTS:
                    seen = measure_peer(
                        given.peer_python, script, variant, depth, path, given.timeout
                    )
                    if seen is None:
                        continue
                    if (
                        abs(seen["loss"] - best["loss"]) > 1e-5
                        or abs(seen["gradient_norm"] / best["gradient norm"] - 1) > 1e-3
                    ):
                        sys.exit(f"{name} {variant} depth {depth} computes something else: {seen}")
                    entries.append(
                        {
                            "tool": f"{name} {seen['version']}",
                            "variant": variant,
                            "depth": depth,
                            "compile seconds": seen["compile_seconds"],
                            "step milliseconds per run": 1e3 * seen["step_seconds_median"],
                            "loss": seen["loss"],
                            "gradient norm": seen["gradient_norm"],
                            "times the floor": None,
                        }
                    )
        for entry in entries:
            entry["times ebit with 10 runs"] = (
                entry["step milliseconds per run"] / best["step milliseconds per run"]
            )
            print(entry, flush=True)
        rows += entries
    write_table("speed", pl.DataFrame(rows, infer_schema_length=None))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(
        f"Matrix-product rate {matrix_product_rate() / 1e9:.0f} GFLOP/s (float32, 1024 x 1024); "
        f"peak memory of ebit {memory:.2f} GB."
    )


if __name__ == "__main__":
    main()
