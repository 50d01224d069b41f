"""Compiled programs kept on disk between processes (JAX's persistent compilation cache)."""

import hashlib
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache
from platformdirs import user_cache_path

OPT_OUT = "EBIT_COMPILATION_CACHE"
"""Environment variable that turns the cache off if it is empty."""


@dataclass
class _Open:
    """Blocks of `programs_on_disk` that are open, and the user's settings before the first."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    blocks: int = 0
    before: dict[str, Any] = field(default_factory=dict)


_open = _Open()


def use_compilation_cache() -> None:
    """Let this process keep its compiled programs in the user's cache folder.

    The folder is `ebit/programs` in the cache folder of the user (on Linux `XDG_CACHE_HOME`, by
    default `~/.cache`), with one folder per kind of processor, because a program compiled for one
    may not run on another that shares the disk. Whoever has set `JAX_COMPILATION_CACHE_DIR` keeps
    that, and an empty `EBIT_COMPILATION_CACHE` turns the cache off. It may be deleted at any time.

    Meant for programs such as the command line, since it changes JAX's settings; `import ebit`
    does not call it, and `ebit.fit` changes them for its own programs only.

    Example:
        >>> use_compilation_cache()  # doctest: +SKIP
    """
    folder = _folder()
    if folder is not None:
        for name, value in _settings(folder).items():
            jax.config.update(name, value)


@contextmanager
def programs_on_disk() -> Iterator[None]:
    """A block whose compiled programs are kept on disk; JAX's settings are the user's behind it.

    The same folder and exceptions as in `use_compilation_cache`. Blocks may be open in several
    threads at once.

    Example:
        >>> with programs_on_disk():
        ...     pass
    """
    folder = _folder()
    if folder is None:
        yield
        return
    settings = _settings(folder)
    with _open.lock:
        if _open.blocks == 0:
            _open.before = {name: jax.config.values[name] for name in settings}
            _update(settings)
        _open.blocks += 1
    try:
        yield
    finally:
        with _open.lock:
            _open.blocks -= 1
            if _open.blocks == 0:
                _update(_open.before)


def _update(settings: dict[str, Any]) -> None:
    """Change JAX's settings and let it look at them again."""
    for name, value in settings.items():
        jax.config.update(name, value)
    compilation_cache.reset_cache()


def _settings(folder: Path) -> dict[str, Any]:
    return {
        "jax_compilation_cache_dir": str(folder),
        "jax_persistent_cache_min_compile_time_secs": 0.1,
        "jax_raise_persistent_cache_errors": False,
    }


def cache_folder() -> Path | None:
    """Where compiled programs are kept: the user's folder of JAX, or that of ebit; None if nowhere.

    Example:
        >>> cache_folder()  # doctest: +SKIP
    """
    set_by_user = jax.config.values["jax_compilation_cache_dir"]
    return Path(set_by_user) if set_by_user else _folder()


def _folder() -> Path | None:
    """The folder for this processor, or None if there is to be or can be none."""
    is_users = jax.config.values["jax_compilation_cache_dir"] and _open.blocks == 0
    if is_users or os.environ.get(OPT_OUT) == "":
        return None
    home = user_cache_path("ebit", appauthor=False)
    folder = home / "programs" / _processor()
    if not home.is_absolute():
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


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
