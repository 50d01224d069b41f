"""The commands that the README, the quickstart and the page on plans print run as they stand."""

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import theme
from tests_of_docs import ROOT, blocks, printed

from ebit.studies.study import read_study

EXAMPLES = ROOT / "examples"
RUN = ("README.md", "docs/quickstart.md", "docs/planning.md")
LONG = {
    "ebit compare --quick": ".ci/run runs it",
    "ebit compare --data clusters:0": "minutes",
    "ebit reproduce kim2026 --quick": "minutes",
    "ebit train --data chsh --resource bell:1 --loss product --runs 10": "a minute",
    "ebit plan network.toml --between alice,bob --data clusters:0 --rate 0.5": "minutes",
    "ebit plan network.toml --data points.csv --label kind --scale angles": "minutes",
    "ebit plan triangle.toml --between 3 --data parity-game:3 --qubits 2": "minutes",
    "ebit plan triangle.toml --between alice,bob,carol --data points.csv --label kind": "minutes",
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
    ("page", "name"),
    [
        ("sweep.md", "grid.toml"),
        ("network.md", "network.toml"),
        ("command-line.md", "small.toml"),
    ],
)
def test_the_example_files_are_those_of_the_pages(page: str, name: str) -> None:
    first, *_ = blocks(ROOT / "docs" / page, "toml")
    assert (EXAMPLES / name).read_text("utf-8") == first


def test_the_file_with_noise_is_that_of_its_page() -> None:
    (shown,) = re.findall(
        r"^\$ cat noise.toml\n(.*?)^\$", (ROOT / "docs/noise.md").read_text("utf-8"), re.M | re.S
    )
    assert (EXAMPLES / "noise.toml").read_text("utf-8") == shown


@pytest.mark.parametrize("line", printed(ROOT / "docs" / "claims.md"))
def test_every_claim_names_a_table_that_exists(line: str) -> None:
    _, verb, *words = shlex.split(line)
    if verb != "reproduce" or words[0] in ("gilboa2024", "chen2026"):
        return
    tables, figures = (
        [name for option, name in pairwise(words) if option == kind]
        for kind in ("--table", "--figure")
    )
    assert list(read_study(words[0]).select(tables, figures))


def test_every_figure_follows_the_colours_of_the_reader() -> None:
    for path in theme.figures():
        assert "prefers-color-scheme: dark" in path.read_text("utf-8"), "run docs/theme.py"
        assert theme.themed(path.read_text("utf-8")) == path.read_text("utf-8")
