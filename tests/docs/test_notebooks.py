"""The tutorials run, have outputs, and are pages."""

import json
from pathlib import Path
from typing import Any

import notebooks
import pytest
from tests_of_docs import ROOT

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))
NEEDS = {
    "dynamic-circuit": ("qiskit", "qiskit_aer"),
    "own-circuit": ("qiskit",),
    "two-processes": ("qiskit", "qnetbench"),
}


def code_cells(path: Path) -> list[dict[str, Any]]:
    cells = notebooks.cells_of(path.read_text("utf-8"))
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_and_shows_what_it_showed(path: Path) -> None:
    for package in NEEDS.get(path.stem, ()):
        pytest.importorskip(package)
    for cell, outputs in zip(code_cells(path), notebooks.run(path), strict=True):
        kinds = [output["output_type"] for output in outputs]
        assert kinds == [output["output_type"] for output in cell["outputs"]], cell["source"]


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_is_a_page_with_its_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    assert any(cell["outputs"] for cell in code_cells(path)), "run docs/notebooks.py"
    page = notebooks.markdown(path.read_text("utf-8"), path.name)
    assert page.startswith("# ")
    assert page.count("```") % 2 == 0
    assert f"<{path.name}>" in page
    assert "/tmp/" not in page


def test_a_cell_shows_what_it_prints_and_its_last_value(tmp_path: Path) -> None:
    cells = [
        ["print('a')\n", "1 + 1"],
        ["!echo b"],
        ["x = 3;"],
        ["x"],
    ]
    made = [{"cell_type": "code", "source": source, "outputs": []} for source in cells]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": made}))
    shown = notebooks.run(path)
    assert [output["text"] for output in (shown[0][0], shown[1][0])] == [["a\n"], ["b\n"]]
    assert shown[0][1]["data"]["text/plain"] == ["2"]
    assert shown[2] == []
    assert shown[3][0]["data"]["text/plain"] == ["3"]


def test_a_cell_that_fails_is_not_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    for source in ("1 / 0", "!false"):
        cell = {"cell_type": "code", "source": [source], "outputs": []}
        path.write_text(json.dumps({"cells": [cell]}))
        with pytest.raises((ZeroDivisionError, RuntimeError)):
            notebooks.run(path)
