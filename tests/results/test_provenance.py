import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax
import pytest

import ebit
from ebit import load_model
from ebit.results.provenance import git_commit, provenance

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_rows_and_model_say_where_they_come_from(finished: Any) -> None:
    row = finished.rows.row(0, named=True)
    made = load_model(finished.model_path).made
    assert {name: row[name] for name in made} == made
    assert made["ebit_version"] == ebit.__version__
    assert made["jax_version"] == jax.__version__
    assert made["python_version"] == platform.python_version()
    assert made["device"].startswith(jax.devices()[0].platform)
    assert made["precision"] == "complex64"
    assert (made["train_rows"], made["validation_rows"]) == (45, 15)
    age = datetime.now(UTC) - datetime.fromisoformat(made["created_at"])
    assert 0 <= age.total_seconds() < 86400


def test_the_time_is_now() -> None:
    assert provenance("complex64").train_rows is None
    age = datetime.now(UTC) - datetime.fromisoformat(provenance("complex64").created_at)
    assert -1 <= age.total_seconds() < 10


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("kind", ["detached", "branch", "packed", "worktree"])
def test_the_commit_of_a_checkout(tmp_path: Path, kind: str, deep: bool) -> None:
    folder, git = tmp_path / "work", tmp_path / "work" / ".git"
    if kind == "detached":
        written(git / "HEAD", f"{COMMIT}\n")
    if kind == "branch":
        written(git / "HEAD", "ref: refs/heads/main\n")
        written(git / "refs/heads/main", f"{COMMIT}\n")
    if kind == "packed":
        written(git / "HEAD", "ref: refs/heads/main\n")
        lines = ["# pack-refs", f"{'f' * 40} refs/heads/x", f"{COMMIT} refs/heads/main"]
        written(git / "packed-refs", "\n".join(lines))
    if kind == "worktree":
        written(git, "gitdir: ../main/.git/worktrees/work\n")
        written(tmp_path / "main/.git/worktrees/work/HEAD", "ref: refs/heads/other\n")
        written(tmp_path / "main/.git/worktrees/work/commondir", "../..\n")
        written(tmp_path / "main/.git/refs/heads/other", f"{COMMIT}\n")
    inside = folder / "a" / "b" if deep else folder
    inside.mkdir(parents=True, exist_ok=True)
    assert git_commit(inside) == COMMIT


def test_no_checkout_and_one_without_a_commit(tmp_path: Path) -> None:
    assert git_commit(Path("/")) is None
    written(tmp_path / ".git" / "HEAD", "ref: refs/heads/main\n")
    assert git_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert git_commit(tmp_path) is None
