"""Sweeps on Dask give the same rows, whatever happens to its processes."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from cluster.conftest import DIVERGES, GRID, numbers
from ebit import EbitError, Store, SweepTask, run_sweep
from ebit.cluster import batch, dask

Read = Callable[[str], list[SweepTask]]

SLOW_GRID = """
    [defaults]
    data = "clusters:0"
    depth = 1
    runs = 1
    batch_size = 64
    validate_every = 100
    [[grid]]
    resource = "none"
    steps = 3000
    seed = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
"""


def dask_process(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli.dask_" + str(arguments[0])]
    return subprocess.Popen(
        [*command, *map(str, arguments[1:])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": ""},
    )


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and one worker, each a process; address and process of the scheduler."""
    file = tmp_path / "scheduler.json"
    first = dask_process(
        "scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard",
        "--scheduler-file", file,
    )  # fmt: skip
    worker = dask_process(
        "worker", "--scheduler-file", file, "--nthreads", 1, "--no-dashboard",
        "--local-directory", tmp_path / "scratch",
    )  # fmt: skip
    try:
        wait_for(file.is_file)
        yield json.loads(file.read_text())["address"], first
    finally:
        end(worker)
        end(first)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.mark.slow
def test_local_processes_give_the_same_rows(tasks_of: Read, tmp_path: Path) -> None:
    tasks = tasks_of(GRID + DIVERGES)
    here = run_sweep(tasks, tmp_path / "here")
    there = run_sweep(tasks, tmp_path / "there", cluster="local", workers=2)
    assert_frame_equal(numbers(there.rows), numbers(here.rows), check_exact=True)
    assert [failure.item for failure in there.failures] == [tasks[-1]]
    assert there.failures == here.failures


@pytest.mark.slow
def test_a_scheduler_elsewhere(
    scheduler: tuple[str, object], tasks_of: Read, tmp_path: Path
) -> None:
    tasks = tasks_of(GRID)
    here = run_sweep(tasks, tmp_path / "here")
    there = run_sweep(tasks, tmp_path / "there", cluster=scheduler[0])
    assert_frame_equal(numbers(there.rows), numbers(here.rows), check_exact=True)


@pytest.mark.slow
def test_a_lost_scheduler_is_one_line_and_nothing_is_lost(
    scheduler: tuple[str, subprocess.Popen[bytes]], tasks_of: Read, tmp_path: Path
) -> None:
    tasks = tasks_of(SLOW_GRID)
    address, process = scheduler

    def lose(done: int, total: int) -> None:
        if 0 < done < total:
            end(process)

    with pytest.raises(EbitError, match=r"^The Dask scheduler was lost\. .* to go on\.$"):
        run_sweep(tasks, tmp_path / "out", cluster=address, progress=lose)
    kept = Store(tmp_path / "out").finished()
    assert kept
    rows = run_sweep(tasks, tmp_path / "out").rows
    assert rows["task"].to_list() == [item.task.hash for item in tasks]


def children(of: int) -> list[int]:
    """Processes below a process, the deepest last."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == of:
                found += [int(entry.name), *children(int(entry.name))]
    return found


def workers() -> list[int]:
    """The worker processes of a local cluster of this process."""
    return [
        pid
        for pid in children(os.getpid())
        if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
    ]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_killed_workers_cost_no_result(tasks_of: Read, tmp_path: Path) -> None:
    """A worker is killed (SIGKILL) after every second finished task."""
    tasks = tasks_of(SLOW_GRID)
    killed = set()

    def kill(done: int, _: int) -> None:
        if done and done % 2 == 0 and done not in killed:
            found = workers()
            if found:
                os.kill(found[0], signal.SIGKILL)
                killed.add(done)

    there = run_sweep(tasks, tmp_path / "there", cluster="local", workers=2, progress=kill)
    assert len(killed) >= 2
    assert there.failures == ()
    here = run_sweep(tasks, tmp_path / "here")
    assert_frame_equal(numbers(there.rows), numbers(here.rows), check_exact=True)
    assert len(list((tmp_path / "there" / "rows").glob("*.parquet"))) == len(tasks)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_workers_that_die_while_they_start_are_followed_by_others(
    tasks_of: Read, tmp_path: Path
) -> None:
    """For some seconds whatever process of the cluster is there is killed at once."""
    import dask as dask_package
    import distributed  # noqa: F401 - its settings come with it, before one of them is changed

    def kill() -> None:
        ends = time.monotonic() + 5
        while time.monotonic() < ends:
            for pid in workers():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    killer = threading.Thread(target=kill)

    def begin(done: int, _: int) -> None:
        if done and not killer.ident:
            killer.start()

    with dask_package.config.set({"distributed.deploy.lost-worker-timeout": "1s"}):
        there = run_sweep(
            tasks_of(SLOW_GRID), tmp_path / "there", cluster="local", workers=2, progress=begin
        )
    killer.join()
    assert there.failures == ()
    assert there.rows.height == 10


def kill_own_process(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_task_that_kills_its_workers_is_reported(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the system ends a process that takes too much memory."""
    monkeypatch.setattr(dask, "DEATHS", 1)
    monkeypatch.setattr(dask, "_work", kill_own_process)
    (failure, *_) = run_sweep(
        tasks_of(GRID)[:1], tmp_path / "out", cluster="local", workers=1, retries=0
    ).failures
    assert failure.error.startswith("its worker died again and again")


def test_two_workers_on_the_same_task_do_no_harm(tasks_of: Read, tmp_path: Path) -> None:
    tasks = tasks_of(GRID)
    errors: list[batch.Errors] = []
    threads = [
        threading.Thread(target=lambda: errors.append(batch.run_batch(tasks, tmp_path / "out")))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [{}, {}]
    here = run_sweep(tasks, tmp_path / "here").rows
    assert_frame_equal(numbers(run_sweep(tasks, tmp_path / "out").rows), numbers(here))


FAKE_SBATCH = f"""#!/bin/sh
cat "$1" >> "$JOBS.text"
cp "$1" "$JOBS.$$"
PYTHONPATH='{os.pathsep.join(sys.path)}' PYTHONWARNINGS= sh "$JOBS.$$" >/dev/null 2>&1 &
echo $! >> "$JOBS"
echo "Submitted batch job $!"
"""
"""As the real one it keeps a copy of the script, which is removed as soon as it has answered."""


FAKE_SBATCH_OF_MORTAL_JOBS = f"""#!/bin/sh
export PYTHONPATH='{os.pathsep.join(sys.path)}' PYTHONWARNINGS=
cp "$1" "$JOBS.$$"
setsid sh "$JOBS.$$" >/dev/null 2>&1 &
job=$!
echo $job >> "$JOBS"
if [ "$(wc -l < "$JOBS")" = 1 ]; then
  (until ls out/rows/*.parquet; do sleep 0.1; done; kill -9 -$job) >/dev/null 2>&1 &
fi
echo "Submitted batch job $job"
"""
"""The first job ends when the first task is finished, as if its time were over."""


def slurm_with(sbatch: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of Slurm that start and end jobs here, in a folder that is the current one."""
    for name, text in (("sbatch", sbatch), ("scancel", "#!/bin/sh\nkill $1\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JOBS", str(folder / "jobs"))
    monkeypatch.chdir(folder)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_slurm_job_whose_time_is_over_is_followed_by_another(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask as dask_package
    import distributed  # noqa: F401 - its settings come with it, before one of them is changed

    slurm_with(FAKE_SBATCH_OF_MORTAL_JOBS, tmp_path, monkeypatch)
    tasks = tasks_of(
        "[[grid]]\ndata = 'chsh'\nresource = 'none'\ndepth = 1\nruns = 1\n"
        "seed = [0, 1, 2, 3, 4, 5, 6, 7]\nsteps = 20000\nvalidate_every = 20000\n"
    )
    settings = {
        "jobqueue.slurm.cores": 1,
        "jobqueue.slurm.memory": "2GB",
        "distributed.deploy.lost-worker-timeout": "1s",
    }
    with dask_package.config.set(settings):
        result = run_sweep(tasks, tmp_path / "out", cluster="slurm", workers=1)
    assert len((tmp_path / "jobs").read_text().split()) == 2
    assert result.rows.height == len(tasks)
    assert not result.failures


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_slurm_jobs_through_a_stand_in_for_sbatch(
    tasks_of: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sbatch` runs the job script here, `scancel` ends it."""
    import dask as dask_package

    slurm_with(FAKE_SBATCH, tmp_path, monkeypatch)
    tasks = tasks_of(GRID)
    with pytest.raises(EbitError, match=r"jobqueue\.slurm"):
        run_sweep(tasks, tmp_path / "out", cluster="slurm")
    settings = {"jobqueue.slurm.cores": 1, "jobqueue.slurm.memory": "2GB"}
    with dask_package.config.set(settings):
        there = run_sweep(tasks, tmp_path / "out", cluster="slurm", workers=2)
    assert len((tmp_path / "jobs").read_text().split()) == 2
    assert "/.ebit-certificates-" in (tmp_path / "jobs.text").read_text()
    assert not list(tmp_path.glob(".*"))  # nothing is left of the certificates
    here = run_sweep(tasks, tmp_path / "here")
    assert_frame_equal(numbers(there.rows), numbers(here.rows), check_exact=True)
