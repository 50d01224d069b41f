import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from polars.testing import assert_frame_equal

import ebit
from ebit import EbitError, Store, all_resources, compare, load_model, make_task, train
from ebit.data import Dataset
from ebit.learning import training
from ebit.models import ModelSettings
from ebit.results import depth_for
from ebit.results import run as run_module

TIMES = ("seconds", "compile_seconds", "created_at")


@pytest.mark.usefixtures("no_training")
def test_a_finished_task_costs_nothing(finished: Any) -> None:
    again = train(finished.dataset, finished.task, finished.folder)
    assert_frame_equal(again, finished.rows)


@pytest.mark.usefixtures("no_training")
def test_a_finished_task_is_found_under_another_name_of_the_data(finished: Any) -> None:
    other = replace(finished.dataset, name="moved.csv")
    task = make_task(other, resource="bell:01", depth=1, steps=6, runs=2, batch_size=20)
    rows = train(other, task, finished.folder)
    assert rows["data"].unique().to_list() == ["moved.csv"]
    assert_frame_equal(rows.drop("data"), finished.rows.drop("data"))


def test_rows_without_their_model_are_made_again(finished: Any, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(finished.task.hash, finished.rows)
    rows = train(finished.dataset, finished.task, tmp_path)
    assert_frame_equal(rows.drop(TIMES), finished.rows.drop(TIMES))
    assert store.has(finished.task.hash)
    assert load_model(store.model_path(finished.task.hash)).task == finished.task


def test_a_task_of_other_data_is_refused(finished: Any, game: Dataset, tmp_path: Path) -> None:
    with pytest.raises(EbitError, match="made for other data than 'chsh'"):
        train(game, finished.task, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_training")
def test_the_folder_is_checked_before_the_work(finished: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EbitError, match="Cannot write"):
        train(finished.dataset, finished.task, tmp_path / "file")


def test_a_full_disk_at_the_end_costs_no_training(
    finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "EVERY_SECONDS", 0.0)

    def full(*_: object, **__: object) -> None:
        raise EbitError(f"Cannot write: {os.strerror(errno.ENOSPC)}.")

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "save_model", full)
        with pytest.raises(EbitError, match="No space left"):
            train(finished.dataset, finished.task, tmp_path)
    store = Store(tmp_path)
    assert not store.has(finished.task.hash)
    assert store.checkpoint_path(finished.task.hash).is_file()
    steps: list[int] = []
    rows = train(
        finished.dataset, finished.task, tmp_path, progress=lambda done, _: steps.append(done)
    )
    assert steps == []  # nothing was left to do
    assert_frame_equal(rows.drop(TIMES), finished.rows.drop(TIMES))
    assert not store.checkpoint_path(finished.task.hash).exists()


def test_resources_of_a_comparison() -> None:
    assert [name for name in all_resources(8) if name.startswith("bell")] == [
        "bell:1", "bell:2", "bell:3", "bell:4", "bell:8"
    ]  # fmt: skip
    assert [name for name in all_resources(10) if name.startswith("bell")][-2:] == [
        "bell:8", "bell:10"
    ]  # fmt: skip
    assert "bell:3" not in all_resources(2)


def test_a_comparison_goes_on_where_it_stopped_and_takes_what_train_made(
    finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three tasks one is there already; the first try breaks off before the last one."""
    tasks = [
        make_task(finished.dataset, resource=name, depth=1, steps=6, runs=2, batch_size=20)
        for name in ("none", "bell:1", "dnn")
    ]
    store = Store(tmp_path)
    store.put(finished.task.hash, finished.rows)
    store.model_path(finished.task.hash).parent.mkdir()
    store.model_path(finished.task.hash).write_bytes(finished.model_path.read_bytes())
    trained: list[str] = []
    fit = ebit.fit

    def counted(model: Any, *args: Any, **settings: Any) -> Any:
        trained.append(model.resource_name)
        return fit(model, *args, **settings)

    monkeypatch.setattr(run_module, "fit", counted)

    def stop_at_last(task: Any) -> Any:
        if task.model.resource == "dnn":
            raise KeyboardInterrupt
        return lambda done, steps: None

    with pytest.raises(KeyboardInterrupt):
        compare(finished.dataset, tasks, tmp_path, progress=stop_at_last)
    assert trained == ["none"]
    rows = compare(finished.dataset, tasks, tmp_path)
    assert trained == ["none", "dnn"]
    assert rows["resource"].to_list() == ["none"] * 2 + ["bell:1"] * 2 + ["dnn"] * 2
    assert_frame_equal(rows[2:4], finished.rows)
    merged = store.rows()
    assert sorted(merged["resource"]) == sorted(rows["resource"])
    assert np.all(np.isfinite(merged["train_loss"].to_numpy()))


def test_nothing_to_compare(game: Dataset, tmp_path: Path) -> None:
    with pytest.raises(EbitError, match="`tasks` is empty"):
        compare(game, [], tmp_path)


@pytest.mark.parametrize("depth", [1, 2, 5, 20, 57])
@pytest.mark.parametrize(
    "resource", ["mixture:2", "mixture:4", "mixture:2+bell:1", "bell:2", "dnn"]
)
def test_values_are_compared_at_equal_parameters(resource: str, depth: int) -> None:
    settings = ModelSettings(resource=resource, depth=depth)
    found = depth_for(settings)
    if not resource.startswith("mixture"):
        assert found == depth
        return
    most = ModelSettings(resource="none", depth=depth).build().num_parameters
    sizes = [
        settings.model_copy(update={"depth": d}).build().num_parameters for d in (found, found + 1)
    ]
    assert sizes[0] <= most < sizes[1] or found == 1
