"""The command line under odd terminals, odd names and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_line import SMALL, error_of, run_ebit

EBIT = [sys.executable, "-c", "from ebit.cli import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": ":".join(sys.path)}


def ebit(*arguments: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*EBIT, *map(os.fspath, map(str, arguments))],
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        errors="replace",
    )


@pytest.mark.slow
def test_no_width_and_letters_that_the_terminal_lacks(tmp_path: Path) -> None:
    names = ("thé", "café")
    lines = [f"{k % 3 / 2},{k % 5 / 4},{k % 7 / 8},{k % 2 / 3},{names[k % 2]}" for k in range(24)]
    (tmp_path / "d.csv").write_text("\n".join(["a,b,c,d,kind", *lines]), encoding="utf-8")
    train = ["train", "--data", "d.csv", "--resource", "none", *SMALL, "--batch-size", 8]
    odd = {"COLUMNS": "0", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = ebit(*train, "--out", "out", folder=tmp_path, **odd)
    assert done.returncode == 0, done.stderr
    assert "Model: out" in done.stdout.replace("\n", "")
    model = next((tmp_path / "out" / "models").iterdir())
    told = ebit("predict", model, "--data", "d.csv", folder=tmp_path, **odd)
    assert told.returncode == 0, told.stderr
    assert "caf?" in told.stdout


def test_a_name_that_is_not_utf_8_is_noticed_first(tmp_path: Path) -> None:
    name = os.fsdecode(b"d\xe9.csv")
    assert "is not UTF-8: rename it" in error_of("train", "--data", name, "--resource", "none")
    assert "is not UTF-8" in error_of("compare", "--out", name)


@pytest.mark.parametrize("digits", [20, 5000])
def test_numbers_beyond_all_measure_are_one_short_line(digits: int) -> None:
    for option in ("--steps", "--seed", "--depth", "--learning-rate"):
        message = error_of(
            "train", "--data", "chsh", "--resource", "none", option, "-" + "9" * digits
        )
        assert len(message) < 1200


def test_a_negative_seed_with_quick() -> None:
    assert "`seed`" in error_of("compare", "--data", "clusters:0", "--quick", "--seed", -1)


def test_an_out_folder_whose_name_is_too_long(tmp_path: Path) -> None:
    message = error_of(
        "train",
        "--data",
        "chsh",
        "--resource",
        "none",
        *SMALL[:-2],
        "--out",
        tmp_path / ("n" * 300),
    )
    assert "File name too long" in message
    assert "results" not in message


def test_a_setting_that_jax_does_not_know(tmp_path: Path) -> None:
    done = ebit("--version", folder=tmp_path, JAX_ENABLE_X64="banana")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: JAX does not start: invalid truth value 'banana'")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.sampled(1)
@pytest.mark.parametrize("flags", ["--xla_none=1", "--xla_cpu_use_xnnpack=maybe", "no_file"])
def test_flags_that_xla_does_not_take(tmp_path: Path, flags: str) -> None:
    """XLA itself ends the process there, with some hundred lines."""
    done = ebit("--version", folder=tmp_path, XLA_FLAGS=flags)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: XLA does not take XLA_FLAGS='{flags}' (")
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_while_the_program_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, types\n"
        "class Slow:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'jax':\n"
        "            print('loading', flush=True); import time; time.sleep(60)\n"
        "sys.meta_path.insert(0, Slow())\n"
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from ebit.cli import main; main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--version"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error == "Error: Interrupted.\n"


@pytest.mark.slow
def test_ctrl_c_five_times(tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from ebit.cli import main; main()\n"
    )
    process = subprocess.Popen(
        [
            sys.executable, "-c", code, "train", "--data", "clusters:0", "--resource", "bell:1",
            "--steps", "100000", "--out", str(tmp_path / "out"),
        ],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob("checkpoints/*.safetensors")):  # it trains
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    assert error.splitlines()[-1].startswith("Error: Interrupted.")


def test_what_the_user_prints_to_is_left_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert run_ebit("--version").code == 0
    assert signal.getsignal(signal.SIGINT) is before
