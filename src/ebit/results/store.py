"""The store: a folder with one Parquet file per finished experiment."""

import hashlib
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ebit import checks
from ebit.errors import EbitError
from ebit.results.columns import COLUMNS
from ebit.writing import check_writable, write_atomically

_SEAL = b"ebit-sha256:"
"""Marks the SHA-256 of a file inside it; the hash is of the file with `_BLANK` in its place."""

_BLANK = b"-" * 64

LEFT_BEHIND = 3600.0
"""Seconds after which nobody writes to a temporary file any more."""


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


_KIND = checks.instance(Kind, "a kind of experiment of ebit.results.store")
_CONTENT = checks.maybe(checks.instance(Mapping, "a mapping or None"))


def _hash(name: str, value: Any) -> str:
    """The rule of hashes of tasks: they name files, so nothing else than letters and digits."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z_-]{1,128}", value):
        raise checks.wrong(name, "the hash of a task", value)
    return value


class Store:
    """Finished experiments in a folder, one file each.

    It is safe on a shared disk, because files appear whole or not at all.

    Args:
        folder: Where to keep the files; made when first written.

    Example:
        >>> Store(Path("nowhere")).rows().is_empty()
        True
    """

    def __init__(self, folder: checks.PathLike) -> None:
        """Nothing is read or written yet."""
        self.folder = checks.path("folder", folder)

    def path(self, task_hash: str, kind: Kind = TRAINING) -> Path:
        """The file of an experiment."""
        _hash("task_hash", task_hash)
        _KIND("kind", kind)
        return self.folder / kind.folder / f"{task_hash}.parquet"

    def checkpoint_path(self, task_hash: str) -> Path:
        """Where an unfinished training keeps its state."""
        _hash("task_hash", task_hash)
        return self.folder / "checkpoints" / f"{task_hash}.safetensors"

    def model_path(self, task_hash: str) -> Path:
        """Where the trained parameters of a task are kept."""
        _hash("task_hash", task_hash)
        return self.folder / "models" / f"{task_hash}.safetensors"

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """Says in one line that the folder cannot be looked into."""
        try:
            yield
        except OSError as error:
            raise EbitError(
                f"Cannot use the folder {str(self.folder)!r} ({error.strerror}): choose another."
            ) from None

    def has(self, task_hash: str, kind: Kind = TRAINING) -> bool:
        """Whether the experiment is finished: its rows and its model, if any, are there."""
        with self._usable():
            rows = self.path(task_hash, kind).is_file()
            return rows and (not kind.keeps_model or self.model_path(task_hash).is_file())

    def finished(self) -> set[str]:
        """Hashes of all finished trainings; two listings, however many there are."""
        with self._usable():
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
        if not self.has(task_hash, kind):
            return None
        read = _rows_of_trainings if kind == TRAINING else read_rows
        return read(self.path(task_hash, kind))

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
        return read_content(self.path(task_hash, kind))

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
        checks.frame("rows", rows)
        _CONTENT("content", content)
        write_rows(self.path(task_hash, kind), rows, content)

    def rows(self, kind: Kind = TRAINING) -> pl.DataFrame:
        """The rows of all finished experiments of a kind, merged.

        Raises:
            EbitError: If a file is damaged.
        """
        _KIND("kind", kind)
        frames = [read_rows(path) for path in sorted(self.folder.glob(f"{kind.folder}/*.parquet"))]
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()

    def sweep(self) -> None:
        """Remove what interrupted writers and finished trainings have left behind.

        That is: temporary files of more than an hour ago, and checkpoints of finished tasks.
        """
        finished = self.finished()
        for path in self.folder.glob("checkpoints/*.safetensors"):
            if path.stem in finished:
                remove(path)
        for path in self.folder.glob("*/.*.tmp"):
            if re.fullmatch(r"\.[0-9a-f]{16}\.tmp", path.name) and age(path) > LEFT_BEHIND:
                remove(path)

    def check_writable(self, kind: Kind = TRAINING) -> None:
        """Raise now, before hours of work, if the folder cannot be written.

        Raises:
            EbitError: If it cannot.
        """
        _KIND("kind", kind)
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


def read_content(path: Path) -> dict[str, Any] | None:
    """What was written beside the rows of a file, or None.

    Raises:
        EbitError: If the file cannot be read or is damaged.
    """
    metadata = pl.read_parquet_metadata(io.BytesIO(_sound(path)))
    return json.loads(metadata["content"]) if "content" in metadata else None


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


def age(path: Path) -> float:
    """Seconds since a file was written; 0 if it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def remove(path: Path) -> None:
    """Delete a file, if it is there and may be deleted."""
    with suppress(OSError):
        path.unlink()


_ALWAYS = ("task", "run", "validation_accuracy")
"""Columns that rows of every version have; `completed` fills in the others."""


def _rows_of_trainings(path: Path) -> pl.DataFrame:
    """The rows of a finished training; another version and absurd numbers are refused."""
    rows = read_rows(path)
    missing = [name for name in _ALWAYS if name not in rows.columns]
    other = [
        column.name
        for column in COLUMNS
        if column.name in rows.columns and _kind(rows.schema[column.name]) != _kind(column.dtype)
    ]
    reason = ""
    if missing or other:
        reason = f"column `{(missing + other)[0]}` is {'missing' if missing else 'of another type'}"
    elif rows.is_empty():
        reason = "no runs"
    elif not _has_results(rows):
        reason = "an accuracy that is not from 0 to 1"
    if reason:
        raise EbitError(
            f"Result file {str(path)!r} is not of this version of ebit ({reason}): take another "
            "folder, or move the file away and run again."
        )
    return rows


def _has_results(rows: pl.DataFrame) -> bool:
    """Whether every run has an accuracy that is one, or R^2 where targets are numbers."""
    numbers = pl.lit(False)
    if "validation_r2" in rows.columns:
        numbers = pl.col("validation_accuracy").is_null() & (pl.col("validation_r2") <= 1)
    accurate = pl.col("validation_accuracy").is_between(0, 1)
    return rows.select((accurate | numbers).fill_null(False).all()).item()


def _kind(dtype: pl.DataType | type[pl.DataType]) -> str:
    """Numbers of all sizes are of one kind, and so is what is null in all rows."""
    if dtype.is_numeric() or dtype == pl.Null:
        return "number"
    return str(dtype.base_type())
