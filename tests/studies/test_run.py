"""A small study from end to end: choice of data, points, files, resume."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ebit import EbitError, Store, Task, train
from ebit.cluster import batch
from ebit.data import Dataset
from ebit.results.store import CAPACITY, write_rows
from ebit.studies import plan_study, reproduce, run_plan
from ebit.studies.capacity_jobs import capacity_job, run_jobs
from ebit.studies.points import AGREES, DIFFERS, UNKNOWN
from ebit.studies.report import write_study
from report.test_report import Page


def test_a_study_from_end_to_end(small_study: str, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    out = tmp_path / "out"
    result = reproduce(small_study, out, progress=lambda *counts: calls.append(counts))
    assert {total for _, total in calls} == {12}
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (12, 12)
    first, gain = result.items
    assert first.points["set"].to_list() == ["A", "A", "B", "B"]
    assert first.points["measured_runs"].to_list() == [3] * 4
    verdicts = dict(first.points.select(pl.concat_str("set", "resource"), "verdict").iter_rows())
    assert verdicts["Abell:1"] == DIFFERS
    assert set(verdicts.values()) <= {AGREES, DIFFERS}
    assert "Made up." in first.points["reason"].to_list()
    assert gain.points["verdict"].unique().to_list() == [UNKNOWN]
    assert result.failures == ()
    for item in result.items:  # JSON of them needs no cleaning
        json.dumps(item.points.to_dicts(), allow_nan=False)
    check_choice(result.sets.chosen, gain.points)
    check_files(write_study(result, out, command="ebit reproduce"), out)


def check_choice(chosen: object, gain: pl.DataFrame) -> None:
    """A is the candidate whose accuracy without communication is nearest to 0.5."""
    none = gain.filter(resource="none").sort((pl.col("measured") - 0.5).abs(), maintain_order=True)
    assert isinstance(chosen, dict)
    assert chosen["A"] == none["data"][0]
    assert len(set(chosen.values())) == 2


def check_files(written: list[Path], out: Path) -> None:
    page, text, table = (path.read_text("utf-8") for path in written)
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert parsed.tags.count("script") == 1
    assert parsed.tags.count("figure") == 2
    assert "Table 1, figure 1a" in page
    assert "## Table 1, figure 1a: Two resources" in text
    assert "- **Pattern:** More is more. Measured " in text
    assert "| A, bell:1 | 0.990 ± 0.000 |" in text
    assert len(table.splitlines()) == 1 + 4 + 8
    stems = ["figure-1a", "figure-gain"]
    assert sorted(path.name for path in (out / "figures").iterdir()) == sorted(
        f"{stem}.{kind}" for stem in stems for kind in ("png", "svg", "csv")
    )


@pytest.mark.slow
def test_what_is_finished_is_not_trained_again(
    small_study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reproduce(small_study, tmp_path).comparisons
    monkeypatch.setattr(batch, "train", None)
    assert_frame_equal(reproduce(small_study, tmp_path).comparisons, whole)


@pytest.mark.slow
def test_an_interrupted_study_goes_on(small_study: str, tmp_path: Path) -> None:
    plan = plan_study(small_study)

    def stop(done: int, _: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_plan(plan, tmp_path / "a", progress=stop)
    assert len(Store(tmp_path / "a").finished()) == 5
    again, whole = (run_plan(plan, tmp_path / name).comparisons for name in "ab")
    assert_frame_equal(again, whole)


@pytest.mark.slow
def test_runs_and_quick(small_study: str, tmp_path: Path) -> None:
    result = reproduce(small_study, tmp_path, tables=["1"], quick=True, runs=2)
    (item,) = result.items
    assert item.rows["steps"].unique().to_list() == [2]
    assert item.points["measured_runs"].unique().to_list() == [2]
    assert item.points["reason"].unique().to_list() == ["quick look"]
    assert len(result.plan.sets.sources) == 3
    page = write_study(result, tmp_path, command="")[0].read_text("utf-8")
    assert "Do not cite" in page


@pytest.mark.slow
def test_a_failed_training_is_reported_and_the_rest_is_there(
    small_study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(dataset: Dataset, task: Task, out: Path, **options: Any) -> pl.DataFrame:
        if task.model.resource == "bell:1":
            raise RuntimeError("no")
        return train(dataset, task, out, **options)

    monkeypatch.setattr(batch, "train", fail)
    result = reproduce(small_study, tmp_path)
    assert {failure.error for failure in result.failures} == {"no"}
    assert len(result.failures) == 6
    assert result.items[0].points["resource"].unique().to_list() == ["none"]


def test_nothing_but_failures_is_one_line(
    small_study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(batch, "train", fail)
    with pytest.raises(EbitError, match=r"^All trainings failed, the first one with: no$"):
        reproduce(small_study, tmp_path, figures=["gain"])
    with pytest.raises(EbitError, match="Too many trainings failed to choose"):
        reproduce(small_study, tmp_path)


def test_capacities_are_kept_one_by_one(tmp_path: Path) -> None:
    settings = {"resource": "none", "qubits": 2, "inputs": 10, "points": 2}
    jobs = [capacity_job({**settings, "depth": depth}) for depth in (2, 3)]
    rows = run_jobs(jobs, tmp_path)
    assert rows["task"].to_list() == [job.hash for job in jobs]
    assert rows["rank"].to_list()[0] == 12
    assert min(rows["eigenvalues"].list.len()) > 0
    assert_frame_equal(run_jobs(jobs, tmp_path), rows)
    assert len(list((tmp_path / "capacity").iterdir())) == 2


def test_a_capacity_of_an_earlier_version_is_found(tmp_path: Path) -> None:
    """It was named by what the file of tasks says, and had its eigenvalues in one list."""
    job = capacity_job({"resource": "none", "depth": 2, "quantity": "spectrum"})
    assert job.former == "bad4dadb2bfe0591e5b8dc9f9f18942bc1a6c21e601b465301b460d2523088d1"
    old = pl.DataFrame({"resource": ["none"], "rank": [-1], "eigenvalues": [[0.5, 0.25]]})
    write_rows(Store(tmp_path).path(job.former, CAPACITY), old)
    assert run_jobs([job], tmp_path).to_dicts() == [{**old.to_dicts()[0], "task": job.hash}]
