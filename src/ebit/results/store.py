"""The store: a folder with one Parquet file per finished task."""

import hashlib
import io
from pathlib import Path

import polars as pl

from ebit.errors import EbitError
from ebit.writing import check_writable, write_atomically

_SEAL = b"ebit-sha256:"
"""Marks the SHA-256 of a file inside it; the hash is of the file with `_BLANK` in its place."""

_BLANK = b"-" * 64


class Store:
    """Finished tasks in a folder; safe on a shared disk, because files appear whole or not at all.

    Args:
        folder: Where to keep the files; made when first written.

    Example:
        >>> Store(Path("nowhere")).rows().is_empty()
        True
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is read or written yet."""
        self.folder = folder

    def path(self, task_hash: str) -> Path:
        """The file of a task."""
        return self.folder / "rows" / f"{task_hash}.parquet"

    def checkpoint_path(self, task_hash: str) -> Path:
        """Where an unfinished training of the task keeps its state."""
        return self.folder / "checkpoints" / f"{task_hash}.safetensors"

    def model_path(self, task_hash: str) -> Path:
        """Where the trained parameters of the task are kept."""
        return self.folder / "models" / f"{task_hash}.safetensors"

    def has(self, task_hash: str) -> bool:
        """Whether the task is finished: its rows and its model are there."""
        return self.path(task_hash).is_file() and self.model_path(task_hash).is_file()

    def finished(self) -> set[str]:
        """Hashes of all finished tasks; two listings, however many tasks there are."""
        found = [
            {path.stem for path in self.folder.glob(pattern)}
            for pattern in ("rows/*.parquet", "models/*.safetensors")
        ]
        return found[0] & found[1]

    def get(self, task_hash: str) -> pl.DataFrame | None:
        """The rows of a finished task, or None.

        Raises:
            EbitError: If the file is damaged.
        """
        return read_rows(self.path(task_hash)) if self.has(task_hash) else None

    def put(self, task_hash: str, rows: pl.DataFrame) -> None:
        """Keep the rows of a finished task.

        Raises:
            EbitError: If the folder cannot be written.
        """
        write_rows(self.path(task_hash), rows)

    def rows(self) -> pl.DataFrame:
        """The rows of all finished tasks, merged.

        Raises:
            EbitError: If a file is damaged.
        """
        frames = [read_rows(path) for path in sorted(self.folder.glob("rows/*.parquet"))]
        return pl.concat(frames, how="diagonal") if frames else pl.DataFrame()

    def check_writable(self) -> None:
        """Raise now, before hours of work, if the folder cannot be written.

        Raises:
            EbitError: If it cannot.
        """
        for folder in ("rows", "models"):
            check_writable(self.folder / folder / "new")


def write_rows(path: Path, rows: pl.DataFrame) -> None:
    """Write rows as Parquet, sealed with their hash, whole or not at all.

    Raises:
        EbitError: If the file cannot be written.
    """
    write_atomically(path, _sealed(rows))


def _sealed(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, metadata={"seal": (_SEAL + _BLANK).decode()})
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest().encode()
    return content.replace(_SEAL + _BLANK, _SEAL + digest)


def read_rows(path: Path) -> pl.DataFrame:
    """The rows in a file; damage is found before the decoder, which may break off, sees it.

    Raises:
        EbitError: If the file cannot be read or is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EbitError(
            f"Cannot read {str(path)!r} ({error.strerror}): check who may read it."
        ) from None
    start = content.rfind(_SEAL) + len(_SEAL)
    digest, rest = content[start : start + 64], content[start + 64 :]
    found = hashlib.sha256(content[:start] + _BLANK + rest).hexdigest()
    if digest != found.encode():
        raise EbitError(
            f"Result file {str(path)!r} is damaged or not of ebit: delete it and run again."
        )
    return pl.read_parquet(io.BytesIO(content))
