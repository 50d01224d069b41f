"""Training steps on a GPU: time, memory, how near they come to its matrix products, and errors.

Usage: python benchmarks/gpu.py [--json FILE] [--seconds 600] [--tiny]

Kim's step, 32 QPUs on a ring, 1,024 on a line, and one register of two QPUs of 8 qubits, each step
with Adam as `ebit train` runs it, float32; then many runs stacked in one program, which is what a
GPU is for. Loss and gradient of the first step on the device are compared with those of a processor
in double precision. JAX has to find the GPU (`pip install "ebit[gpu]"`); without one it runs on the
processor and says so, which is what to compare with. The file, and a table beside it, are written
after every row; a row that fails says why, and what does not fit in `--seconds` is left out.
`--tiny` takes seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # others may use the device, too

CASES: dict[str, tuple[dict[str, Any], int]] = {
    "Kim's step": ({"resource": "bell:1", "depth": 20}, 768),
    "ring of 32": ({"resource": "bell:1", "qpus": 32, "topology": "ring", "depth": 10}, 256),
    "line of 1,024": ({"resource": "bell:1", "qpus": 1024, "topology": "line", "depth": 10}, 64),
    "quantum 2 x 8": ({"resource": "quantum", "qubits": 8, "depth": 5}, 16),
}
"""Settings of the model and the batch."""

STACKED = (
    ("Kim's step", 256),
    ("ring of 32", 32),
    ("Kim's step", 32),
    ("ring of 32", 256),
)
"""Cases with many runs in one program, in the order in which they are measured."""

LOOP = 100
"""Steps of the longest loop that is timed as one."""

LOOP_SECONDS = 0.3
REPEATS = 5

LONGEST = 40.0
"""Seconds that a reference in double precision may take."""


def case_of(name: str, tiny: bool) -> tuple[Any, int]:
    """The model of a case and its batch."""
    import ebit

    settings, batch = CASES[name]
    if tiny:
        small = {"depth": 1, "qubits": 2, "qpus": min(settings.get("qpus", 2), 8)}
        settings, batch = settings | small, 4
    return ebit.model_from_string(**settings), batch


def problem(name: str, tiny: bool) -> tuple[Any, Any, Any, Any]:
    """Model, random angles and labels, and where the first run starts, in single precision."""
    import jax

    model, batch = case_of(name, tiny)
    rng = np.random.default_rng(0)
    x = rng.uniform(0, np.pi, (batch, model.features)).astype(np.float32)
    y = rng.choice([-1.0, 1.0], batch).astype(np.float32)
    shapes = jax.eval_shape(model.init, jax.random.key(0))
    start = jax.tree.map(
        lambda leaf: rng.uniform(-np.pi, np.pi, leaf.shape).astype(np.float32), shapes
    )
    return model, x, y, start


def program_of(model: Any) -> Any:
    """The program that trains it."""
    from ebit.learning import TrainingSettings
    from ebit.learning.program import Program

    return Program.of(model, TrainingSettings(loss="mse"))


def flat(tree: Any) -> np.ndarray[Any, Any]:
    """All numbers of a tree behind each other."""
    import jax

    return np.concatenate([np.ravel(np.asarray(leaf)) for leaf in jax.tree.leaves(tree)])


def reference(name: str, tiny: bool, file: Path) -> None:
    """Loss and gradient in double precision, into a file."""
    import jax
    import jax.numpy as jnp

    from ebit.jax_settings import quick_to_compile
    from ebit.learning.gradient import batch_gradient

    model, x, y, start = problem(name, tiny)
    program = program_of(model)
    inputs = model.encode(jnp.asarray(x, jnp.float64))
    start = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), start)
    both = jax.jit(
        lambda start, inputs, y: batch_gradient(model, program.loss, start, inputs, y),
        compiler_options=quick_to_compile(1),
    )
    loss, gradient = both(start, inputs, jnp.asarray(y, jnp.float64))
    np.savez(file, loss=loss, gradient=flat(gradient))


def in_double_precision(name: str, tiny: bool, seconds: float) -> tuple[float, Any]:
    """The same from a new process on the processor."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "reference.npz")
        command = [sys.executable, __file__, "--reference", name, "--json", str(file)]
        done = subprocess.run(
            [*command, "--tiny"] if tiny else command,
            env={**os.environ, "JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "true"},
            capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"No reference: {done.stderr.strip().splitlines()[-1]}")
        with np.load(file) as content:
            return float(content["loss"]), content["gradient"]


def matrix_product_rate(size: int) -> float:
    """Single-precision operations per second of one product of large square matrices."""
    import jax
    import jax.numpy as jnp

    matrix = jax.random.normal(jax.random.key(0), (size, size), jnp.float32)
    product = jax.jit(lambda a: jnp.matmul(a, a, precision=jax.lax.Precision.HIGHEST))
    return 2 * size**3 / min(seconds_of(lambda: product(matrix)))


def seconds_of(function: Any) -> list[float]:
    """Of some calls, after a first one."""
    import jax

    jax.block_until_ready(function())
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        jax.block_until_ready(function())
        times.append(time.perf_counter() - started)
    return times


def measure(name: str, runs: int, tiny: bool, products: float) -> tuple[dict[str, Any], Any]:
    """A row, and loss and gradient of the first step of its first run."""
    import jax
    import jax.numpy as jnp
    import optax

    from ebit.jax_settings import quick_to_compile
    from ebit.learning.program import Program

    model, x, y, start = problem(name, tiny)
    program = program_of(model)
    data = (program.encode(jnp.asarray(x)), jnp.asarray(y), None)
    state = program.state_from(start, runs, np.dtype(np.float32))
    losses = jnp.zeros((LOOP, runs), jnp.float32)
    rows = jnp.tile(jnp.arange(len(y), dtype=jnp.int32), (LOOP, 1))
    key = jax.random.key(0)
    started = time.perf_counter()
    lowered = Program.steps.lower(program, state, losses, rows, 0, LOOP, data, key)
    compiled = lowered.compile(compiler_options=quick_to_compile(1))
    compile_seconds = time.perf_counter() - started

    def loop(steps: int) -> Any:
        nonlocal state, losses
        state, losses = compiled(state, losses, rows, 0, steps, data, key)
        return losses

    loss = float(loop(1)[0, 0])
    # the mean of slopes that Adam keeps begins as 1 - b1 = 0.1 of the first one
    moments = optax.tree.get(state[1], "mu")
    gradient = flat(jax.tree.map(lambda leaf: leaf[0], moments)) / 0.1
    once = min(seconds_of(lambda: loop(1)))
    steps = max(1, min(LOOP, int(LOOP_SECONDS / once)))
    seconds = float(np.median(seconds_of(lambda: loop(steps)))) / steps
    operations = 3 * runs * model.operations(len(y))  # backward is taken as two forward ones
    memory = compiled.memory_analysis()
    used = memory.temp_size_in_bytes + memory.argument_size_in_bytes + memory.output_size_in_bytes
    row = {
        "case": name,
        "runs": runs,
        "batch": len(y),
        "parameters": model.num_parameters,
        "compile_seconds": round(compile_seconds, 2),
        "step_ms": float(f"{1e3 * seconds:.4g}"),
        "step_ms_per_run": float(f"{1e3 * seconds / runs:.4g}"),
        "gigaflop_per_second": float(f"{operations / seconds / 1e9:.4g}"),
        "share_of_matrix_product": float(f"{operations / seconds / products:.3g}"),
        "program_mb": round((used - memory.alias_size_in_bytes) / 1e6, 1),
    }
    return row, (loss, gradient)


def errors(found: Any, wanted: Any) -> dict[str, float]:
    """Differences of the loss and, at most, of the gradient, beside its largest number."""
    return {
        "loss": float(f"{wanted[0]:.6g}"),
        "loss_difference": float(f"{abs(found[0] - wanted[0]):.2g}"),
        "gradient_difference": float(f"{np.abs(found[1] - wanted[1]).max():.2g}"),
        "largest_gradient": float(f"{np.abs(wanted[1]).max():.2g}"),
    }


COLUMNS = {
    "case": "Case",
    "runs": "Runs",
    "compile_seconds": "Compile s",
    "step_ms": "Step ms",
    "step_ms_per_run": "ms per run",
    "gigaflop_per_second": "GFLOP/s",
    "share_of_matrix_product": "Of the product",
    "program_mb": "MB",
    "loss_difference": "Loss off by",
    "gradient_difference": "Gradient off by",
    "largest_gradient": "of at most",
}


def table(content: dict[str, Any]) -> str:
    """The rows as Markdown, and what they were measured on."""
    lines = [f"| {' | '.join(COLUMNS.values())} |", f"|{' --- |' * len(COLUMNS)}"]
    for row in content["rows"]:
        cells = [row.get(name, row.get("error", "").partition(":")[0]) for name in COLUMNS]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    product = content["matrix_product_gigaflop_per_second"]
    lines.append(
        f"\n{content['device']} ({content['platform']}), {content['cores']} cores, JAX "
        f"{content['jax']}, float32; matrix product {product:,.0f} GFLOP/s."
    )
    return "\n".join(lines) + "\n"


def main(
    tiny: Annotated[bool, typer.Option("--tiny", help="Small sizes, to try it.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="File for the numbers.")] = None,
    seconds: Annotated[float, typer.Option(help="No row begins later than this.")] = 600.0,
    reference_of: Annotated[
        str | None, typer.Option("--reference", help="A case in double precision, for a process.")
    ] = None,
) -> None:
    """Measure all cases."""
    if reference_of is not None:
        assert json_file is not None
        reference(reference_of, tiny, json_file)
        return
    import jax

    from ebit.writing import write_atomically

    started = time.perf_counter()
    device = jax.devices()[0]
    if device.platform != "gpu":
        print("No GPU was found: these are numbers of the processor.")
    products = matrix_product_rate(8192 if device.platform == "gpu" else 1024)
    content: dict[str, Any] = {
        "device": device.device_kind,
        "platform": device.platform,
        "jax": jax.__version__,
        "cores": len(os.sched_getaffinity(0)),
        "matrix_product_gigaflop_per_second": float(f"{products / 1e9:.4g}"),
        "rows": [],
    }
    print(json.dumps(content), flush=True)

    def left() -> float:
        return seconds - (time.perf_counter() - started)

    def save() -> None:
        peak = (device.memory_stats() or {}).get("peak_bytes_in_use", 0)
        content["peak_mb_of_device"] = round(peak / 1e6, 1)
        content["seconds"] = round(time.perf_counter() - started, 1)
        if json_file is not None:
            write_atomically(json_file, json.dumps(content, indent=1).encode())
            write_atomically(json_file.with_suffix(".md"), table(content).encode())

    first: dict[str, Any] = {}
    wanted: dict[str, Any] = {}

    def measured(name: str, runs: int) -> None:
        row: dict[str, Any] = {"case": name, "runs": runs}
        content["rows"].append(row)
        try:
            if left() <= 0:
                raise TimeoutError("no time left")
            found, first[f"{name} {runs}"] = measure(name, runs, tiny, products)
            row |= found
            checked(row)
        except Exception as error:  # the other rows are wanted all the same
            row["error"] = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps(row), flush=True)
        save()

    def checked(row: dict[str, Any]) -> None:
        if row["case"] in wanted:
            row |= errors(first[f"{row['case']} {row['runs']}"], wanted[row["case"]])

    for name in CASES:
        measured(name, 1)
    for row in content["rows"]:
        if f"{row['case']} 1" not in first:
            continue
        try:
            wanted[row["case"]] = in_double_precision(
                row["case"], tiny, max(5.0, min(LONGEST, left()))
            )
            checked(row)
        except Exception as error:
            row["error"] = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps(row), flush=True)
        save()
    for name, runs in STACKED:
        measured(name, runs)
    print(f"peak of the device: {content['peak_mb_of_device']} MB, {content['seconds']} s")


if __name__ == "__main__":
    typer.run(main)
