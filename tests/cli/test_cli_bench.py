import json
from pathlib import Path
from typing import Any

import pytest

from command_line import error_of, run_ebit
from ebit.benchmark import Runner


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cases", "kim,nothing"), "'nothing'"),
        (("--peer-python", "/no/such/python"), "'/no/such/python'"),
        (("--timeout", "0"), "0"),
    ],
)
def test_bad_options(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    assert words in error_of("bench", *arguments, "--out", tmp_path)


def row(axis: str | None, depth: int, milliseconds: float) -> dict[str, Any]:
    return {
        "case": "kim" if axis is None else "growth", "axis": axis, "resource": "bell:1",
        "qubits": 4, "depth": depth, "batch": 8, "runs": 1, "tool": "ebit", "variant": "1 run",
        "compile_seconds": 1.0, "step_milliseconds": milliseconds, "peak_memory_mb": 300.0,
        "times_ebit": 1.0, "times_floor": 2.0, "floor_milliseconds": milliseconds / 2,
    }  # fmt: skip


def test_tables_figures_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(self: Runner, case: Any) -> list[dict[str, Any]]:
        self.refused.append("wrong")
        self.device = "cpu (cpu)"
        return [row(None, 5, 1.0), row("depth", 10, 2.0), row("depth", 20, 4.0)]

    monkeypatch.setattr(Runner, "measure", measure)
    outcome = run_ebit("bench", "--quick", "--out", tmp_path, "--json", tmp_path / "a.json")
    assert outcome.code == 1  # a tool was refused
    assert "Device: cpu (cpu)" in outcome.out
    content = json.loads((tmp_path / "a.json").read_text())
    assert content["exponents"][0]["exponent"] == pytest.approx(1)
    assert content["refused"] == ["wrong"]
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert names >= {"kim.csv", "kim.md", "growth.md", "exponents.md", "figures/kim.svg"}
    assert "figures/growth-depth.svg" in names


@pytest.mark.slow
def test_quick_runs_without_peers(tmp_path: Path) -> None:
    outcome = run_ebit("bench", "--quick", "--out", tmp_path)
    assert outcome.code == 0, outcome
    assert "dense JAX" in outcome.out
    assert "skipped" in outcome.err
