"""`--noise` of `ebit train` and `ebit compare`."""

import json
from pathlib import Path

import pytest

from command_line import SMALL, error_of, run_ebit

TRAIN = ("train", "--data", "chsh", "--resource", "bell:1,fidelity=0.95")


def test_train_and_predict_with_noise(here: Path) -> None:
    Path("noise.toml").write_text("two_qubit_error = [0.01, 0.02]\nflip_one = 0.05\n")
    options = ("--depth", 1, "--steps", 2, "--runs", 1, "--noise", "noise.toml")
    outcome = run_ebit(*TRAIN, *options, "--json", "train.json")
    assert outcome.code == 0, outcome
    content = json.loads(Path("train.json").read_text())
    said = {"two_qubit_error": [0.01, 0.02], "flip_one": 0.05}
    noise = content["task"]["model"]["noise"]
    assert {name: noise[name] for name in said} == said
    assert json.loads(content["rows"][0]["noise"]) == said
    model = f"ebit-train/models/{content['task']['hash']}.safetensors"
    Path("points.csv").write_text("s1,s2,t1,t2\n0.1,0.2,0.3,0.4\n")
    predicted = run_ebit("predict", model, "--data", "points.csv", "--out", "labels.csv")
    assert predicted.code == 0, predicted


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("two_qubit_error = 2.0", "`two_qubit_error` must be a probability"),
        ("t1_seconds = 1.0\nt2_seconds = 3.0", "`t2_seconds` must be at most 2 T1 = 2 s"),
        ("errors = 1", "errors` is unknown"),
        ("x", "is not TOML"),
        (None, "Cannot read 'noise.toml'"),
    ],
)
def test_bad_noise_is_exit_code_2(content: str | None, words: str, here: Path) -> None:
    if content is not None:
        Path("noise.toml").write_text(content)
    assert words in error_of(*TRAIN, *SMALL[:2], "--noise", "noise.toml")
    assert not Path("ebit-train").exists()
