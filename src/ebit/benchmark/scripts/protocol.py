"""Command line and answer of every measuring script. NumPy and the standard library only."""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from problem import Problem, load_problem

TASKS = ("step", "capacity")
SAMPLES = 4
"""Samples that a tool runs that takes one after the other; the time of the batch follows."""

MIN_REPEATS, MAX_REPEATS = 3, 20


@dataclass(frozen=True)
class Check:
    """Numbers that must be the same in every tool.

    Args:
        value: Loss, or the mean of P(0, 0) for the capacity.
        vector: Gradient in the order of `problem.flatten`, or the singular values of the Jacobian.
    """

    value: float
    vector: list[float]


@dataclass(frozen=True)
class Answer:
    """What a measuring script found.

    Args:
        version: Of the tool.
        device: Platform and name of what it ran on.
        compile_seconds: Time to trace and compile; 0 where nothing is compiled.
        step_seconds: Median time of one step over all samples of the problem.
        checks: By the number of leading samples they are computed from.
        variant: What was run, where the script chose.
        memory_bytes: Peak memory; 0 lets the script's frame measure it.
        operations: Counted operations of one forward evaluation of one run (ebit only).
        rate: Operations per second of a matrix product, in this process (ebit only).
    """

    version: str
    device: str
    compile_seconds: float
    step_seconds: float
    checks: dict[int, Check]
    variant: str = ""
    memory_bytes: int = 0
    operations: int = 0
    rate: float = 0.0


@dataclass(frozen=True)
class Order:
    """What a measuring script is asked for."""

    problem: Problem
    task: str
    variant: str
    seconds: float


def run(description: str, variants: list[str], measure: Callable[[Order], Answer]) -> None:
    """Be a measuring script: read the command line, measure, write the answer as JSON."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--problem", type=Path, required=True, help="npz written by problem.py")
    parser.add_argument("--task", choices=TASKS, default="step")
    parser.add_argument("--variant", choices=variants, required=True)
    parser.add_argument("--seconds", type=float, default=2.0, help="time to spend on steps")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    given = parser.parse_args()
    order = Order(load_problem(given.problem), given.task, given.variant, given.seconds)
    answer = asdict(measure(order))
    answer["memory_bytes"] = answer["memory_bytes"] or peak_memory()
    given.out.write_text(json.dumps(answer))


def median_seconds(step: Callable[[], Any], budget: float) -> float:
    """Median time of a step: 3 to 20 of them until the budget is spent, fewer if they are slow."""
    seconds: list[float] = []
    while len(seconds) < MAX_REPEATS and sum(seconds) < budget * (
        2 if len(seconds) < MIN_REPEATS else 1
    ):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def peak_memory() -> int:
    """Largest resident set of this process in bytes, the interpreter and compilation included.

    On Linux not from getrusage, whose value starts at that of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
