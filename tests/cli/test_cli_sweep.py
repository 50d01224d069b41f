import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.test_cli_verbs import readable
from command_line import error_of, run_ebit
from ebit import Store
from ebit.cli import sweep_progress
from ebit.cli.console import messages

GRID = """
    [defaults]
    data = "chsh"
    depth = 1
    steps = 4
    runs = 2
    [[grid]]
    resource = ["none", "bell:1"]
    seed = [0, 1]
"""
DIVERGES = '[[grid]]\nresource = "bell:1"\nlearning_rate = 1e38\n'


@pytest.fixture
def file(here: Path) -> Path:
    path = here / "sweep.toml"
    path.write_text(GRID)
    return path


def test_a_sweep_prints_its_table_and_costs_nothing_the_second_time(file: Path) -> None:
    first = run_ebit("sweep", file, "--json", "all.json")
    assert first.code == 0, first
    assert readable(first.out)
    lines = [re.split("  +", line) for line in first.out.splitlines()]
    assert lines[0] == ["resource", "seed", "accuracy", "std", "seconds"]
    assert [line[:2] for line in lines[1:-1]] == [
        ["none", "0"], ["none", "1"], ["bell:1", "0"], ["bell:1", "1"]
    ]  # fmt: skip
    assert lines[-1] == ["4 of 4 tasks are finished."]
    content = json.loads(Path("all.json").read_text())
    assert content["failed"] == []
    assert [row["seed"] for row in content["rows"]] == [0, 1, 0, 1]
    again = run_ebit("sweep", file)
    assert again.out == first.out
    assert again.err == "4 of 4 tasks are in ebit-sweep already.\n"


def test_a_failed_task_is_reported_with_its_error(file: Path) -> None:
    file.write_text(GRID + DIVERGES)
    outcome = run_ebit("sweep", file, "--json", "all.json")
    assert outcome.code == 1
    assert outcome.out.endswith("4 of 5 tasks are finished.\n")
    assert "Failed: bell:1 on chsh: Training diverged" in outcome.err
    (failed,) = json.loads(Path("all.json").read_text())["failed"]
    assert failed["resource"] == "bell:1"
    assert len(failed["task"]) == 64


def test_nothing_but_failures(file: Path) -> None:
    file.write_text(f'[defaults]\ndata = "chsh"\nruns = 1\nsteps = 4\ndepth = 1\n{DIVERGES}')
    outcome = run_ebit("sweep", file, "--json", "all.json")
    assert outcome.code == 1
    assert outcome.out == "0 of 1 tasks are finished.\n"
    assert json.loads(Path("all.json").read_text())["rows"] == []


def test_a_dry_run_trains_nothing(file: Path, here: Path) -> None:
    outcome = run_ebit("sweep", file, "--dry-run")
    assert outcome.code == 0
    tasks, programs, needs = outcome.out.splitlines()
    assert tasks == "Tasks: 4, of which 0 are finished."
    assert programs == "Programs to compile: 2, a few seconds each on each worker."
    assert re.fullmatch(r"Needs about [0-9.]+ [GM]B of memory and .+ to .+ for training\.", needs)
    assert list(here.iterdir()) == [file]
    run_ebit("sweep", file)
    assert "Tasks: 4, of which 4 are finished." in run_ebit("sweep", file, "--dry-run").out


def test_long_tables_are_cut(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["ebit.cli.sweep"], "LINES", 3)
    out = run_ebit("sweep", file).out
    assert "... and 1 more: --json writes all of them." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.toml",), "Cannot read 'none.toml'"),
        (("sweep.toml", "--cluster", "cloud"), "`cluster` must be local, slurm or the address"),
        (
            ("sweep.toml", "--retries", -1),
            "`retries` must be a whole number from 0 to 1000, but is -1.",
        ),
        (("sweep.toml", "--workers", 0), "Invalid value for '--workers'"),
        (("sweep.toml", "--json", "sweep.toml"), "it holds the data"),
        ((), "See `ebit sweep --help`."),
    ],
)
def test_bad_input(file: Path, arguments: tuple[object, ...], message: str) -> None:
    assert message in error_of("sweep", *arguments)
    assert file.read_text() == GRID


def test_progress_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten tasks were there before; one line at most every half minute, and one at the end."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    printed: list[str] = []
    monkeypatch.setattr(messages, "print", printed.append)
    report = sweep_progress._in_lines()
    for seconds, done in ((0, 10), (20, 12), (60, 15), (61, 16), (120, 30)):
        clock[0] = seconds
        report(done, 30)
    assert printed == [
        "15 of 30 tasks, 5.0 per minute, 3 minutes left",
        "30 of 30 tasks, 10.0 per minute",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("where", [(), ("--cluster", "local", "--workers", "2")])
def test_an_interrupted_sweep_goes_on(file: Path, where: tuple[str, ...]) -> None:
    """Ctrl-C reaches all processes of a terminal: those of Dask print nothing."""
    file.write_text(GRID.replace("steps = 4", "steps = 20000").replace("[0, 1]", "[0, 1, 2, 3]"))
    command = [sys.executable, "-m", "ebit", "sweep", str(file), "--out", "out", *where]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 120
    while not Store(Path("out")).finished():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("Error: Interrupted.")
    assert "Traceback" not in err
    assert "Warning" not in err
    kept = len(Store(Path("out")).finished())
    again = run_ebit("sweep", file, "--out", "out")
    assert again.code == 0
    assert f"{kept} of 8 tasks are in out already." in again.err
