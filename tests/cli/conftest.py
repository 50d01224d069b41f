import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from command_line import SMALL, Outcome, run_ebit
from undrawn import undrawn_figures


@pytest.fixture(scope="package", autouse=True)
def _undrawn() -> Iterator[None]:
    with undrawn_figures():
        yield


@dataclass(frozen=True)
class Trained:
    """A folder with a data file, what was trained on it, and what was printed."""

    folder: Path
    outcome: Outcome
    content: dict[str, Any]

    @property
    def data(self) -> Path:
        return self.folder / "points.csv"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def model(self) -> Path:
        return self.out / "models" / f"{self.content['task']['hash']}.safetensors"


def points() -> pl.DataFrame:
    random = np.random.default_rng(0)
    x = random.uniform(-1.5, 1.5, size=(40, 4))
    labels = np.where(x[:, 0] * x[:, 2] > 0, "[bold]yes[/]", "no :smile:")
    return pl.DataFrame({**{name: x[:, k] for k, name in enumerate("abcd")}, "label": labels})


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    points().write_csv(folder / "points.csv")
    outcome = run_ebit(
        "train", "--data", folder / "points.csv", "--resource", "bell:1", *SMALL,
        "--out", folder / "out", "--json", folder / "train.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome
    return Trained(folder, outcome, json.loads((folder / "train.json").read_text()))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
