from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ebit import CapacitySettings, EbitError, Store
from ebit.results import Capacity, Experiment, run_experiment
from ebit.results.store import CAPACITY, TRAINING
from ebit.settings import hash_of

CAPACITIES = CapacitySettings(resource="bell:1", qubits=2, depth=1, points=2, inputs=5)


def test_a_hash_can_be_read(finished: Any) -> None:
    store = Store(finished.folder)
    content = store.content(finished.task.hash)
    assert content == finished.task.content
    assert content is not None
    assert hash_of(content) == finished.task.hash
    assert store.content("0" * 64) is None
    assert store.content(finished.task.hash, CAPACITY) is None


def test_a_capacity_is_kept_and_costs_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job: Experiment = Capacity(CAPACITIES)
    store = Store(tmp_path)
    rows = run_experiment(job, store)
    assert rows["task"].item() == job.hash == CAPACITIES.hash
    assert store.content(job.hash, job.kind) == CAPACITIES.content
    assert rows["ebit_version"].item()
    assert rows["precision"].item() == "complex128"
    monkeypatch.setattr(Capacity, "run", lambda *_: pytest.fail("computed again"))
    assert_frame_equal(run_experiment(job, store), rows)
    assert store.rows(TRAINING).is_empty()
    assert store.rows(CAPACITY).height == 1


def test_kinds_do_not_mix(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = pl.DataFrame({"task": ["a"]})
    store.put("a", rows, CAPACITY)
    assert store.has("a", CAPACITY)
    assert not store.has("a", TRAINING)
    assert store.finished() == set()


def test_a_folder_that_cannot_be_written_is_found_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "capacity").write_text("in the way")
    with pytest.raises(EbitError, match="Cannot write"):
        run_experiment(Capacity(CAPACITIES), Store(tmp_path))


def test_noise_counts_in_a_capacity() -> None:
    noisy = CapacitySettings(**{**CAPACITIES.model_dump(), "noise": {"two_qubit_error": 0.1}})
    assert noisy.hash != CAPACITIES.hash
    assert noisy.build().noise is not None
    quiet = CapacitySettings(**{**CAPACITIES.model_dump(), "noise": {"two_qubit_error": 0.0}})
    assert quiet.hash == CAPACITIES.hash


@pytest.mark.parametrize(
    ("settings", "old"),
    [
        ({"resource": "bell:1", "depth": 5},
         "5c887ed7f09cc6074ab971a371b58a9c10d8579d9306714b50f518104c1c88e7"),
        ({"resource": "none", "qubits": 2, "depth": 4, "points": 3},
         "bd409417943379f6d9cfd9ebe9160edd136fdab743920be10d753e0e6e9df934"),
        ({"resource": "classical", "pooling": "all-but-one", "outcomes": "parity", "inputs": 500,
          "converge": True},
         "09235d00820f79fc2dbdab7b9fc3fafd2afdf610072c44886fc999f790e5218f"),
        ({"resource": "bell:1", "data": "chsh", "fingerprint": "f"},
         "8581e51e0abd4c3a72cbdfe5431706ae2cd41919dc17c4bcc487a524c3508352"),
    ],
)  # fmt: skip
def test_capacities_of_the_first_version_keep_their_hashes(
    settings: dict[str, Any], old: str
) -> None:
    assert CapacitySettings(**settings).hash == old
