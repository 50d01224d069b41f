"""Additions take as many lines as CONTRIBUTING.md says; those of resources: tests/resources."""

import inspect
import json
import os
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import ebit
from ebit.circuits import QPU, Circuit, Gate, Measure, Parameter, Qubit, Wiring
from ebit.circuits.circuit import Block
from ebit.data import load

COLUMN = '    Column("square", pl.Int64, "square of the run", lambda run: run.number**2, "run"),\n'


def chain(qubits: int, layers: int) -> Circuit:
    q = [Qubit("Q", number) for number in range(qubits)]
    angles = (Parameter(("turns",), (number,)) for number in range(layers * qubits))
    parts = [
        [Gate("RX", (one,), next(angles)) for one in q] + [Gate("CZ", two) for two in pairwise(q)]
        for _ in range(layers)
    ]
    blocks = [Block("chain", tuple(map(tuple, parts))), Block("end", ((Measure(q[-1], "out"),),))]
    wiring = Wiring((QPU("Q", qubits, 0),))
    return Circuit(wiring, tuple(blocks), ((("turns",), (layers * qubits,)),))


def test_a_trained_block_takes_a_dozen_lines() -> None:
    assert len(inspect.getsource(chain).splitlines()) <= 12
    data = load("chsh")
    model = ebit.DistributedQCNN(qubits=2, resource=ebit.BellPairs(1), local=chain(2, 3))
    before, after = (
        ebit.fit(model, (data.x_train, data.y_train), steps=steps, batch_size=16, seed=1)
        for steps in (1, 60)
    )
    assert np.min(after.train_loss) < np.min(before.train_loss) - 0.1
    assert "CZ" in model.draw() or "●" in model.draw()


@pytest.mark.slow
def test_a_column_takes_one_line(tmp_path: Path) -> None:
    package = tmp_path / "ebit"
    shutil.copytree(Path(ebit.__file__).parent, package)
    table = package / "results" / "columns.py"
    head, start, rest = table.read_text("utf-8").partition('    Column("data", pl.String')
    table.write_text(head + COLUMN + start + rest, "utf-8")
    command = "from ebit.cli.main import main; main()"
    small = shlex.split("--resource none --depth 1 --steps 2 --runs 3 --batch-size 16")
    for _ in range(2):  # trained, and read from the store
        subprocess.run(
            [sys.executable, "-c", command, "train", "--data", "chsh", *small, "--json", "a.json"],
            cwd=tmp_path, check=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        rows = json.loads((tmp_path / "a.json").read_text())["rows"]
        assert [row["square"] for row in rows] == [0, 1, 4]
