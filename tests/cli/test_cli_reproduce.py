import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cli.test_cli_verbs import readable
from command_line import error_of, run_ebit
from ebit import Store

QUICK = ("reproduce", "kim2026", "--quick", "--table", "S2", "--figure", "3c")


def without_times(path: Path) -> list[dict[str, Any]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_a_quick_look(here: Path) -> None:
    outcome = run_ebit(*QUICK, "--json", "all.json")
    assert outcome.code == 0, outcome
    tables = [line for line in outcome.out.splitlines() if not line.endswith(".")]
    assert readable("\n".join(tables))
    assert "Table S2, figure 3b: Success probability in the CHSH game\n" in outcome.out
    lines = [re.split("  +", line.strip()) for line in outcome.out.splitlines()]
    bell = next(line for line in lines if line[0] == "bell:1")
    assert bell[1] == "0.85185 ± 0.00051"
    assert bell[-1] == "-"
    assert "8 cannot be compared (quick look)." in outcome.out
    assert "Data sets" not in outcome.out
    assert "Report: ebit-reproduce/kim2026/report.html" in outcome.out
    assert "Do not cite" in outcome.err
    content = json.loads(Path("all.json").read_text())
    assert content["quick"] is True
    assert [item["item"] for item in content["items"]] == ["Table S2, figure 3b", "Figure 3c"]
    assert [len(item["points"]) for item in content["items"]] == [2, 8]
    again = run_ebit(*QUICK)
    assert again.out == outcome.out
    assert "8 trainings (8 are in" in again.err


@pytest.mark.slow
def test_a_quick_look_at_our_own_study(here: Path) -> None:
    command = ("reproduce", "worth", "--quick", "--table", "chsh", "--json", "all.json")
    outcome = run_ebit(*command)
    assert outcome.code == 0, outcome
    assert "Is a Bell pair above all shared randomness?" in outcome.out
    assert "published" not in outcome.out
    (item,) = json.loads(Path("all.json").read_text())["items"]
    assert [answer["verdict"] for answer in item["answers"]] == ["no verdict: quick look"]
    text = Path("ebit-reproduce/worth/README.md").read_text()
    assert "--table mse-mixing`" in text
    assert "Is a Bell pair above all" in Path("ebit-reproduce/worth/report.html").read_text()
    again = run_ebit(*command)
    assert again.out == outcome.out
    assert "5 trainings (5 are in" in again.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("kim2025",),
            "must be one of kim2026, hwang2025, worth, gilboa2024, chen2026, but is 'kim2025'.",
        ),
        (("kim2026", "--table", "9"), "must be one of S6, S2, S3, S4, S5 for study 'kim2026'"),
        (
            ("hwang2025", "--figure", "9"),
            "must be one of 4c, code, notebook, 4d, parity, 3c, 5a, 6 for",
        ),
        (
            ("kim2026", "--runs", "0"),
            "Argument `runs` must be a whole number, at least 1, but is 0.",
        ),
        (("kim2026", "--data", "a.npz"), "Argument `data` is 'a.npz', but this study generates"),
        (("hwang2025", "--data", "no.npz", "--table", "2"), "no.npz"),
        (("chen2026", "--table", "all"), "`table` must be one of main, corners, skewed, ideal"),
        (("chen2026", "--sets", "2"), "Argument `sets` is not for study 'chen2026'"),
        ((), "See `ebit reproduce --help`."),
        (("kim2026", "--table", "S2", "--out", "/proc/no"), "Cannot write"),
    ],
)
def test_bad_input(here: Path, arguments: tuple[object, ...], message: str) -> None:
    assert message in error_of("reproduce", *arguments)


def test_the_json_file_is_not_the_data(here: Path) -> None:
    (here / "a.npz").write_bytes(b"")
    error = error_of("reproduce", "hwang2025", "--data", "a.npz", "--json", "a.npz")
    assert "it holds the data" in error


@pytest.mark.slow
def test_a_killed_study_goes_on_with_the_same_numbers(here: Path) -> None:
    """SIGKILL after the second training: the same command gives the rows of one that ran whole."""
    command = [sys.executable, "-m", "ebit", *QUICK, "--out"]
    process = subprocess.Popen([*command, "killed"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(Store(Path("killed")).finished()) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = len(Store(Path("killed")).finished())
    assert 2 <= kept < 8
    again = run_ebit(*QUICK, "--out", "killed")
    assert f"8 trainings ({kept} are in killed already)" in again.err
    whole = run_ebit(*QUICK, "--out", "whole")
    assert again.out.replace("killed", "whole") == whole.out
    numbers = [without_times(Path(name) / "comparisons.csv") for name in ("killed", "whole")]
    assert numbers[0] == numbers[1]
