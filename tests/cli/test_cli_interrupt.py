import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

STEPS = 30_000
CODE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "import ebit.learning.training as training; training.EVERY_SECONDS = 0.1; "
    "from ebit.cli import main; main()"
)


def start(folder: Path, out: str) -> subprocess.Popen[str]:
    """A training of some seconds that writes checkpoints often."""
    command = [
        sys.executable, "-c", CODE, "train", "--data", "chsh", "--resource", "bell:1",
        "--depth", "1", "--steps", str(STEPS), "--runs", "2", "--validate-every", "700",
        "--out", out, "--json", f"{out}.json",
    ]  # fmt: skip
    return subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def rows(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text())["rows"]
    own = ("seconds", "created_at")  # of the process, not of the training
    return [{k: v for k, v in row.items() if not k.endswith(own)} for row in content]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the result of a training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("interrupt")
    process = start(folder, "whole")
    process.communicate(timeout=300)
    assert process.returncode == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_command_goes_on_with_the_same_numbers(
    folder: Path, number: signal.Signals, code: int
) -> None:
    out = number.name
    process = start(folder, out)
    deadline = time.monotonic() + 120
    while not list((folder / out).glob("checkpoints/*.safetensors")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == code, error
    if number == signal.SIGINT:
        assert error == (
            "Error: Interrupted. What is finished is kept: run the same command to go on.\n"
        )
    assert not list((folder / out).glob("rows/*.parquet"))
    assert not (folder / f"{out}.json").exists()
    again = start(folder, out)
    _, error = again.communicate(timeout=300)
    assert again.returncode == 0, error
    assert rows(folder / f"{out}.json") == rows(folder / "whole.json")
    assert not list((folder / out).glob("checkpoints/*.safetensors"))
