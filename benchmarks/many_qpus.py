"""Time, memory and compilation of training steps of many QPUs: tables of the documentation.

Usage: python benchmarks/many_qpus.py --out docs/results/many-qpus [--quick]

Every case runs in a process of its own, so that its peak memory is its own. What the table has
already is not measured again: remove it to begin anew.
"""

import json
import math
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from step import compiled_steps

SIZES = (64, 128, 256, 512, 1024)
"""QPUs of lines, rings and trees, over which the growth of the time is fitted."""

WIDTHS = (1, 2, 3, 4, 5)
"""Rows of eight QPUs of the grids."""

Case = tuple[int, str, int, str]

CASES: tuple[Case, ...] = (
    (32, "ring", 256, "pairwise"),
    (1024, "line", 64, "pairwise"),
    (1024, "ring", 64, "pairwise"),
    *((qpus, graph, 64, "parity") for qpus in SIZES for graph in ("line", "ring", "tree")),
    *((8 * width, f"grid:{width}x8", 64, "parity") for width in WIDTHS),
    (32, "ring", 256, "mps:2"),
)
"""QPUs, topology, batch, read-out; 4 qubits per QPU, one pair per edge, depth 10."""

QUICK = 3
"""Cases of a first look."""

STEPS, CALLS, SECONDS = 5, 9, 2.0
"""Steps in one program, how often it is called at least, and for how long at least: processors that
did nothing for a while are slower at first."""


def measure(qpus: int, topology: str, batch: int, readout: str) -> dict[str, Any]:
    """One case: seconds of compilation and of a step of training, and peak memory."""
    import ebit

    model = ebit.DistributedQCNN(
        qpus=qpus, qubits=4, depth=10, topology=topology, resource=ebit.BellPairs(1),
        readout=readout,
    )  # fmt: skip
    run, compiled, compiled_processor = compiled_steps(model, batch, STEPS)
    run()
    times: list[float] = []
    processor: list[float] = []
    while len(times) < CALLS or STEPS * sum(times) < SECONDS:
        begin, used = time.perf_counter(), time.process_time()
        run()
        times.append((time.perf_counter() - begin) / STEPS)
        processor.append((time.process_time() - used) / STEPS)
    return {
        "qpus": qpus,
        "topology": topology,
        "batch": batch,
        "readout": readout,
        "qubits": 4 * qpus,
        "contraction": contraction(model),
        "compile_seconds": round(compiled, 2),
        "compile_processor_seconds": round(compiled_processor, 2),
        "step_ms": round(1e3 * min(times), 2),
        "median_ms": round(1e3 * sorted(times)[len(times) // 2], 2),
        "step_processor_ms": round(1e3 * min(processor), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def contraction(model: Any) -> int | None:
    """Real operations per sample of putting all tensors together, where that is done."""
    return model.engine.parity_plan.operations if model.readout == "parity" else None


def in_process(case: Case) -> dict[str, Any]:
    """The same in a new process."""
    done = subprocess.run(
        [sys.executable, __file__, "--case", json.dumps(case)],
        capture_output=True, text=True, check=True,
        env={**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def exponents(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The exponent of time against K for every graph, by least squares, with its error."""
    found = []
    for graph in ("line", "ring", "tree"):
        own = [
            row
            for row in rows
            if row["topology"] == graph and row["readout"] == "parity" and row["qpus"] in SIZES
        ]
        if len(own) < 3:
            continue
        row: dict[str, Any] = {"topology": graph, "from": own[0]["qpus"], "to": own[-1]["qpus"]}
        x = [math.log(one["qpus"]) for one in own]
        x = [one - sum(x) / len(x) for one in x]
        spread = sum(one**2 for one in x)
        for name in ("step_ms", "median_ms", "step_processor_ms"):
            y = [math.log(one[name]) for one in own]
            slope = sum(a * b for a, b in zip(x, y, strict=True)) / spread
            left = [b - sum(y) / len(y) - slope * a for a, b in zip(x, y, strict=True)]
            error = math.sqrt(sum(one**2 for one in left) / (len(own) - 2) / spread)
            row[name] = f"{slope:.2f} ± {error:.2f}"
        found.append(row)
    return found


def written(rows: list[dict[str, Any]]) -> bytes:
    """A table in Markdown."""
    table = pl.DataFrame(rows, infer_schema_length=None)
    lines = [
        f"| {' | '.join(table.columns)} |",
        f"|{' --- |' * len(table.columns)}",
        *(
            f"| {' | '.join('' if cell is None else str(cell) for cell in row)} |"
            for row in table.rows()
        ),
    ]
    return ("\n".join(lines) + "\n").encode()


def main(
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path(
        "docs/results/many-qpus"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="The first cases only.")] = False,
    case: Annotated[str | None, typer.Option(help="One case as JSON, for the processes.")] = None,
) -> None:
    """Measure what is missing and write the tables."""
    if case is not None:
        print(json.dumps(measure(*json.loads(case))))
        return
    from ebit.writing import write_atomically

    kept = out / "scale.json"
    rows = json.loads(kept.read_text()) if kept.exists() else []
    names = ("qpus", "topology", "batch", "readout")
    for one in CASES[:QUICK] if quick else CASES:
        if one in {tuple(row[name] for name in names) for row in rows}:
            continue
        rows.append(in_process(one))
        print(rows[-1], flush=True)
        order = {measured: number for number, measured in enumerate(CASES)}
        rows.sort(key=lambda row: order[tuple(row[name] for name in names)])
        write_atomically(kept, (json.dumps(rows, indent=1) + "\n").encode())
        write_atomically(out / "scale.md", written(rows))
        fitted = exponents(rows)
        if fitted:
            write_atomically(out / "exponents.md", written(fitted))


if __name__ == "__main__":
    typer.run(main)
