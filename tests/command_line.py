"""Run the command line inside the test process."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from ebit.cli import main

SMALL = ("--depth", 1, "--steps", 5, "--runs", 2, "--batch-size", 20)
"""Options of a training that takes no time."""


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def run_ebit(*arguments: object) -> Outcome:
    """Run `ebit` with arguments; standard output and error are no terminals."""
    out, err = io.StringIO(), io.StringIO()
    code: object = None
    with (
        patch.object(sys, "argv", ["ebit", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int), f"ended with {code!r}"
    return Outcome(code, out.getvalue(), err.getvalue())


def error_of(*arguments: object, code: int = 2) -> str:
    """The message of a command that must fail: one line on standard error, nothing else."""
    outcome = run_ebit(*arguments)
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert outcome.err.endswith("\n")
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert outcome.err.startswith("Error: ")
    return outcome.err.removeprefix("Error: ").strip()
