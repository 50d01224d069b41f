"""`ebit compare` and `ebit train` with `--shots-per-label`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from command_line import error_of, run_ebit
from ebit import EbitError
from ebit.cli.label_shots import loss_for, parse_label_shots, with_loss
from ebit.cli.options import Given
from ebit.data import load
from ebit.models import ModelSettings


def test_numbers_of_shots() -> None:
    assert parse_label_shots(None) == [1000]
    assert parse_label_shots("100, 1,inf") == [100, 1, None]
    with pytest.raises(EbitError, match="`shots` must be a whole number"):
        parse_label_shots("0")


@pytest.mark.parametrize(
    ("given", "shots", "expected"),
    [
        ({}, [7, 100], {"loss": "shots", "shots_per_label": 7}),
        ({}, [None, 5], {"loss": "mse"}),
        ({"loss": "mse"}, [7], {"loss": "mse"}),
        ({"loss": "shots"}, [7], {"loss": "shots", "shots_per_label": 7}),
    ],
)
def test_the_first_number_is_trained_for(given: Any, shots: Any, expected: Any) -> None:
    assert with_loss(Given(given), shots, load("chsh")).values == expected


def test_many_classes_have_a_loss_of_their_own() -> None:
    data = load("clusters:0,features=4,clusters=4,points=64,classes=4")
    assert with_loss(Given({}), [7], data).values == {"loss": "cross-entropy"}


def test_infinitely_many_shots_are_no_loss() -> None:
    with pytest.raises(EbitError, match="must begin with a finite number"):
        with_loss(Given({"loss": "shots"}), [None], load("chsh"))


def test_where_nothing_is_measured_the_loss_is_mse() -> None:
    given = with_loss(Given({}), [7], load("chsh"))
    assert loss_for(ModelSettings(resource="bell:1"), given) == {}
    assert loss_for(ModelSettings(resource="dnn"), given)["loss"] == "mse"


@pytest.mark.usefixtures("here")
def test_compare_trains_for_the_shots_and_shows_them() -> None:
    outcome = run_ebit(
        "compare", "--data", "chsh", "--resource", "dnn,none", "--depth", 1, "--steps", 3,
        "--runs", 1, "--shots-per-label", "3,inf", "--json", "a.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    lines = outcome.out.splitlines()
    assert lines[0].split()[:4] == ["resource", "at", "3", "accuracy"]
    assert lines[1].split()[:2] == ["dnn", "-"]
    content = json.loads(Path("a.json").read_text())
    assert [row["loss"] for row in content["rows"]] == ["mse", "shots"]
    assert [row["shots_per_label"] for row in content["rows"]] == [None, 3]
    table = pl.DataFrame(content["accuracy_by_shots"])
    assert set(table["resource"]) == {"none"}
    assert sorted(table["shots"].to_list()) == [1, 3, 10, 100, 1000]
    at_three = table.filter(pl.col("shots") == 3)["accuracy"].item()
    assert lines[2].split()[1] == f"{at_three:.3f}"
    assert table["accuracy"].min() <= at_three <= table["accuracy"].max()
    assert Path("ebit-compare/figures/accuracy_at_shots.svg").is_file()
    assert "for 90%" in outcome.out
    sentence = " ".join(content["recommendation"].split())
    assert sentence.startswith(f"none reaches a validation accuracy of {at_three:.3f} at 3 shots")
    page = Path("ebit-compare/report.html").read_text("utf-8")
    assert "<span>Validation accuracy at 3 shots</span>" in page


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_with_the_loss_of_the_papers_shots_are_infinitely_many() -> None:
    outcome = run_ebit(
        "compare", "--data", "chsh", "--resource", "none,bell:1", "--depth", 1, "--steps", 3,
        "--runs", 2, "--loss", "mse", "--shots-per-label", "10", "--json", "a.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    content = json.loads(Path("a.json").read_text())
    assert " shots" not in content["recommendation"]
    assert "gain: mean difference of accuracies, paired by run" in outcome.out


def test_bad_numbers() -> None:
    error = error_of("compare", "--data", "chsh", "--shots-per-label", "many")
    assert "must be whole numbers separated by commas" in error


@pytest.mark.usefixtures("here")
def test_train_tells_the_accuracy_at_the_shots_of_its_loss() -> None:
    outcome = run_ebit(
        "train", "--data", "chsh", "--resource", "none", "--depth", 1, "--steps", 3,
        "--runs", 2, "--loss", "shots", "--shots-per-label", 3, "--json", "a.json",
    )  # fmt: skip
    content = json.loads(Path("a.json").read_text())
    reached = [row["validation_accuracy_3_shots"] for row in content["rows"]]
    titles, values = (line.split() for line in outcome.out.splitlines()[:2])
    assert titles[:3] == ["resource", "at", "3"]
    assert values[1] == f"{np.mean(reached):.3f}"
    best = int(np.argmax(reached))
    assert content["best"]["run"] == best
    assert content["best"]["validation_accuracy_3_shots"] == reached[best]
    assert f"Best run: {best} of 0 to 1, accuracy {max(reached):.3f} at 3 shots" in outcome.out
