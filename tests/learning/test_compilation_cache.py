"""Compiled programs are kept on disk for the command line, and only where the user wants."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import jax, jax.numpy as jnp
from ebit.learning.compilation_cache import use_compilation_cache
use_compilation_cache()
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.jit(lambda x: jnp.sin(x) @ x)(jnp.ones((8, 8))).block_until_ready()
print(jax.config.jax_compilation_cache_dir)
"""


def folder_in_use(tmp_path: Path, **variables: str) -> str:
    """What JAX's cache folder is after the call, in a new process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JAX_COMP", "EBIT_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, "HOME": str(tmp_path), **variables},
    )
    return done.stdout.strip()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_programs_are_kept_below_the_cache_folder(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = folder_in_use(tmp_path, XDG_CACHE_HOME=str(cache))
    assert Path(folder).parent == cache / "ebit" / "programs"
    assert files(Path(folder))


def test_default_is_the_cache_folder_of_the_user(tmp_path: Path) -> None:
    assert Path(folder_in_use(tmp_path)).parent == tmp_path / ".cache" / "ebit" / "programs"


@pytest.mark.parametrize("given", ["", "relative"])
def test_a_relative_cache_folder_counts_as_none(tmp_path: Path, given: str) -> None:
    folder = folder_in_use(tmp_path, XDG_CACHE_HOME=given)
    assert Path(folder).parent == tmp_path / ".cache" / "ebit" / "programs"


def test_the_users_own_setting_stays(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert folder_in_use(tmp_path, JAX_COMPILATION_CACHE_DIR=str(own)) == str(own)
    assert not (tmp_path / ".cache").exists()


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    assert folder_in_use(tmp_path, EBIT_COMPILATION_CACHE="") == "None"
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert folder_in_use(tmp_path, XDG_CACHE_HOME=str(tmp_path / "file")) == "None"
