"""The resource of docs/resources.md, installed: it works wherever a resource is named."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from installed import install

import ebit

PAGE = Path(__file__).parents[2] / "docs" / "resources.md"
SMALL = ("--depth", "1", "--steps", "3", "--runs", "2", "--batch-size", "16", "--data", "chsh")

IN_PYTHON = """
import tempfile
from pathlib import Path

import ebit
from ebit.data import load

data = load("chsh")
resource = ebit.parse_resource("coins:1,tails=0.25")
assert resource.name == "coins:1,tails=0.25"
assert ebit.parse_resource("coins:2").consumption(2, 1, 0).amounts["coins"] == 2
model = ebit.DistributedQCNN(qubits=2, depth=1, resource=resource)
fit = ebit.fit(model, (data.x_train, data.y_train), steps=3, batch_size=16)
task = ebit.make_task(data, resource="coins:1", depth=1, steps=3, runs=1)
with tempfile.TemporaryDirectory() as folder:
    rows = ebit.train(data, task, Path(folder))
    again = ebit.train(data, task, Path(folder))
    stored = ebit.load_model(ebit.Store(Path(folder)).model_path(task.hash))
assert rows.equals(again)
assert stored.model.resource_name == "coins:1"
assert rows["coins_per_inference"].to_list() == [1]
assert rows["coins_training"].to_list() == [3 * 16]
assert ebit.summarize(rows)["coins_per_inference"].to_list() == [1]
classifier = ebit.DQMLClassifier(resource="coins:1", depth=1, steps=3)
assert classifier.fit(data.x_train, data.y_train).predict(data.x_train).shape == (16,)
print("done")
"""


def blocks(language: str) -> list[str]:
    """Blocks of the section on resources of your own."""
    section = PAGE.read_text("utf-8").partition("## Your own resource")[2]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.M | re.S)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One in which the package of the page is installed."""
    (source,), (settings,) = blocks("python"), blocks("toml")
    project = tomllib.loads(settings)["project"]
    points = project["entry-points"]["ebit.resources"]
    lines = "\n".join(f"{name} = {place}" for name, place in points.items())
    install(tmp_path / "site", project["name"], source, lines)
    package = Path(ebit.__file__).parents[1]
    return os.environ | {"PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{package}"}


def run(environment: dict[str, str], folder: Path, *arguments: str) -> str:
    """What a new process prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_thirty_lines_are_enough() -> None:
    (source,) = blocks("python")
    assert len(source.splitlines()) <= 32


@pytest.mark.slow
def test_in_python(environment: dict[str, str], tmp_path: Path) -> None:
    assert run(environment, tmp_path, "-c", IN_PYTHON) == "done\n"


@pytest.mark.slow
def test_on_the_command_line(environment: dict[str, str], tmp_path: Path) -> None:
    def ebit_says(*arguments: str) -> str:
        return run(environment, tmp_path, "-m", "ebit", *arguments)

    said = ebit_says("train", *SMALL, "--resource", "coins:1", "--json", "rows.json")
    assert "coins" in said
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {(row["resource"], row["coins_per_inference"]) for row in rows} == {("coins:1", 1)}

    said = ebit_says("compare", *SMALL, "--resource", "none,coins:2", "--out", "both")
    assert re.search(r"gates +rounds +coins", said)
    page = (tmp_path / "both" / "report.html").read_text()
    assert "Coins whose sides both QPUs know: 2." in page
    assert re.search(r"<th[^>]*>\W*(<span>)?Coins</", page)

    (tmp_path / "grid.toml").write_text(
        '[[grid]]\ndata = "chsh"\ndepth = 1\nsteps = 3\nruns = 1\nbatch_size = 16\n'
        'resource = ["none", "coins:1"]\n'
    )
    assert "coins:1" in ebit_says("sweep", "grid.toml")
    assert "coins:1" in ebit_says(
        "capacity", "--resource", "none,coins:1", "--qubits", "2", "--depth", "1"
    )
    said = ebit_says("plan", "trapped-ion+laboratory", *SMALL, "--resource", "coins:1")
    assert "coins:1" in said
