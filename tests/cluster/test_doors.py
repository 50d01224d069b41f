"""Who may talk to a cluster."""

import json
import os
import pickle
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from cluster.conftest import GRID, numbers
from cluster.test_dask import Read, dask_process, end, wait_for
from ebit import Certificates, EbitError, run_sweep
from ebit.cluster import dask, doors


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Certificate of the signer, own certificate and key."""
    security = doors.temporary_certificates()
    paths = tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem"
    roles = security.tls_ca_file, security.tls_client_cert, security.tls_client_key
    for path, content in zip(paths, roles, strict=True):
        path.write_text(content)
    return paths


def test_certificates_are_files_that_belong_together(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    ca, certificate, key = files
    assert Certificates(str(ca), certificate, key).certificate == certificate
    with pytest.raises(EbitError, match=r"^Argument `key` is .*none', which is no file"):
        Certificates(ca, certificate, tmp_path / "none")
    with pytest.raises(EbitError, match="are no certificates with their key"):
        Certificates(ca, key, key)


def test_certificates_are_for_addresses_with_tls(files: tuple[Path, Path, Path]) -> None:
    with pytest.raises(EbitError, match="leave them out"):
        doors.security_of("local", Certificates(*files))
    with pytest.raises(EbitError, match="--tls-ca, --tls-cert and --tls-key"):
        doors.security_of("tls://127.0.0.1:1", None)
    security = doors.security_of("tls://127.0.0.1:1", Certificates(*files))
    assert security.require_encryption


def test_an_open_scheduler_is_named(caplog: pytest.LogCaptureFixture) -> None:
    assert doors.security_of("tcp://127.0.0.1:1", None) is None
    assert caplog.messages == [
        "Note: tcp://127.0.0.1:1 is open to whoever reaches it, and runs what they send; tls:// "
        "with certificates is not."
    ]


LEAVES = """
import os, pathlib, signal, sys
from ebit.cluster.doors import private_folder
with private_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "key").write_text("secret")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_certificates_of_a_killed_process_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a process that runs stay, and of other machines the young ones."""
    done = subprocess.run([sys.executable, "-c", LEAVES, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert stat.S_IMODE(left.stat().st_mode) == stat.S_IRWXU
    young = tmp_path / ".ebit-certificates-else-where-1-x"
    old = tmp_path / ".ebit-certificates-else-where-2-x"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (0, 0))
    (tmp_path / ".ebit-certificates-x-3-link").symlink_to(left)
    with doors.private_folder(tmp_path) as first, doors.private_folder(tmp_path) as second:
        assert first.is_dir()
        assert second.is_dir()
        assert not left.exists()
        assert not old.exists()
    assert {path.name for path in tmp_path.iterdir()} == {young.name, ".ebit-certificates-x-3-link"}
    with (
        pytest.raises(EbitError, match=r"none' \(No such file or directory\): name another folder"),
        doors.private_folder(tmp_path / "none"),
    ):
        pass


def test_too_few_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (200, 4096))
    doors.check_open_files(8)
    with pytest.raises(EbitError, match=r"takes 1088 open files.* \(ulimit -n 1088\)"):
        doors.check_open_files(64)


@pytest.mark.slow
def test_nobody_without_the_certificate_reaches_a_local_cluster() -> None:
    import distributed

    before = set(distributed.LocalCluster._instances)  # those of other tests
    with dask.dask_runner("local", 1):
        (cluster,) = set(distributed.LocalCluster._instances) - before
        (worker,) = cluster.scheduler_info["workers"]
        for address in (cluster.scheduler_address, worker):
            assert address.startswith("tls://127.0.0.1:")
            for given, security in (
                (address, doors.temporary_certificates()),
                (address.replace("tls://", "tcp://"), None),
            ):
                assert refuses(given, security), address


NOBODY = 65534
"""Number of the user with the fewest rights."""

LONG = """
[[grid]]
data = "chsh"
resource = "none"
depth = 1
steps = 1000000
runs = 1
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_of_the_machine_reaches_nothing(tmp_path: Path) -> None:
    """All doors of `ebit sweep --cluster local`, knocked at as nobody, with and without TLS."""
    psutil = pytest.importorskip("psutil")
    (tmp_path / "grid.toml").write_text(LONG)
    command = "from ebit.cli import main; main()"
    sweep = subprocess.Popen(
        [sys.executable, "-c", command, "sweep", "grid.toml", "--cluster", "local"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )

    def listening() -> set[tuple[str, int]]:
        first = psutil.Process(sweep.pid)
        return {
            tuple(found.laddr)
            for process in (first, *first.children(recursive=True))
            for found in process.net_connections("inet")
            if found.status == psutil.CONN_LISTEN
        }

    try:
        wait_for(lambda: len(listening()) >= 2)  # of the scheduler and of a worker
        doors_of = listening()
        assert {ip for ip, _ in doors_of} == {"127.0.0.1"}
        for _, port in doors_of:
            own = doors.temporary_certificates()
            assert refuses(f"tls://127.0.0.1:{port}", own, user=NOBODY)
            assert refuses(f"tcp://127.0.0.1:{port}", None, user=NOBODY)
        assert sweep.poll() is None
    finally:
        sweep.send_signal(signal.SIGINT)
        sweep.wait(60)


def refuses(address: str, security: Any, user: int = os.geteuid()) -> bool:
    """Whether a scheduler or worker runs nothing for a stranger, who may be another user."""
    program = (
        "import os, sys, pickle, asyncio\n"
        "from distributed import rpc\n"
        "from distributed.protocol import to_serialize\n"
        "security = pickle.load(sys.stdin.buffer)\n"
        "args = security.get_connection_args('client') if security else {}\n"
        "if os.geteuid() != int(sys.argv[2]): os.setuid(int(sys.argv[2]))\n"
        "print('asks', file=sys.stderr, flush=True)\n"
        "async def ask():\n"
        "    async with rpc(sys.argv[1], connection_args=args, timeout=5) as other:\n"
        "        print(await other.identity())\n"
        "asyncio.run(asyncio.wait_for(ask(), 15))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, address, str(user)],
        input=pickle.dumps(security),
        capture_output=True,
    )
    assert done.stderr.startswith(b"asks"), done.stderr
    return done.returncode != 0 and done.stdout == b""


@pytest.mark.slow
def test_a_scheduler_with_certificates_of_the_user(
    files: tuple[Path, Path, Path], tasks_of: Read, tmp_path: Path
) -> None:
    named = [
        part
        for name, file in zip(("ca-file", "cert", "key"), files, strict=True)
        for part in (f"--tls-{name}", file)
    ]
    file = tmp_path / "scheduler.json"
    first = dask_process(
        "scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", 0, "--no-dashboard",
        "--scheduler-file", file, *named,
    )  # fmt: skip
    worker = dask_process(
        "worker", "--scheduler-file", file, "--nthreads", 1, "--no-dashboard",
        "--local-directory", tmp_path / "scratch", *named,
    )  # fmt: skip
    try:
        wait_for(file.is_file)

        address = json.loads(file.read_text())["address"]
        tasks = tasks_of(GRID)
        there = run_sweep(
            tasks, tmp_path / "there", cluster=address, certificates=Certificates(*files)
        )
    finally:
        end(worker)
        end(first)
    here = run_sweep(tasks, tmp_path / "here")
    assert_frame_equal(numbers(there.rows), numbers(here.rows), check_exact=True)


SCRIPT = """
import ebit
ebit.run_sweep(ebit.read_sweep("g.toml"), "out", cluster="local", workers=1)
"""


@pytest.mark.slow
def test_a_script_without_main_guard_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "g.toml").write_text(GRID)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ebit.errors.EbitError: The 1 worker processes did not start")
    assert "if __name__ == '__main__':" in last
