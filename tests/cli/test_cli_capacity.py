import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ebit
from command_line import error_of, run_ebit

SMALL = ("capacity", "--qubits", 2, "--points", 2)
KEYS = {
    "task", "resource", "qubits", "depth", "mixing", "pooling", "noise", "outcomes", "data",
    "inputs", "points", "seed", "rank", "sampling_bound", "on_sampling_bound", "converged",
    "smallest_kept", "largest_dropped", "log_eigenvalue_std", "num_parameters", "seconds",
    "ebit_version", "jax_version", "python_version", "git_commit", "device", "precision",
    "created_at", "qpus", "topology", "sizes", "passes", "outputs", "scores",
}  # fmt: skip


def cells(out: str) -> list[list[str]]:
    return [re.split(r"  +", line) for line in out.splitlines()]


def test_a_table_with_gaps_and_bounds(here: Path) -> None:
    outcome = run_ebit(
        *SMALL, "--resource", "none,bell:2", "--depth", "4:5,8", "--inputs", 8, "--json", "c.json"
    )
    assert outcome.code == 0, outcome
    lines = cells(outcome.out)
    assert lines[0] == [
        "resource", "depth", "inputs", "rank", "bound", "kept", "dropped", "params", "seconds"
    ]  # fmt: skip
    assert [line[:5] for line in lines[1:7]] == [
        ["none", "4", "8", "16*", "16"],
        ["none", "5", "8", "16*", "16"],
        ["none", "8", "8", "16*", "16"],
        ["bell:2", "4", "8", "8*", "8"],
        ["bell:2", "5", "8", "8*", "8"],
        ["bell:2", "8", "8", "8*", "8"],
    ]
    assert "* on its bound: raise --inputs, or use --converge" in outcome.out
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    assert re.match(r"none depth 4 \(1/6\): 2 points in [0-9.]+ s\n", outcome.err)
    rows = json.loads(Path("c.json").read_text())["rows"]
    assert all(set(row) == KEYS for row in rows)
    assert [row["rank"] for row in rows] == [16, 16, 16, 8, 8, 8]
    assert all(row["on_sampling_bound"] and row["converged"] is None for row in rows)


def test_rows_are_those_of_the_library(here: Path) -> None:
    run_ebit(*SMALL, "--resource", "bell:1", "--depth", 2, "--mixing", 1, "--json", "c.json")
    (row,) = json.loads(Path("c.json").read_text())["rows"]
    asked = ebit.CapacitySettings(resource="bell:1", qubits=2, depth=2, mixing=1, points=2)
    found, _ = ebit.capacity_row(asked)
    assert row["task"] == asked.hash
    assert row["smallest_kept"] == found.smallest_kept
    assert row["rank"] == found.rank


def test_converge(here: Path) -> None:
    outcome = run_ebit(*SMALL, "--resource", "bell:2", "--depth", 4, "--inputs", 8, "--converge")
    assert outcome.code == 0
    assert cells(outcome.out)[1][:5] == ["bell:2", "4", "32", "16", "32"]
    assert "*" not in outcome.out


def test_not_converged_is_a_failed_check(here: Path) -> None:
    outcome = run_ebit(
        *SMALL, "--resource", "bell:2", "--depth", 4, "--inputs", 32, "--data", "chsh",
        "--converge", "--json", "c.json",
    )  # fmt: skip
    assert outcome.code == 1
    assert outcome.out.splitlines()[-1] == "bell:2 depth 4: not converged, more inputs needed"
    (row,) = json.loads(Path("c.json").read_text())["rows"]
    assert row["converged"] is False
    assert row["data"] == "chsh"


def test_a_file_of_data(here: Path) -> None:
    x = np.random.default_rng(0).uniform(0, 9, size=(30, 4))
    table = pl.DataFrame({**{f"f{k}": x[:, k] for k in range(4)}, "label": np.arange(30) % 2})
    table.write_csv("mine.csv")
    outcome = run_ebit(
        "capacity", "--data", "mine.csv", "--scale", "angles", "--inputs", 30, "--points", 2,
        "--resource", "none", "--depth", 4, "--json", "c.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    (row,) = json.loads(Path("c.json").read_text())["rows"]
    assert (row["qubits"], row["inputs"], row["rank"]) == (2, 30, 16)


def test_spectrum_and_figures(here: Path) -> None:
    outcome = run_ebit(
        *SMALL, "--resource", "none,bell:1", "--depth", "1,2", "--spectrum", "--json", "c.json",
        "--figures", "figures",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    rows = json.loads(Path("c.json").read_text())["rows"]
    for row in rows:
        values = np.array(row["eigenvalues"])
        assert values.shape == (2, row["num_parameters"])
        assert np.log(values[values > 0]).std() == pytest.approx(row["log_eigenvalue_std"])
    written = {path.name for path in Path("figures").iterdir()}
    assert written == {
        f"{stem}.{kind}"
        for stem in ("effective-dimension", "fisher-spectrum")
        for kind in ("png", "svg", "csv")
    }
    drawn = pl.read_csv("figures/effective-dimension.csv")
    assert set(drawn["rank"]) == {row["rank"] for row in rows}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--depth", "0"), "`depth` must be at least 1, but is 0"),
        (("--depth", "5:3"), "`--depth` must be like 20 or 5,10 or 1:30, but is '5:3'"),
        (("--depth", "x"), "`--depth` must be like .* 'x'"),
        (("--depth="), "`--depth` must be like .* ''"),
        (("--depth", "1:2000"), "`--depth` must name at most 1000 depths"),
        (("--inputs", 0), "`inputs` must be at least 1, but is 0"),
        (("--points", 0), "`points` must be at least 1, but is 0"),
        (("--mixing", -1), "`mixing` must be at least 0, but is -1"),
        (("--seed", -1), "`seed` must be at least 0, but is -1"),
        (("--qubits", 1), "`qubits` must be a whole number from 2"),
        (("--qubits", 9), "`qubits` must be at most 8 for a capacity, but is 9"),
        (("--outcomes", "bits"), "`outcomes` must be 'joint', 'parity', 'classes' or 'numbers'"),
        (("--resource", "none,dnn"), "Unknown resource 'dnn'"),
        (("--resource", ""), "Unknown resource ''"),
        (("--resource", "bell:3"), "'bell:3' shares 3 Bell pairs"),
        (("--label", "y"), "`--data` is 'haar', which takes no `--label`"),
        (("--scale", "angles"), "`--data` is 'haar', which takes no .*`--scale`"),
        (("--data", "gone.csv"), "`gone.csv` does not exist"),
        (("--data", "clusters:0"), "has 8 features, but 2 QPUs of 2 qubits take 4"),
        (("--data", "chsh", "--inputs", 999), "`inputs` must be at most the .* rows"),
        (("--json", "."), "Cannot write '.'"),
        (("--figures", "/proc/x"), "Cannot write '/proc/x"),
        (("--nonsense", 1), "No such option: --nonsense.*ebit capacity --help"),
    ],
    ids=str,
)
def test_a_bad_option(here: Path, options: Any, names: str) -> None:
    given_options = (options,) if isinstance(options, str) else options
    arguments = (*SMALL, "--resource", "none", "--depth", 1, *given_options)
    assert re.search(names, error_of(*arguments))
    assert [path for path in here.rglob("*") if path.is_file()] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    text=st.text(alphabet="0123456789,:- x", max_size=8).filter(
        lambda text: not re.search(r"(^|[,:])\s*\d", text) or "x" in text
    )
)
def test_any_text_for_the_depth_is_one_line(here: Path, text: str) -> None:
    error_of(*SMALL, "--resource", "none", f"--depth={text}")
