"""Where a result comes from: versions, device, commit and time; no part of any hash."""

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import jax

from ebit.version import __version__


@dataclass(frozen=True)
class Provenance:
    """Where and when something was computed.

    Attributes:
        ebit_version: Version of ebit.
        jax_version: Version of JAX.
        python_version: Version of Python.
        git_commit: Commit that is checked out in the working folder; None outside of a checkout.
        device: Platform and kind of the device that JAX computes on.
        precision: Type of the amplitudes: `complex64` or `complex128`.
        created_at: Time (UTC, ISO 8601).
        train_rows: Rows of the training part; None if nothing was trained.
        validation_rows: Rows of the validation part; None if there is none.
    """

    ebit_version: str
    jax_version: str
    python_version: str
    git_commit: str | None
    device: str
    precision: str
    created_at: str
    train_rows: int | None = None
    validation_rows: int | None = None


def provenance(
    precision: str, train_rows: int | None = None, validation_rows: int | None = None
) -> Provenance:
    """Where and when this is running.

    Args:
        precision: Type of the amplitudes.
        train_rows: Rows of the training part.
        validation_rows: Rows of the validation part.

    Returns:
        All of it.

    Example:
        >>> provenance("complex64").created_at.endswith("+00:00")
        True
    """
    return Provenance(
        ebit_version=__version__,
        jax_version=jax.__version__,
        python_version=platform.python_version(),
        git_commit=git_commit(Path.cwd()),
        device=device(),
        precision=precision,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        train_rows=train_rows,
        validation_rows=validation_rows,
    )


def device() -> str:
    """The device that JAX computes on, such as `cpu` or `gpu: NVIDIA H100`."""
    first = jax.devices()[0]
    kind = str(first.device_kind)
    return first.platform if kind == first.platform else f"{first.platform}: {kind}"


def git_commit(folder: Path) -> str | None:
    """The commit that is checked out in a folder or above it, read from Git's own files.

    Args:
        folder: Where to begin.

    Returns:
        40 hexadecimal digits or more; None if there is no checkout or it cannot be read.

    Example:
        >>> git_commit(Path("/")) is None
        True
    """
    try:
        found = next(p / ".git" for p in (folder, *folder.parents) if (p / ".git").exists())
        if found.is_file():  # a worktree: the file names its folder
            found = (found.parent / found.read_text().removeprefix("gitdir:").strip()).resolve()
        shared = found / "commondir"
        common = (found / shared.read_text().strip()).resolve() if shared.is_file() else found
        head = (found / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        for place in (found / name, common / name):
            if place.is_file():
                return place.read_text().strip()
        packed = (common / "packed-refs").read_text().splitlines()
        return next(line.split()[0] for line in packed if line.endswith(f" {name}"))
    except (OSError, ValueError, StopIteration):
        return None
