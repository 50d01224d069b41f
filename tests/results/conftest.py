from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ebit.data import Dataset, DataSource, chsh, load
from ebit.results import Store, Task, make_task, train


@dataclass(frozen=True)
class Finished:
    """A finished task and everything it came from."""

    dataset: Dataset
    task: Task
    folder: Path
    rows: pl.DataFrame

    @property
    def model_path(self) -> Path:
        return Store(self.folder).model_path(self.task.hash)


def write_points(path: Path, rows: int = 60) -> Path:
    """A CSV file with four features of any range and labels that a circuit can learn."""
    random = np.random.default_rng(0)
    x = random.uniform(-40, 60, size=(rows, 4))
    labels = np.where((x[:, 0] - 10) * (x[:, 2] - 10) > 0, "yes", "no")
    columns = {name: x[:, k] for k, name in enumerate("abcd")}
    pl.DataFrame({**columns, "label": labels}).write_csv(path)
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A file, a model trained on it, and its rows; nobody changes them."""
    folder = tmp_path_factory.mktemp("finished")
    source = DataSource(source=str(write_points(folder / "points.csv")), scale="angles")
    dataset = load(source)
    task = make_task(dataset, resource="bell:1", depth=1, steps=6, runs=2, batch_size=20)
    rows = train(dataset, task, folder / "out")
    return Finished(dataset, task, folder / "out", rows)


@pytest.fixture
def no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where something is trained."""

    def fail(*_: object, **__: object) -> None:
        pytest.fail("trained again")

    monkeypatch.setattr("ebit.results.run.fit", fail)


@pytest.fixture(scope="session")
def game() -> Dataset:
    return chsh()
