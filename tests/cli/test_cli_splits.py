"""`ebit compare` over several splits, and beside classifiers of scikit-learn."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from command_line import error_of, run_ebit
from ebit.cli import compare

SHORT = ("--depth", 1, "--steps", 3, "--batch-size", 20)


@pytest.mark.slow
def test_a_small_file_is_compared_over_splits(trained: Any, here: Path) -> None:
    arguments = ("compare", "--data", trained.data, "--resource", "none,svc", *SHORT)
    outcome = run_ebit(*arguments, "--json", "a.json")
    assert outcome.code == 0, outcome
    assert "over 5 runs, in 5 random splits of the file" in outcome.out
    assert "5 splits, one run in each, as the file has fewer than 1000 rows" in outcome.out
    assert re.search(r"^svc +[+-]0\.\d{3} +[+-]\d\.\d{3} to [+-]\d\.\d{3}$", outcome.out, re.M)
    none, svc = json.loads((here / "a.json").read_text())["rows"]
    assert (none["runs"], none["splits"], svc["splits"]) == (5, 5, 5)
    assert svc["gain_over_none_low"] < svc["gain_over_none"] < svc["gain_over_none_high"]
    assert svc["num_parameters"] is None
    assert run_ebit(*arguments).out == outcome.out
    two = run_ebit(*arguments, "--splits", 2)
    assert "in 2 random splits" in two.out
    assert "5 of" not in two.out


def test_runs_that_are_given_leave_one_split(trained: Any, here: Path) -> None:
    outcome = run_ebit(
        "compare", "--data", trained.data, "--resource", "svc,dnn", *SHORT, "--runs", 2,
        "--json", "a.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    assert "over 2 runs, on the validation rows" in outcome.out
    rows = json.loads((here / "a.json").read_text())["rows"]
    assert {(row["runs"], row["splits"]) for row in rows} == {(2, 1)}


def test_without_scikit_learn(trained: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "scikit_learn_version", lambda: None)
    monkeypatch.setattr(compare, "all_resources", lambda _: ["dnn"])
    outcome = run_ebit("compare", "--data", trained.data, *SHORT, "--runs", 1)
    assert outcome.code == 0, outcome
    assert "Without scikit-learn there is no logistic-regression, svc, mlp" in outcome.err
    assert "svc" not in outcome.out
    chosen = ("--resource", "dnn,mlp", "--loss", "mse")
    message = error_of("compare", "--data", trained.data, *chosen, *SHORT)
    assert message == (
        "Classifier 'mlp' needs scikit-learn: install it with `pip install 'ebit[sklearn]'`."
    )


@pytest.mark.parametrize(("splits", "words"), [(0, "from 1 to 1000"), (2, "validation part")])
def test_splits_that_cannot_be(here: Path, splits: int, words: str) -> None:
    assert words in error_of("compare", "--data", "chsh", "--splits", splits)
