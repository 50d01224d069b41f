"""Experiments of any kind on processes of this machine."""

from pathlib import Path

import pytest

from ebit.cluster import run_experiments
from ebit.consensus.broker import schedule_tasks
from ebit.errors import EbitError
from ebit.results import Store, run_experiment


@pytest.mark.slow
def test_workers_give_the_rows_of_this_process(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    tasks = schedule_tasks(["edf", "fifo"], ["hard"], nodes=4, rounds=2, seeds=1)
    here = [run_experiment(task, Store(tmp_path / "here")) for task in tasks]
    there = run_experiments(tasks, Store(tmp_path / "there"), cluster="local", workers=1)
    for one, other in zip(here, there, strict=True):
        assert one.drop("created_at").equals(other.drop("created_at"))
    started: list[object] = []
    run_experiments(tasks, Store(tmp_path / "there"), start=started.append)
    assert not started


def test_an_unknown_cluster_is_named(tmp_path: Path) -> None:
    with pytest.raises(EbitError, match="`cluster` must be local, slurm or"):
        run_experiments([], Store(tmp_path), cluster="cloud")
