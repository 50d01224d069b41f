"""Files of users on the command line: what is announced, and what never reaches the terminal."""

import io
import sys
from pathlib import Path

import polars as pl
import pytest

from command_line import error_of, run_ebit

TRAIN = ("train", "--resource", "none", "--depth", 1, "--steps", 2, "--runs", 1)


def rows(*labels: str, name: str = "n") -> str:
    lines = [f"{i},{i % 3}.5,{i % 5},{labels[i % len(labels)]}" for i in range(24)]
    return "\n".join([f"{name},a,b,kind", *lines, ""])


def test_notes_stand_on_standard_error_once(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(rows("u", "v").replace(",", ";"))
    outcome = run_ebit(
        *TRAIN, "--data", tmp_path / "d.csv", "--scale", "angles", "--out", tmp_path / "out"
    )
    assert outcome.err.count("Note: File `d.csv` separates its columns by semicolons.") == 1
    assert outcome.err.count("Note: File `d.csv` has row numbers in column `n`") == 1


def test_escape_codes_of_a_file_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(rows("\x1b[31mred", "[blue]\u202e", name="\x1b]0;x\x07"))
    message = error_of(*TRAIN, "--data", path, "--out", tmp_path / "out", "--label", "\x1b[2J")
    assert message.isprintable()
    features = ("--features", "a,b|0,1")
    message = error_of(*TRAIN, "--data", path, "--out", tmp_path / "out", *features)
    assert message.isprintable()
    wide = pl.read_csv(path, new_columns=["c", "a", "b", "kind"])
    wide.with_columns((pl.col("c") % 7).cast(float), d=pl.col("a") * 2).write_csv(path)
    data = ("--data", path, "--label", "kind", "--scale", "angles")
    trained = run_ebit(*TRAIN, *data, "--out", tmp_path / "out")
    assert trained.code == 0, trained.err
    (model,) = (tmp_path / "out" / "models").glob("*.safetensors")
    predicted = run_ebit("predict", model, "--data", path)
    assert predicted.code == 0, predicted.err
    for text in (trained.out, trained.err, predicted.out, predicted.err):
        assert all(line.isprintable() for line in text.split("\n"))
    assert "[blue]" in predicted.out


def test_truth_values_are_the_same_in_all_formats(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {name: [0.1 * ((i * k) % 7) for i in range(24)] for k, name in enumerate("abcd", start=1)}
        | {"kind": [i % 2 == 0 for i in range(24)]}
    )
    frame.write_parquet(tmp_path / "d.parquet")
    trained = run_ebit(*TRAIN, "--data", tmp_path / "d.parquet", "--out", tmp_path / "out")
    assert trained.code == 0, trained.err
    (model,) = (tmp_path / "out" / "models").glob("*.safetensors")
    for spelled in (("True", "False"), ("true", "false"), ("TRUE", "FALSE"), ("1", "0")):
        kind = pl.Series("kind", [spelled[i % 2] for i in range(24)])
        frame.with_columns(kind).write_csv(tmp_path / "new.csv")
        predicted = run_ebit("predict", model, "--data", tmp_path / "new.csv")
        assert predicted.code == 0, predicted.err
        assert "Accuracy: " in predicted.out


def test_data_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a,b,c,d,kind\n" + "0.1,0.2,0.3,0.4,u\n0.4,0.3,0.2,0.1,v\n" * 6
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outcome = run_ebit(*TRAIN, "--data", "-", "--out", tmp_path / "out")
    assert outcome.code == 0, outcome.err
