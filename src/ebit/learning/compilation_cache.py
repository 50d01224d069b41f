"""Compiled programs kept on disk between processes (JAX's persistent compilation cache)."""

import hashlib
import os
import platform
from pathlib import Path

import jax


def use_compilation_cache() -> None:
    """Let this process keep its compiled programs in the user's cache folder.

    The folder is `ebit/programs` below `XDG_CACHE_HOME` (by default `~/.cache`), with one folder
    per kind of processor, because a program compiled for one may not run on another that shares
    the disk. Whoever has set `JAX_COMPILATION_CACHE_DIR` keeps that, and an empty
    `EBIT_COMPILATION_CACHE` turns the cache off. It may be deleted at any time.

    Meant for programs such as the command line, since it changes JAX's settings; `import ebit`
    does not call it.

    Example:
        >>> use_compilation_cache()  # doctest: +SKIP
    """
    if (
        jax.config.values["jax_compilation_cache_dir"]
        or os.environ.get("EBIT_COMPILATION_CACHE") == ""
    ):
        return
    folder = _cache_home() / "ebit" / "programs" / _processor()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    if not os.access(folder, os.W_OK):
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
    jax.config.update("jax_raise_persistent_cache_errors", False)


def _cache_home() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        return Path(given)
    return Path(os.path.expanduser("~")) / ".cache"


def _processor() -> str:
    """A short hash of what the processor can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = [platform.processor()]
    words = ("flags", "Features", "model name")
    first = sorted({line for line in lines if line.startswith(words)})
    described = "\n".join([platform.machine(), *(first or lines)])
    return hashlib.sha256(described.encode()).hexdigest()[:16]
