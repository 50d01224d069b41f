"""Two checkouts of ebit, timed in turn on the cases of `ebit bench`, for docs/speed.md.

git worktree add ../before 1cd475d^
python benchmarks/versions.py --old ../before --new . --out docs/results/speed/versions.md
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scipy.stats import t as student

from ebit.benchmark.cases import GROUPS, Case, Tool
from ebit.benchmark.tools import disagreement

SCRIPTS = Path("src", "ebit", "benchmark", "scripts")
TITLES = ("case", "resource", "qubits", "depth", "batch", "runs", "old ms", "new ms", "new / old")


def answer(checkout: Path, script: str, options: list[str], out: Path) -> Path:
    """Run a script of a checkout with the packages of this Python."""
    command = [sys.executable, "-W", "ignore", str(checkout / SCRIPTS / f"{script}.py"), *options]
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    subprocess.run([*command, "--out", str(out)], check=True, env=environment)
    return out


def compare(case: Case, tool: Tool, given: argparse.Namespace) -> list[str]:
    """One line of the table: medians of both, and the ratio with its 95 % interval."""
    times: dict[str, list[float]] = {"old": [], "new": []}
    with tempfile.TemporaryDirectory() as folder:
        names = ("resource", "qubits", "depth", "batch")
        options = [part for name in names for part in (f"--{name}", str(getattr(case, name)))]
        problem = answer(given.new, "problem", options, Path(folder, "problem.npz"))
        options = ["--problem", str(problem), "--task", case.task, "--variant", tool.variant]
        options += ["--seconds", str(given.seconds)]
        for pair in range(given.pairs):
            found: dict[str, Any] = {}
            for name in ("old", "new")[:: 1 if pair % 2 == 0 else -1]:
                out = Path(folder, f"{name}.json")
                answer(getattr(given, name), tool.script, options, out)
                found[name] = json.loads(out.read_text())
                times[name].append(1e3 * found[name]["step_seconds"] / tool.runs)
            if (difference := disagreement(found["new"], found["old"])) is not None:
                sys.exit(f"{case.title}: the two do not compute the same: {difference}")
    logs = [math.log(new / old) for old, new in zip(times["old"], times["new"], strict=True)]
    mean, half = statistics.mean(logs), math.inf
    if len(logs) > 1:
        quantile = student.ppf(0.975, len(logs) - 1)
        half = quantile * statistics.stdev(logs) / math.sqrt(len(logs))
    ratio, low, high = (math.exp(value) for value in (mean, mean - half, mean + half))
    return [
        case.group if case.axis is None else f"{case.group}, {case.axis}",
        *(str(getattr(case, name)) for name in ("resource", "qubits", "depth", "batch")),
        str(tool.runs),
        *(f"{statistics.median(times[name]):.3g}" for name in ("old", "new")),
        f"{ratio:.2f} ({low:.2f} to {high:.2f})",
    ]


def main() -> None:
    """Print the table, line by line, and write it at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", type=Path, required=True, help="an earlier checkout")
    parser.add_argument("--new", type=Path, required=True, help="a later one")
    parser.add_argument("--cases", default=",".join(GROUPS), help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--pairs", type=int, default=3, help="pairs of measurements of a case")
    parser.add_argument("--seconds", type=float, default=0.5, help="repeated steps of each")
    parser.add_argument("--out", type=Path, help="Markdown file to write")
    given = parser.parse_args()
    given.old, given.new = given.old.resolve(), given.new.resolve()
    lines = ["| " + " | ".join(TITLES) + " |", "| " + " | ".join("---" for _ in TITLES) + " |"]
    print("\n".join(lines), flush=True)
    for group in given.cases.split(","):
        for case in GROUPS[group]():
            for tool in (tool for tool in case.tools if tool.name == "ebit"):
                lines.append("| " + " | ".join(compare(case, tool, given)) + " |")
                print(lines[-1], flush=True)
    if given.out:
        given.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
