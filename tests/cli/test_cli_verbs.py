import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import ebit
from command_line import SMALL, run_ebit
from ebit.cli.quick import smaller as smaller_data
from ebit.cli.shots import _at_equal_shots
from ebit.data import load
from ebit.results import expected_accuracies

ANSI = "\x1b"


def readable(text: str) -> bool:
    """No colours, no lines that a terminal of 80 columns wraps, but for paths."""
    paths = ("Model: ", "Report: ", "Accuracy against shots: ")
    lines = [line for line in text.splitlines() if not line.startswith(paths)]
    return ANSI not in text and all(len(line) <= 80 and line == line.rstrip() for line in lines)


def test_help_and_version() -> None:
    assert run_ebit("--version").out == f"ebit {ebit.__version__}\n"
    bare = run_ebit()
    assert bare == run_ebit("--help")
    assert bare.code == 0
    for verb in ("compare", "train", "predict", "sweep", "capacity"):
        assert verb in bare.out
        outcome = run_ebit(verb, "--help")
        assert outcome.code == 0
        assert readable(outcome.out)
        assert "--json" in outcome.out


def test_train_prints_a_table(trained: Any) -> None:
    out, err = trained.outcome.out, trained.outcome.err
    assert readable(out)
    header, row = (re.split(r"  +", line) for line in out.splitlines()[:2])
    assert header == [
        "resource", "accuracy", "std", "params", "ebits", "bits", "gates", "rounds", "seconds"
    ]  # fmt: skip
    summary = trained.content["summary"]
    assert row[0] == "bell:1"
    assert row[1] == f"{summary['validation_accuracy_mean']:.3f}"
    assert row[2] == f"{summary['validation_accuracy_std']:.3f}"
    assert row[4:8] == ["1", "0", "0", "0"]
    assert out.splitlines()[-1] == f"Model: {trained.model}"
    assert trained.model.is_file()
    assert re.fullmatch(r"bell:1 \(1/1\): 5 steps in [0-9.]+ s\n", err)


def test_train_writes_json(trained: Any) -> None:
    content = trained.content
    assert content.keys() == {"task", "rows", "summary", "best"}
    assert len(content["rows"]) == content["summary"]["runs"] == 2
    for run, row in enumerate(content["rows"]):
        assert row["resource"] == "bell:1"
        assert row["depth"] == 1
        assert row["run"] == run
        for name in ("validation_accuracy", "train_loss", "seconds", "compile_seconds"):
            assert isinstance(row[name], float)
        assert isinstance(row["num_parameters"], int)
    values = [row["validation_accuracy"] for row in content["rows"]]
    best = {"run": int(np.argmax(values)), "validation_accuracy": max(values)}
    assert content["best"] == best
    assert (
        f"Best run: {best['run']} of 0 to 1, accuracy {max(values):.3f} on" in trained.outcome.out
    )
    assert content["summary"]["validation_accuracy_mean"] == pytest.approx(np.mean(values))
    assert content["summary"]["validation_accuracy_std"] == pytest.approx(np.std(values, ddof=1))
    task = ebit.Task(**{k: v for k, v in content["task"].items() if k != "hash"})
    assert task.hash == content["task"]["hash"]


@pytest.mark.slow
def test_a_model_with_one_pooling_round(here: Path) -> None:
    x = np.random.default_rng(0).uniform(-1, 1, size=(24, 6))
    columns = {name: x[:, k] for k, name in enumerate("abcdef")}
    pl.DataFrame({**columns, "label": np.sign(x[:, 0])}).write_csv("six.csv")
    outcome = run_ebit(
        "train", "--data", "six.csv", "--resource", "classical", "--pooling", "all-but-one",
        "--depth", 2, "--steps", 2, "--runs", 1, "--out", "out", "--json", "train.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    content = json.loads(Path("train.json").read_text())
    (row,) = content["rows"]
    assert content["task"]["model"]["pooling"] == row["pooling"] == "all-but-one"
    assert row["num_parameters"] == 2 * (3 * 2 + 4 * 2) + 4
    assert (row["bits_per_inference"], row["rounds_per_inference"]) == (4, 1)
    model = here / "out" / "models" / f"{content['task']['hash']}.safetensors"
    predicted = run_ebit("predict", model, "--data", "six.csv", "--json", "p.json")
    assert predicted.code == 0, predicted
    accuracy = json.loads(Path("p.json").read_text())["accuracy"]
    rows = len(x) * row["train_accuracy"] * 0.75 + len(x) * row["validation_accuracy"] * 0.25
    assert accuracy == pytest.approx(rows / len(x))


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        pytest.fail("trained again")

    monkeypatch.setattr("ebit.results.run.fit", fail)
    monkeypatch.setattr(sys.modules["ebit.results.estimate"], "matrix_product_rate", fail)


@pytest.mark.usefixtures("no_training")
def test_a_finished_training_costs_nothing(trained: Any, here: Path) -> None:
    (here / "moved.csv").write_bytes(trained.data.read_bytes())
    outcome = run_ebit(
        "train", "--data", "moved.csv", "--resource", "bell:01", *SMALL,
        "--out", trained.out, "--json", "again.json",
    )  # fmt: skip
    assert outcome.code == 0
    assert outcome.out == trained.outcome.out
    assert outcome.err == f"1 of 1 trainings are in {trained.out} already.\n"
    again = json.loads(Path("again.json").read_text())
    assert again["summary"] == trained.content["summary"]
    assert again["rows"][0]["data"] == "moved.csv"


def test_compare_takes_what_train_made_and_writes_a_report(trained: Any, here: Path) -> None:
    arguments = (
        "compare", "--data", trained.data, "--resource", "dnn, bell:1,bell:01", *SMALL,
        "--loss", "mse",
        "--out", trained.out, "--json", here / "a.json",
    )  # fmt: skip
    outcome = run_ebit(*arguments)
    assert outcome.code == 0, outcome
    first, second = outcome.err.splitlines()
    assert first == f"1 of 2 trainings are in {trained.out} already."
    assert re.fullmatch(r"dnn \(1/2\): 5 steps in [0-9.]+ s", second)
    assert readable(outcome.out)
    rows = json.loads((here / "a.json").read_text())["rows"]
    assert [row["resource"] for row in rows] == ["dnn", "bell:1"]
    assert {k: rows[1][k] for k in trained.content["summary"]} == trained.content["summary"]
    report = trained.out / "report.html"
    assert outcome.out.splitlines()[-1] == f"Report: {report}"
    page = report.read_text()
    assert "Confusion matrix of bell:1" in page or "Confusion matrix of dnn" in page
    assert f'<code id="task-{rows[1]["task"]}">' in page
    again = run_ebit(*arguments)
    assert again.out == outcome.out
    assert again.err == f"2 of 2 trainings are in {trained.out} already.\n"


@pytest.mark.slow
def test_compare_with_shots(trained: Any, here: Path) -> None:
    outcome = run_ebit(
        "compare", "--data", trained.data, "--resource", "dnn,bell:1", *SMALL,
        "--shots", "100,1,100", "--json", "c.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    lines = outcome.out.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("resource  shots"))
    titles = ["resource", "shots", "accuracy", "std", "ebits", "bits", "nonlocal_gates", "rounds"]
    assert lines[start].split() == titles
    cells = [line.split() for line in lines[start + 1 : start + 3]]
    assert [row[:2] for row in cells] == [["bell:1", "1"], ["bell:1", "100"]]
    assert [row[4:] for row in cells] == [["1", "0", "0", "0"], ["100", "0", "0", "0"]]
    rows = json.loads(Path("c.json").read_text())["shots"]
    assert [(row["run"], row["shots"]) for row in rows] == [(0, 1), (0, 100), (1, 1), (1, 100)]
    assert cells[1][2] == f"{np.mean([row['accuracy'] for row in rows[1::2]]):.3f}"
    for suffix in ("png", "svg", "csv"):
        assert (here / "ebit-compare" / "figures" / f"shots.{suffix}").is_file()


def test_cut_circuits_are_told_at_the_shots_of_the_others(trained: Any) -> None:
    stored, dataset = ebit.load_model(trained.model), load(str(trained.data))
    table = expected_accuracies(stored, dataset.x_validation, dataset.y_validation, shots=[20])
    mean = np.mean(table["accuracy"].to_numpy())
    words = f"cut with 100 shots is worth 20 of bell:1: an accuracy of {mean:.3f}."
    assert _at_equal_shots(stored, dataset, 100, 20.9) == words
    none = "cut with 100 shots is worth 0.015 shots of bell:1, which give no label."
    assert _at_equal_shots(stored, dataset, 100, 0.0154) == none


def test_shots_without_a_measured_resource(trained: Any, here: Path) -> None:
    outcome = run_ebit(
        "compare", "--data", trained.data, "--resource", "dnn", *SMALL, "--shots", 10,
        "--json", "c.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    assert "No resource is measured" in outcome.err
    assert json.loads((here / "c.json").read_text())["shots"] == []


@pytest.mark.slow
def test_predict_with_shots(trained: Any, here: Path) -> None:
    arguments = (
        "predict",
        trained.model,
        "--data",
        trained.data,
        "--shots",
        50,
        "--json",
        "p.json",
    )
    outcome = run_ebit(*arguments)
    assert outcome.code == 0, outcome
    header, *_ = outcome.out.splitlines()
    assert header.split()[1:3] == ["expectation", "standard_error"]
    assert "50 shots per row" in outcome.out
    content = json.loads((here / "p.json").read_text())
    assert content["shots"] == 50
    assert all(row["standard_error"] > 0 for row in content["rows"])
    assert run_ebit(*arguments) == outcome
    assert run_ebit(*arguments, "--seed", 1) != outcome


def test_predict_prints_the_first_rows_and_writes_all(trained: Any, here: Path) -> None:
    outcome = run_ebit(
        "predict", trained.model, "--data", trained.data, "--run", 1,
        "--out", "p.csv", "--json", "p.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    assert outcome.err == ""
    assert ANSI not in outcome.out
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["row", "expectation", "prediction", "label", "correct"]
    assert "[bold]yes[/]" in outcome.out  # names of classes are shown as they are
    assert "no :smile:" in outcome.out
    assert lines[11] == "... and 30 more rows (all are in p.csv)."
    table = pl.read_csv("p.csv")
    assert table.height == 40
    content = json.loads(Path("p.json").read_text())
    assert content["run"] == 1
    assert content["task"]["hash"] == trained.content["task"]["hash"]
    assert [row["prediction"] for row in content["rows"]] == table["prediction"].to_list()
    accuracy = (table["prediction"] == table["label"]).mean()
    assert content["accuracy"] == accuracy
    rows = trained.content["rows"][1]
    assert accuracy == pytest.approx(
        0.25 * rows["validation_accuracy"] + 0.75 * rows["train_accuracy"]
    )


def test_predict_without_labels(trained: Any, here: Path) -> None:
    pl.read_csv(trained.data).drop("label").head(3).write_csv("new.csv")
    outcome = run_ebit("predict", trained.model, "--data", "new.csv", "--json", "p.json")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split() == ["row", "expectation", "prediction"]
    assert len(outcome.out.splitlines()) == 4
    assert json.loads(Path("p.json").read_text())["accuracy"] is None


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("scale", ["none", "angles"])
def test_raw_data_as_angles_are_noted(
    monkeypatch: pytest.MonkeyPatch, trained: Any, scale: str
) -> None:
    table = pl.read_csv(trained.data)
    table.with_columns(pl.col("b") * 100).write_csv("far.csv")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ebit.results.run.fit", interrupt)
    outcome = run_ebit("train", "--data", "far.csv", "--resource", "none", "--scale", scale)
    assert outcome.code == 130
    note, end = outcome.err.splitlines() if scale == "none" else ("", *outcome.err.splitlines())
    assert end.startswith("Error: Interrupted")
    assert bool(note) == (scale == "none")
    if note:
        assert re.match(r"Note: feature 'b' reaches 1\d\d\..* --scale angles", note)


def test_quick_takes_few_rows_of_both_classes() -> None:
    random = np.random.default_rng(0)
    labels = np.where(random.random(5000) < 0.002, 1.0, -1.0)
    data = ebit.data.Dataset(
        x_train=random.normal(size=(5000, 4)), y_train=labels,
        x_validation=random.normal(size=(90, 4)), y_validation=labels[:90],
        name="rare", class_names=("a", "b"), feature_names=tuple("abcd"),
    )  # fmt: skip
    smaller = smaller_data(data, 0)
    assert smaller.y_train.shape == (512,)
    assert smaller.y_validation.shape == (90,)
    assert (smaller.y_train == 1).sum() >= 1
    other = smaller_data(data, 1)
    assert not np.array_equal(smaller.x_train, other.x_train)
    rows = {tuple(row) for row in data.x_train}
    assert len({tuple(row) for row in smaller.x_train} & rows) == 512


@pytest.mark.sampled(1)
@pytest.mark.parametrize("target", ["/dev/full", "closed pipe"])
def test_output_that_nobody_takes(trained: Any, target: str) -> None:
    command = [sys.executable, "-m", "ebit", "predict", str(trained.model), "--data"]
    command.append(str(trained.data))
    if target == "closed pipe":
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, error = process.communicate(timeout=60)
        assert error == b""
    else:
        with open(target, "wb") as full:
            process = subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE)
            _, error = process.communicate(timeout=60)
        assert error.startswith(b"Error: Cannot print")
        assert error.count(b"\n") == 1
    assert process.returncode == 1


@pytest.mark.slow
def test_a_quick_look_at_the_clusters(tmp_path: Path) -> None:
    outcome = run_ebit("compare", "--quick", "--out", tmp_path, "--json", tmp_path / "a.json")
    assert outcome.code == 0, outcome
    assert "Quick look: 682 rows, few steps. Do not cite these numbers." in outcome.err.splitlines()
    rows = json.loads((tmp_path / "a.json").read_text())["rows"]
    resources = ebit.all_resources(4)
    assert [row["resource"] for row in rows if row["depth"] is not None] == resources
    for row in rows:
        assert row["depth"] in {None, 5, 1}  # 1: the mixture has no more angles than the others
        assert row["steps"] in {None, 150}
        assert row["runs"] == 3
        assert 0.5 < row["validation_accuracy_mean"] <= 1
