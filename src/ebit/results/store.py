"""The store: a folder with one Parquet file per finished experiment."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ebit.errors import EbitError
from ebit.writing import check_writable, write_atomically

_SEAL = b"ebit-sha256:"
"""Marks the SHA-256 of a file inside it; the hash is of the file with `_BLANK` in its place."""

_BLANK = b"-" * 64


@dataclass(frozen=True)
class Kind:
    """A kind of experiment.

    Attributes:
        name: What it is called.
        folder: Where its rows are kept.
        keeps_model: Whether a model belongs to the rows: without it they are not finished.
    """

    name: str
    folder: str
    keeps_model: bool = False


TRAINING = Kind("training", "rows", keeps_model=True)
OTHER_CLASSIFIER = Kind("other classifier", "rows")
CAPACITY = Kind("capacity", "capacity")


class Store:
    """Finished experiments in a folder, one file each.

    It is safe on a shared disk, because files appear whole or not at all.

    Args:
        folder: Where to keep the files; made when first written.

    Example:
        >>> Store(Path("nowhere")).rows().is_empty()
        True
    """

    def __init__(self, folder: str | Path) -> None:
        """Nothing is read or written yet."""
        self.folder = Path(folder)

    def path(self, task_hash: str, kind: Kind = TRAINING) -> Path:
        """The file of an experiment."""
        return self.folder / kind.folder / f"{task_hash}.parquet"

    def checkpoint_path(self, task_hash: str) -> Path:
        """Where an unfinished training keeps its state."""
        return self.folder / "checkpoints" / f"{task_hash}.safetensors"

    def model_path(self, task_hash: str) -> Path:
        """Where the trained parameters of a task are kept."""
        return self.folder / "models" / f"{task_hash}.safetensors"

    def has(self, task_hash: str, kind: Kind = TRAINING) -> bool:
        """Whether the experiment is finished: its rows and its model, if any, are there."""
        rows = self.path(task_hash, kind).is_file()
        return rows and (not kind.keeps_model or self.model_path(task_hash).is_file())

    def finished(self) -> set[str]:
        """Hashes of all finished trainings; two listings, however many there are."""
        found = [
            {path.stem for path in self.folder.glob(pattern)}
            for pattern in ("rows/*.parquet", "models/*.safetensors")
        ]
        return found[0] & found[1]

    def get(self, task_hash: str, kind: Kind = TRAINING) -> pl.DataFrame | None:
        """The rows of a finished experiment, or None.

        Raises:
            EbitError: If the file is damaged.
        """
        return read_rows(self.path(task_hash, kind)) if self.has(task_hash, kind) else None

    def content(self, task_hash: str, kind: Kind = TRAINING) -> dict[str, Any] | None:
        """What the hash of a finished experiment stands for.

        Args:
            task_hash: The hash.
            kind: Which kind of experiment.

        Returns:
            The content that was hashed; None if the rows are not there or do not say it, as those
            of earlier versions.

        Raises:
            EbitError: If the file is damaged.
        """
        if not self.path(task_hash, kind).is_file():
            return None
        metadata = pl.read_parquet_metadata(io.BytesIO(_sound(self.path(task_hash, kind))))
        return json.loads(metadata["content"]) if "content" in metadata else None

    def put(
        self,
        task_hash: str,
        rows: pl.DataFrame,
        kind: Kind = TRAINING,
        content: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the rows of a finished experiment.

        Args:
            task_hash: Its hash.
            rows: Its rows.
            kind: Which kind of experiment.
            content: What the hash stands for.

        Raises:
            EbitError: If the folder cannot be written.
        """
        write_rows(self.path(task_hash, kind), rows, content)

    def rows(self, kind: Kind = TRAINING) -> pl.DataFrame:
        """The rows of all finished experiments of a kind, merged.

        Raises:
            EbitError: If a file is damaged.
        """
        frames = [read_rows(path) for path in sorted(self.folder.glob(f"{kind.folder}/*.parquet"))]
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()

    def check_writable(self, kind: Kind = TRAINING) -> None:
        """Raise now, before hours of work, if the folder cannot be written.

        Raises:
            EbitError: If it cannot.
        """
        for folder in (kind.folder, "models") if kind.keeps_model else (kind.folder,):
            check_writable(self.folder / folder / "new")


def write_rows(path: Path, rows: pl.DataFrame, content: Mapping[str, Any] | None = None) -> None:
    """Write rows as Parquet, sealed with their hash, whole or not at all.

    Raises:
        EbitError: If the file cannot be written.
    """
    write_atomically(path, _sealed(rows, content))


def _sealed(rows: pl.DataFrame, content: Mapping[str, Any] | None) -> bytes:
    buffer = io.BytesIO()
    metadata = {"seal": (_SEAL + _BLANK).decode()}
    if content is not None:
        metadata["content"] = json.dumps(content, sort_keys=True)
    rows.write_parquet(buffer, metadata=metadata)
    blank = buffer.getvalue()
    digest = hashlib.sha256(blank).hexdigest().encode()
    return blank.replace(_SEAL + _BLANK, _SEAL + digest)


def read_rows(path: Path) -> pl.DataFrame:
    """The rows in a file; damage is found before the decoder, which may break off, sees it.

    Raises:
        EbitError: If the file cannot be read or is damaged.
    """
    return pl.read_parquet(io.BytesIO(_sound(path)))


def _sound(path: Path) -> bytes:
    """The bytes of a file whose seal is whole."""
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
    return content
