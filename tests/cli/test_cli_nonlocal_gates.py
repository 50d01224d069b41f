"""`ebit nonlocal-gates`."""

import json
from pathlib import Path

from command_line import error_of, run_ebit


def test_pairs_and_cuts_are_told_side_by_side(here: Path) -> None:
    arguments = ("nonlocal-gates", "--algorithm", "grover", "--quick", "--json", "g.json")
    outcome = run_ebit(*arguments)
    assert outcome.code == 0, outcome
    assert "grover, 2 qubits, 2 QPUs: 2 pairs beat cut pairs together" in outcome.out
    content = json.loads(Path("g.json").read_text())
    arms = {row["arm"] for row in content["rows"]}
    assert arms == {"pairs", "pairs, corrected", "cut pairs", "cut pairs together"}
    assert [row["algorithm"] for row in content["break_even"]] == ["grover"]
    assert Path("ebit-nonlocal-gates/figures/grover-2-2.svg").is_file()
    kept = list(Path("ebit-nonlocal-gates/nonlocal_gates").iterdir())
    before = [path.stat().st_mtime_ns for path in kept]
    assert run_ebit(*arguments).out == outcome.out
    assert [path.stat().st_mtime_ns for path in kept] == before


def test_bad_input_is_one_line(here: Path) -> None:
    assert "`algorithm` must be one of fourier" in error_of(
        "nonlocal-gates", "--algorithm", "simon"
    )
    assert "`shots`" in error_of("nonlocal-gates", "--shots", 0)


def test_settings_from_a_file_and_by_name(here: Path) -> None:
    Path("small.toml").write_text('algorithm = ["grover"]\nquick = true\nshots = 0\n')
    assert "`shots`" in error_of("nonlocal-gates", "--config", "small.toml")
    assert "did you mean shots?" in error_of("nonlocal-gates", "--set", "shot=5")
    arguments = ("nonlocal-gates", "--config", "small.toml", "--set", "shots=50")
    outcome = run_ebit(*arguments, "--json", "g.json")
    assert outcome.code == 0, outcome
    rows = json.loads(Path("g.json").read_text())["rows"]
    assert {(row["algorithm"], row["shots"]) for row in rows} == {("grover", 50)}
