"""The store: a folder with one Parquet file per finished task."""

import io
from pathlib import Path

import polars as pl

from ebit.errors import EbitError
from ebit.learning.checkpoint import write_atomically


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

    def get(self, task_hash: str) -> pl.DataFrame | None:
        """The rows of a finished task, or None.

        Raises:
            EbitError: If the file is damaged.
        """
        path = self.path(task_hash)
        return _read(path) if path.is_file() else None

    def put(self, task_hash: str, rows: pl.DataFrame) -> None:
        """Keep the rows of a finished task.

        Raises:
            EbitError: If the folder cannot be written.
        """
        buffer = io.BytesIO()
        rows.write_parquet(buffer)
        write_atomically(self.path(task_hash), buffer.getvalue())

    def rows(self) -> pl.DataFrame:
        """The rows of all finished tasks, merged.

        Raises:
            EbitError: If a file is damaged.
        """
        frames = [_read(path) for path in sorted(self.folder.glob("rows/*.parquet"))]
        return pl.concat(frames, how="diagonal") if frames else pl.DataFrame()

    def check_writable(self) -> None:
        """Raise now, before hours of work, if the folder cannot be written.

        Raises:
            EbitError: If it cannot.
        """
        probe = self.folder / "rows" / ".probe"
        write_atomically(probe, b"")
        probe.unlink(missing_ok=True)


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = " ".join(str(error).split())
        raise EbitError(
            f"Result file {str(path)!r} is damaged ({reason}): delete it and run again."
        ) from None
