"""Training steps on a GPU, and how near they come to the device's own matrix products.

Usage: python benchmarks/gpu.py [--tiny] [--json FILE]

Kim's step, 32 QPUs on a ring, 1,024 on a line, and one register of two QPUs of 8 qubits. JAX has to
find the GPU (`pip install "jax[cuda13]"`, or `cuda12`); without one it runs on the processor and
says so. `--tiny` tries all cases at sizes that take seconds.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from step import compiled_step

STEPS = 20

CASES: dict[str, tuple[dict[str, Any], int]] = {
    "Kim's step": ({"resource": "bell:1", "depth": 20}, 768),
    "ring of 32": ({"resource": "bell:1", "qpus": 32, "topology": "ring", "depth": 10}, 256),
    "line of 1,024": ({"resource": "bell:1", "qpus": 1024, "topology": "line", "depth": 10}, 64),
    "quantum 2 x 8": ({"resource": "quantum", "qubits": 8, "depth": 5}, 64),
}
"""Settings of the model and the batch."""

TINY: dict[str, Any] = {"depth": 1, "qubits": 2}


def rate(size: int) -> float:
    """Single-precision operations per second of one product of large square matrices."""
    import jax
    import jax.numpy as jnp

    ones = jnp.ones((size, size), jnp.float32)
    product = jax.jit(lambda a: jnp.matmul(a, a, precision=jax.lax.Precision.HIGHEST))
    return 2 * size**3 / best(product, ones)


def best(function: Any, *arguments: Any) -> float:
    """Seconds of the fastest call."""
    import jax

    jax.block_until_ready(function(*arguments))
    times = []
    for _ in range(STEPS):
        started = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        times.append(time.perf_counter() - started)
    return min(times)


def measure(settings: dict[str, Any], batch: int, products: float) -> dict[str, Any]:
    """Seconds of compilation and of a step of loss and gradient, and its part of the rate."""
    import ebit

    model: Any = ebit.model_from_string(**settings)
    step, compiled, _ = compiled_step(model, batch)
    seconds = best(step)
    operations = 3 * model.operations(batch)  # backward is taken as two forward ones
    return {
        "batch": batch,
        "compile_seconds": round(compiled, 2),
        "step_ms": round(1e3 * seconds, 3),
        "gigaflop_per_second": round(operations / seconds / 1e9, 2),
        "share_of_matrix_product": float(f"{operations / seconds / products:.3g}"),
    }


def main(
    tiny: Annotated[bool, typer.Option("--tiny", help="Small sizes, to try it.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="File for the numbers.")] = None,
) -> None:
    """Measure all cases."""
    import jax

    device = jax.devices()[0]
    print(f"{device.platform}: {device.device_kind}")
    if device.platform != "gpu":
        print("No GPU was found: these are numbers of the processor.")
    products = rate(256 if tiny else 4096)
    print(f"matrix product: {products / 1e12:.2f} TFLOP/s")
    rows = []
    for name, (settings, batch) in CASES.items():
        own = dict(settings)
        if tiny:
            own |= {**TINY, "qpus": min(own.get("qpus", 2), 8)}
        rows.append({"case": name, **measure(own, 4 if tiny else batch, products)})
        print(rows[-1], flush=True)
    if json_file is not None:
        found = {"device": device.device_kind, "flop_per_second": products, "rows": rows}
        json_file.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    typer.run(main)
