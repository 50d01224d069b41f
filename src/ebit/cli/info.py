"""`ebit info`: what is installed and where things are kept, to paste into a question."""

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from pathlib import Path
from typing import Any

import jax

import ebit
from ebit.cli.console import check_output, output, write_json
from ebit.cli.options import Json

PACKAGES = ("jax", "jaxlib", "numpy", "optax", "polars", "pydantic", "scipy", "typer")


def info(json: Json = None) -> None:
    """Tell versions, devices, the cache and what is installed beside, in one block to paste."""
    check_output(json, data="")
    found = _found()
    write_json(json, found)
    for name, value in found.items():
        output.print(f"{name.replace('_', ' ') + ':':<14}{_in_words(value)}")


def _found() -> dict[str, Any]:
    from ebit.learning.compilation_cache import cache_folder

    folder = cache_folder()
    return {
        "ebit": ebit.__version__,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
        "packages": {name: version_of(name) for name in PACKAGES},
        "extras": extras(),
        "devices": [f"{one.platform}:{one.device_kind}" for one in jax.devices()],
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "precision": "float64" if jax.config.values["jax_enable_x64"] else "float32",
        "cache": None if folder is None else str(folder),
        "cache_bytes": 0 if folder is None else _size(folder),
        "installed_at": str(Path(ebit.__file__).parent),
        "program": sys.executable,
    }


def version_of(package: str) -> str | None:
    """The installed version of a package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def extras() -> dict[str, bool]:
    """Extras of ebit, and whether all that they need is installed; versions are not looked at."""
    try:
        names = distribution("ebit").metadata.get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return {}
    told = requires("ebit") or []
    return {name: _all_there(name, told) for name in names if name not in ("test", "lint", "docs")}


def _all_there(extra: str, told: list[str]) -> bool:
    mine = [line for line in told if f"extra == '{extra}'" in line.replace('"', "'")]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in mine]
    return all(version_of(name) is not None for name in names if name != "ebit")


def _size(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:
        return 0


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        parts = [
            name if found is True else f"{name} {'missing' if found in (False, None) else found}"
            for name, found in value.items()
        ]
        return ", ".join(parts) or "unknown"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
