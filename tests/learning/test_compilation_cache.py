"""Compiled programs are kept on disk for the command line, and only where the user wants."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import jax
import pytest

from ebit.learning.compilation_cache import programs_on_disk

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
    return output_of(PROGRAM, tmp_path, **variables)


def output_of(program: str, tmp_path: Path, **variables: str) -> str:
    """What a program prints in a new process with an empty home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JAX_COMP", "EBIT_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", program],
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


@pytest.mark.slow
def test_default_is_the_cache_folder_of_the_user(tmp_path: Path) -> None:
    assert Path(folder_in_use(tmp_path)).parent == tmp_path / ".cache" / "ebit" / "programs"


@pytest.mark.slow
def test_an_empty_cache_folder_counts_as_none(tmp_path: Path) -> None:
    folder = folder_in_use(tmp_path, XDG_CACHE_HOME="")
    assert Path(folder).parent == tmp_path / ".cache" / "ebit" / "programs"


@pytest.mark.slow
def test_nothing_is_kept_in_a_relative_folder(tmp_path: Path) -> None:
    folder = folder_in_use(tmp_path, XDG_CACHE_HOME="relative")
    assert folder == "None" or Path(folder).is_relative_to(tmp_path)


@pytest.mark.slow
def test_the_users_own_setting_stays(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert folder_in_use(tmp_path, JAX_COMPILATION_CACHE_DIR=str(own)) == str(own)
    assert not (tmp_path / ".cache").exists()


@pytest.mark.slow
def test_it_can_be_turned_off(tmp_path: Path) -> None:
    assert folder_in_use(tmp_path, EBIT_COMPILATION_CACHE="") == "None"
    assert files(tmp_path) == []


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert folder_in_use(tmp_path, XDG_CACHE_HOME=str(tmp_path / "file")) == "None"


FIT = """
import jax, numpy as np, ebit
before = dict(jax.config.values)
x, y = np.linspace(0, 3, 16).reshape(4, 4), np.array([1.0, -1, 1, -1])
ebit.fit(ebit.DistributedQCNN(qubits=2, depth=1), (x, y), steps=1)
print(before == dict(jax.config.values))
"""


def test_fit_keeps_its_programs_and_leaves_the_settings_alone(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert output_of(FIT, tmp_path, XDG_CACHE_HOME=str(cache)) == "True"
    kept = {path.name for path in files(cache / "ebit")}
    assert any("steps" in name for name in kept)  # what compiles in no time is not kept


@pytest.mark.slow
def test_fit_keeps_nothing_if_it_is_turned_off(tmp_path: Path) -> None:
    assert output_of(FIT, tmp_path, EBIT_COMPILATION_CACHE="") == "True"
    assert files(tmp_path) == []


def test_blocks_in_several_threads_give_the_settings_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("EBIT_COMPILATION_CACHE", raising=False)
    before = jax.config.values["jax_compilation_cache_dir"]
    jax.config.update("jax_compilation_cache_dir", None)
    try:
        other = programs_on_disk()
        with programs_on_disk():
            inside = jax.config.values["jax_compilation_cache_dir"]
            thread = threading.Thread(target=other.__enter__)
            thread.start()
            thread.join()
        assert inside.startswith(str(tmp_path))
        assert jax.config.values["jax_compilation_cache_dir"] == inside  # one is still open
        other.__exit__(None, None, None)
        assert jax.config.values["jax_compilation_cache_dir"] is None
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
