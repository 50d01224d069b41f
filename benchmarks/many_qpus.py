"""Time, memory and compilation of training steps of many QPUs: the table of the documentation.

Usage: python benchmarks/many_qpus.py --out docs/results/many-qpus [--quick]

Every case runs in a process of its own, so that its peak memory is its own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from step import compiled_step

CASES: tuple[tuple[int, str, int, str], ...] = (
    (32, "ring", 256, "pairwise"),
    *((qpus, graph, 256, "parity") for graph in ("line", "ring", "tree") for qpus in (16, 64, 256)),
    (8, "line", 64, "parity"),
    (16, "grid:2x8", 64, "parity"),
    (24, "grid:3x8", 64, "parity"),
    (32, "grid:4x8", 64, "parity"),
    (32, "ring", 256, "mps:2"),
    (1024, "line", 64, "pairwise"),
    (1024, "ring", 64, "pairwise"),
    (1024, "ring", 64, "parity"),
)
"""QPUs, topology, batch, read-out; 4 qubits per QPU, one pair per edge, depth 10."""

QUICK = 3
"""Cases of a first look."""

STEPS = 20


def measure(qpus: int, topology: str, batch: int, readout: str) -> dict[str, Any]:
    """One case: seconds of compilation and of a step (loss and gradient), and peak memory."""
    import ebit

    model = ebit.DistributedQCNN(
        qpus=qpus, qubits=4, depth=10, topology=topology, resource=ebit.BellPairs(1),
        readout=readout,
    )  # fmt: skip
    step, compiled, compiled_processor = compiled_step(model, batch)
    step()
    times, processor = [], []
    for _ in range(STEPS):
        begin, used = time.perf_counter(), time.process_time()
        step()
        times.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    return {
        "qpus": qpus,
        "topology": topology,
        "batch": batch,
        "readout": readout,
        "qubits": 4 * qpus,
        "parameters": model.num_parameters,
        "compile_seconds": round(compiled, 2),
        "compile_processor_seconds": round(compiled_processor, 2),
        "step_ms": round(1e3 * min(times), 2),
        "median_ms": round(1e3 * sorted(times)[STEPS // 2], 2),
        "step_processor_ms": round(1e3 * min(processor), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def in_process(case: tuple[int, str, int, str]) -> dict[str, Any]:
    """The same in a new process."""
    done = subprocess.run(
        [sys.executable, __file__, "--case", json.dumps(case)],
        capture_output=True, text=True, check=True,
        env={**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = Path(
        "docs/results/many-qpus"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="The first cases only.")] = False,
    case: Annotated[str | None, typer.Option(help="One case as JSON, for the processes.")] = None,
) -> None:
    """Measure all cases and write the table."""
    if case is not None:
        print(json.dumps(measure(*json.loads(case))))
        return
    from ebit.writing import write_atomically

    rows = []
    for one in CASES[:QUICK] if quick else CASES:
        rows.append(in_process(one))
        print(rows[-1], flush=True)
        table = pl.DataFrame(rows)
        lines = [
            f"| {' | '.join(table.columns)} |",
            f"|{' --- |' * len(table.columns)}",
            *(f"| {' | '.join(map(str, row))} |" for row in table.rows()),
        ]
        write_atomically(out / "scale.md", ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    typer.run(main)
