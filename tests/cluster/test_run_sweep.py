"""Sweeps in this process: resume, retries, errors."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from cluster.conftest import DIVERGES, GRID, numbers
from ebit import EbitError, Store, SweepTask, run_sweep, train
from ebit.cluster import batch
from ebit.data import load

Read = Callable[[str], list[SweepTask]]


def test_rows_are_those_of_train(tasks_of: Read, tmp_path: Path) -> None:
    tasks = tasks_of(GRID)
    calls: list[tuple[int, int]] = []
    result = run_sweep(
        tasks, tmp_path / "out", progress=lambda done, total: calls.append((done, total))
    )
    assert result.failures == ()
    assert calls == [(done, 6) for done in range(7)]
    wanted = train(load("chsh"), tasks[4].task, tmp_path / "alone")
    assert_frame_equal(numbers(result.rows[8:10]), numbers(wanted), check_exact=True)


def test_a_failing_task_is_reported_and_the_rest_is_done(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = count_tries(monkeypatch)
    tasks = tasks_of(GRID + DIVERGES)
    result = run_sweep(tasks, tmp_path / "out")
    assert [failure.item for failure in result.failures] == [tasks[-1]]
    assert "diverged" in result.failures[0].error
    assert result.rows.height == 12
    assert tries[tasks[-1].task.hash] == 1  # it would diverge again


def count_tries(
    monkeypatch: pytest.MonkeyPatch, fail: Callable[[str, int], Exception | None] | None = None
) -> dict[str, int]:
    """How often each task is trained; `fail` gives the error of a try, from 1, if any."""
    tries: dict[str, int] = {}
    original = train

    def counted(dataset: Any, task: Any, out: Path, **options: Any) -> Any:
        tries[task.hash] = tries.get(task.hash, 0) + 1
        error = None if fail is None else fail(task.hash, tries[task.hash])
        if error is not None:
            raise error
        return original(dataset, task, out, **options)

    monkeypatch.setattr(batch, "train", counted)
    return tries


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_failed_tasks_are_tried_again(
    retries: int, tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first task fails once, the second one always; a diverging one stays reported."""
    tasks = tasks_of(GRID + DIVERGES)
    first, second = (item.task.hash for item in tasks[:2])

    def fail(key: str, number: int) -> Exception | None:
        wrong = key == second or (key == first and number == 1)
        return RuntimeError(f"try\n{number}") if wrong else None

    tries = count_tries(monkeypatch, fail)
    result = run_sweep(tasks, tmp_path / "out", retries=retries)
    errors = {failure.item.task.hash: failure.error for failure in result.failures}
    assert errors.keys() == {second, tasks[-1].task.hash} | ({first} if retries == 0 else set())
    assert errors[second] == f"try {retries + 1}"
    assert tries[first] == min(2, retries + 1)
    assert tries[second] == retries + 1
    assert set(list(tries.values())[2:]) == {1}


def test_a_full_disk_loses_nothing(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tasks_of(GRID)
    calls = 0

    replace = os.replace

    def full_after_two(old: Path, new: Path) -> None:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(old, new)

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full_after_two)
        result = run_sweep(tasks, out, retries=1)
    assert len(result.failures) == 5  # a task is two files: its model and its rows
    assert all("free some space" in failure.error for failure in result.failures)
    assert len(Store(out).finished()) == 1
    tries = count_tries(monkeypatch)
    assert run_sweep(tasks, out).rows.height == 12
    assert len(tries) == 5
    assert not list(out.rglob("*.tmp"))


def test_a_finished_sweep_costs_nothing(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tasks_of(GRID)
    whole = run_sweep(tasks, tmp_path / "out").rows
    tries = count_tries(monkeypatch)
    assert_frame_equal(run_sweep(tasks, tmp_path / "out").rows, whole)
    assert tries == {}


def test_changed_data_are_refused(tasks_of: Read, tmp_path: Path) -> None:
    """A file that changed after the sweep was read gives errors, not wrong numbers."""
    lines = [f"{k % 7},{k % 3},{k % 5},1,{k % 2}" for k in range(40)]
    (tmp_path / "points.csv").write_text("\n".join(["a,b,c,d,label", *lines]))
    tasks = tasks_of('[[grid]]\ndata = "points.csv"\nresource = "none"\nsteps = 2\n')
    (tmp_path / "points.csv").write_text("\n".join(["a,b,c,d,label", *lines[:-2]]))
    (failure,) = run_sweep(tasks, tmp_path / "out", retries=0).failures
    assert "made for other data" in failure.error


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"retries": -1}, "Argument `retries` must be a whole number from 0 to 1000, but is -1."),
        ({"workers": 0}, "Argument `workers` must be a whole number from 1 to 100000, but is 0."),
        ({"cluster": "cloud"}, "Argument `cluster` must be local, slurm or the address"),
        ({"cluster": "tcp://nowhere"}, "no Dask scheduler answers there"),
    ],
)
def test_wrong_settings(
    settings: dict[str, Any], message: str, tasks_of: Read, tmp_path: Path
) -> None:
    with pytest.raises(EbitError) as caught:
        run_sweep(tasks_of(GRID), tmp_path / "out", **settings)
    assert message in str(caught.value)


def test_a_folder_that_cannot_be_written(tasks_of: Read, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EbitError, match="Cannot write"):
        run_sweep(tasks_of(GRID), tmp_path / "file")


def test_dask_is_named_where_it_is_missing(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(EbitError, match=r"pip install 'ebit\[cluster\]'"):
        run_sweep(tasks_of(GRID), tmp_path / "out", cluster="local")
