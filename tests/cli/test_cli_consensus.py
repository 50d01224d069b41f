"""`ebit consensus`: what it prints and writes, and bad input."""

import json
from pathlib import Path

import pytest

from command_line import error_of, run_ebit

SMALL = (
    "--nodes", 10, "--stations", 4, "--slots", 40, "--rounds", 2, "--seeds", 2,
)  # fmt: skip


def test_schedule(tmp_path: Path) -> None:
    target = tmp_path / "schedule.json"
    outcome = run_ebit(
        "consensus",
        "schedule",
        "--policy",
        "edf,fifo",
        "--regime",
        "hard",
        *SMALL,
        "--json",
        target,
    )
    assert outcome.code == 0, outcome.err
    assert "Means over 2 runs." in outcome.out
    rows = json.loads(target.read_text())["rows"]
    assert [(row["policy"], row["seed"]) for row in rows] == [
        ("edf", 0), ("edf", 1), ("fifo", 0), ("fifo", 1),
    ]  # fmt: skip
    names = (
        "regime", "utilisation_strict", "utilisation_useful", "completion", "fidelity_mean",
        "fidelity_q05", "attempts_per_pair",
    )  # fmt: skip
    assert all(name in row for row in rows for name in names)


@pytest.mark.slow
def test_run(tmp_path: Path) -> None:
    target = tmp_path / "run.json"
    given = ("--arm", "fifo+mean", "--attack", "alie", "--faulty", "0,3", "--out", tmp_path / "out")
    outcome = run_ebit("consensus", "run", *given, *SMALL, "--json", target)
    assert outcome.code == 0, outcome.err
    rows = json.loads(target.read_text())["rows"]
    assert [(row["attack"], row["faulty"]) for row in rows[::2]] == [("none", 0), ("alie", 3)]
    assert all(name in rows[0] for name in ("arm", "seed", "accuracy", "gradient_error"))
    again = run_ebit("consensus", "run", *given, *SMALL)
    assert again.out == outcome.out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("schedule", "--policy", "lifo"), "Argument `policy` must be 'ceas' or 'edf'"),
        (("schedule", "--regime", "icy"), "Argument `regime`"),
        (("schedule", "--nodes", 0), "Argument `nodes` must be at least 1, but is 0."),
        (("schedule", "--policy", "oracle"), "at most 3 for policy oracle, but is 50"),
        (("run", "--faulty", "17"), "`faulty` must be at most 16 of 50 nodes (n >= 3f + 1)"),
        (("run", "--faulty", "many"), "must be like 10 or 0,5,10, but is 'many'"),
        (("run", "--attack", "bribe", "--faulty", 3), "Argument `attack`"),
        (("run", "--attack", "bribe"), "Argument `attack`"),
        (("run", "--arm", "best"), "Argument `arm`"),
        (("run", "--model", "dqnn", "--data", "clusters:0"), "must be 'digits' for model dqnn"),
        (("report", "--part", "all"), "Argument `part` must be one of main"),
    ],
)
def test_bad_input_is_one_line(given: tuple[object, ...], message: str) -> None:
    assert message in error_of("consensus", *given)
