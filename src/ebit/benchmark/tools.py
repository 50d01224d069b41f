"""Run the tools of a case, each in its own process, and keep what agrees with ebit."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ebit.benchmark.cases import Case, Tool
from ebit.errors import EbitError

SCRIPTS = Path(__file__).parent / "scripts"
VALUE_TOLERANCE = 1e-5
VECTOR_TOLERANCE = 1e-3
FORWARD_AND_BACKWARD = 3

_ENVIRONMENT = {**os.environ, "JAX_TRACEBACK_FILTERING": "off"}
"""The last line of a traceback is then what went wrong."""

Row = dict[str, Any]
Answer = dict[str, Any]


class ToolFailedError(RuntimeError):
    """A tool gave no answer; the message says why."""


@dataclass
class Runner:
    """Measures cases one after the other.

    Args:
        peer_python: Python of the environment with the peers, None if there is none.
        timeout: Seconds a tool may take for one case.
        seconds: Seconds to spend on repeated steps of one tool.
        note: Called with a line for every tool that is skipped or refused.
    """

    peer_python: str | None
    timeout: float
    seconds: float
    note: Callable[[str], None]
    skipped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    device: str = ""

    def measure(self, case: Case) -> list[Row]:
        """Rows of one case, ebit first.

        Args:
            case: The problem and its tools.

        Returns:
            One row per tool that could be run and agrees with ebit.

        Raises:
            EbitError: If ebit itself could not be measured.
        """
        answers: list[tuple[Tool, Answer]] = []
        with tempfile.TemporaryDirectory() as folder:
            problem = Path(folder) / "problem.npz"
            try:
                self._call("problem", sys.executable, _problem_options(case), problem)
            except ToolFailedError as error:
                raise _not_measured(case, error) from None
            for tool in case.tools:
                answer = self._answer(tool, case, problem)
                if answer is None:
                    continue
                difference = disagreement(answer, answers[0][1]) if answers else None
                if difference is None:
                    answers.append((tool, answer))
                else:
                    line = f"{_name(tool, case)}: refused, it computes something else: {difference}"
                    self.refused.append(line)
                    self.note(line)
        self.device = answers[0][1]["device"]
        self.rates += [answer["rate"] for _, answer in answers if answer["rate"]]
        return rows_of(case, answers)

    def _answer(self, tool: Tool, case: Case, problem: Path) -> Answer | None:
        python = self.peer_python if tool.is_peer else sys.executable
        try:
            if python is None:
                raise ToolFailedError("no environment of the peers: see --peer-python")
            options = ["--problem", str(problem), "--task", case.task]
            options += ["--variant", tool.variant, "--seconds", str(self.seconds)]
            out = problem.with_name("answer.json")
            self._call(tool.script, python, options, out)
            answer: Answer = json.loads(out.read_text())
            out.unlink()
            return answer
        except ToolFailedError as error:
            if tool.name == "ebit":
                raise _not_measured(case, error) from None
            line = f"{_name(tool, case)}: skipped ({error})"
            self.skipped.append(line)
            self.note(line)
            return None

    def _call(self, script: str, python: str, options: list[str], out: Path) -> None:
        command = [python, "-W", "ignore", str(SCRIPTS / f"{script}.py"), *options]
        command += ["--out", str(out)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=self.timeout, env=_ENVIRONMENT
            )
        except subprocess.TimeoutExpired:
            raise ToolFailedError(f"not done after {self.timeout:g} s, see --timeout") from None
        except OSError as error:
            raise ToolFailedError(f"cannot start {python}: {error.strerror}") from None
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise ToolFailedError(lines[-1][:200])


def _not_measured(case: Case, error: ToolFailedError) -> EbitError:
    return EbitError(f"ebit could not be measured for {case.title}: {error}.")


def disagreement(answer: Answer, reference: Answer) -> str | None:
    """What differs between the checked numbers of a tool and those of ebit.

    Args:
        answer: Of the tool.
        reference: Of ebit.

    Returns:
        One phrase, or None if everything agrees.

    Example:
        >>> right = {"checks": {"4": {"value": 1.0, "vector": [0.5, 0.1]}}}
        >>> wrong = {"checks": {"4": {"value": 1.0, "vector": [0.5, 0.2]}}}
        >>> disagreement(right, right) is None, disagreement(wrong, right)
        (True, 'gradient differs by 0.2')
    """
    common = set(answer["checks"]) & set(reference["checks"])
    if not common:
        return "no samples in common"
    for samples in common:
        seen, expected = answer["checks"][samples], reference["checks"][samples]
        value = abs(seen["value"] - expected["value"])
        if not value <= VALUE_TOLERANCE:
            return f"value differs by {value:.2g}"
        first, second = np.asarray(seen["vector"]), np.asarray(expected["vector"])
        if first.shape != second.shape:
            return f"gradient has {first.size} numbers, not {second.size}"
        vector = np.linalg.norm(first - second) / np.linalg.norm(second)
        if not vector <= VECTOR_TOLERANCE:
            return f"gradient differs by {vector:.1g}"
    return None


def floor_seconds(operations: int, rate: float) -> float:
    """Least time of a training step of one run.

    The backward pass counts as two forward ones. That is an upper bound on what is needed, since
    the data need no gradient.

    Args:
        operations: Counted operations of one forward evaluation.
        rate: Operations per second of a matrix product on this machine.

    Returns:
        Seconds.

    Example:
        >>> floor_seconds(10**9, 1e11)
        0.03
    """
    return FORWARD_AND_BACKWARD * operations / rate


def rows_of(case: Case, answers: list[tuple[Tool, Answer]]) -> list[Row]:
    """Rows of tools that agree; times are per run, `times ebit` is over the first answer.

    Args:
        case: The problem.
        answers: Tools with their answers, ebit first.

    Returns:
        One row per tool.
    """
    rate = max(answer["rate"] for _, answer in answers)
    floor = floor_seconds(answers[0][1]["operations"], rate) if rate else None
    reference = answers[0][1]["step_seconds"] / answers[0][0].runs
    rows = []
    for tool, answer in answers:
        seconds = answer["step_seconds"] / tool.runs
        samples = min(map(int, answer["checks"]))
        scaled = tool.name != "ebit" and samples < case.batch
        rows.append(
            {
                "case": case.group,
                "axis": case.axis,
                "resource": case.resource,
                "qubits": case.qubits,
                "depth": case.depth,
                "batch": case.batch,
                "runs": tool.runs,
                "tool": f"{tool.name} {answer['version']}".strip(),
                "variant": _variant(tool, answer, samples if scaled else None),
                "compile_seconds": answer["compile_seconds"],
                "step_milliseconds": 1e3 * seconds,
                "peak_memory_mb": answer["memory_bytes"] / 1e6,
                "times_ebit": seconds / reference,
                "times_floor": None if floor is None else seconds / floor,
                "floor_milliseconds": None if floor is None else 1e3 * floor,
            }
        )
    return rows


def _variant(tool: Tool, answer: Answer, samples: int | None) -> str:
    if tool.name == "ebit" and not answer["variant"]:
        return f"{tool.runs} run{'s' if tool.runs > 1 else ''}"
    if samples is not None:
        return f"scaled from {samples} samples"
    return " ".join(part for part in (tool.variant, answer["variant"]) if part != "1" and part)


def _problem_options(case: Case) -> list[str]:
    names = ("resource", "qubits", "depth", "batch")
    return [part for name in names for part in (f"--{name}", str(getattr(case, name)))]


def _name(tool: Tool, case: Case) -> str:
    return f"{tool.name} {tool.variant}, {case.title}"
