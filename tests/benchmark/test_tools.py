import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ebit.benchmark import Case, Runner, Tool
from ebit.benchmark.tools import disagreement, floor_seconds, rows_of
from ebit.errors import EbitError

EBIT, TEN = Tool("ebit", "measure_ebit", "1", False), Tool("ebit", "measure_ebit", "10", False)
PEER = Tool("TensorCircuit-NG", "peer_tensorcircuit", "scan")


def answer(value: float = 1.0, slope: float = 0.5, seconds: float = 0.1) -> dict[str, Any]:
    return {
        "version": "",
        "device": "cpu",
        "compile_seconds": 1.0,
        "step_seconds": seconds,
        "checks": {"8": {"value": value, "vector": [slope, 0.1]}},
        "variant": "",
        "memory_bytes": 10**8,
        "operations": 10**6,
        "rate": 1e9,
    }


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    """A runner whose scripts answer at once; the peer's answer can be exchanged."""
    runner = Runner(sys.executable, 5, 0, lambda line: None)

    def call(script: str, python: str, options: list[str], out: Path) -> None:
        if script != "problem":
            out.write_text(json.dumps(answer(slope=0.6 if script == PEER.script else 0.5)))

    monkeypatch.setattr(runner, "_call", call)
    return runner


def test_wrong_numbers_are_refused(runner: Runner) -> None:
    case = Case("kim", "bell:1", (EBIT, TEN, PEER), depth=1, batch=8)
    assert [row["tool"] for row in runner.measure(case)] == ["ebit", "ebit"]
    assert len(runner.refused) == 1
    assert "TensorCircuit-NG scan" in runner.refused[0]
    assert "gradient differs" in runner.refused[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": 1.1, "vector": [0.5, 0.1]}, "value differs"),
        ({"value": float("nan"), "vector": [0.5, 0.1]}, "value differs"),
        ({"value": 1.0, "vector": [0.5, float("nan")]}, "gradient differs"),
        ({"value": 1.0, "vector": [0.5]}, "1 numbers, not 2"),
    ],
)
def test_what_differs_is_named(changed: dict[str, Any], words: str) -> None:
    assert words in (disagreement({"checks": {"8": changed}}, answer()) or "")
    assert disagreement(answer(1 + 1e-6), answer()) is None
    assert disagreement({"checks": {"4": changed}}, answer()) == "no samples in common"


def test_a_missing_environment_is_one_line() -> None:
    lines: list[str] = []
    runner = Runner(None, 5, 0, lines.append)
    case = Case("kim", "none", (PEER,), depth=1, batch=8)
    assert runner._answer(PEER, case, Path("problem.npz")) is None
    assert lines == runner.skipped
    assert lines[0].startswith("TensorCircuit-NG scan, kim none")
    assert "--peer-python" in lines[0]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("python", [sys.executable, "/no/such/python"])
def test_a_missing_peer_is_one_line(python: str, tmp_path: Path) -> None:
    runner = Runner(python, 60, 0, lambda line: None)
    case = Case("kim", "none", (PEER,), depth=1, batch=8)
    tool = Tool("missing", "peer_pennylane_lightning", "samples")
    assert runner._answer(tool, case, tmp_path / "problem.npz") is None
    assert "skipped" in runner.skipped[0]
    assert "\n" not in runner.skipped[0]


def test_ebit_must_be_there(tmp_path: Path) -> None:
    runner = Runner(None, 60, 0, lambda line: None)
    slow = Runner(None, 0.01, 0, lambda line: None)
    case = Case("kim", "none", (EBIT,), depth=1, batch=8)
    for each, words in ((runner, "could not be measured"), (slow, "not done after 0.01 s")):
        with pytest.raises(EbitError, match=words):
            each._answer(EBIT, case, tmp_path / "no.npz")
    with pytest.raises(EbitError, match=r"could not be measured .*not done after .*see --timeout"):
        slow.measure(case)


def test_rows_compare_with_one_run_and_with_the_floor() -> None:
    case = Case("kim", "none", (EBIT, TEN), batch=8)
    one, ten = rows_of(case, [(EBIT, answer(seconds=0.1)), (TEN, answer(seconds=0.5))])
    assert floor_seconds(10**6, 1e9) == pytest.approx(0.003)
    assert one["times_floor"] == pytest.approx(0.1 / 0.003)
    assert (one["times_ebit"], ten["times_ebit"]) == pytest.approx((1, 0.5))
    assert (one["variant"], ten["variant"]) == ("1 run", "10 runs")


def test_scaled_times_are_said_to_be() -> None:
    case = Case("kim", "none", (EBIT, PEER), batch=768)
    few = answer() | {"checks": {"4": {"value": 1.0, "vector": [0.5]}}}
    assert rows_of(case, [(EBIT, answer()), (PEER, few)])[1]["variant"] == "scaled from 4 samples"
