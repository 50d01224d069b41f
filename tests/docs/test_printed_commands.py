"""The commands that the README, the quickstart and the page on plans print run as they stand."""

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests_of_docs import ROOT, blocks, printed

EXAMPLES = ROOT / "examples"
RUN = ("README.md", "docs/quickstart.md", "docs/planning.md")
LONG = {
    "ebit compare --quick": ".ci/run runs it",
    "ebit compare --data clusters:0": "minutes",
    "ebit reproduce kim2026 --quick": "minutes",
    "ebit train --data chsh --resource bell:1 --loss product --runs 10": "a minute",
    "ebit plan network.toml --qpus alice,bob --data clusters:0 --rate 0.5": "minutes",
    "ebit plan network.toml --data points.csv --label kind --scale angles": "minutes",
    "ebit plan trapped-ion+laboratory --data clusters:0 --quick": "minutes",
}
"""Commands that are parsed only, and why."""


def test_no_long_command_is_forgotten() -> None:
    there = {shlex.join(shlex.split(line)) for page in RUN for line in printed(ROOT / page)}
    assert set(LONG) <= there


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_commands_run_as_printed(page: str, tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLES, tmp_path / "examples")
    for line in printed(ROOT / page):
        if shlex.join(shlex.split(line)) in LONG:
            continue
        command = line.replace("ebit", f"{shlex.quote(sys.executable)} -m ebit", 1)
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_the_made_files_are_those_of_the_script() -> None:
    made = runpy.run_path(str(EXAMPLES / "make.py"))["files"]()
    assert {name: (EXAMPLES / name).read_text("utf-8") for name in made} == made


@pytest.mark.parametrize(
    ("page", "name"), [("sweep.md", "grid.toml"), ("network.md", "network.toml")]
)
def test_the_example_files_are_those_of_the_pages(page: str, name: str) -> None:
    first, *_ = blocks(ROOT / "docs" / page, "toml")
    assert (EXAMPLES / name).read_text("utf-8") == first


def test_the_file_with_noise_is_that_of_its_page() -> None:
    (shown,) = re.findall(
        r"^\$ cat noise.toml\n(.*?)^\$", (ROOT / "docs/noise.md").read_text("utf-8"), re.M | re.S
    )
    assert (EXAMPLES / "noise.toml").read_text("utf-8") == shown
