"""Parquet files."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from ebit.data.content import MOST_COLUMNS, MOST_VALUES, Content, Part, check_size, file_bytes
from ebit.data.delimited import check_unique
from ebit.data.messages import bad_input
from ebit.data.parquet_worker import DUPLICATE, TOO_LARGE

PARQUET_MARK = b"PAR1"
PARQUET_WORKER = Path(__file__).with_name("parquet_worker.py")
MOST_SECONDS = 300
_MOST_DESCRIPTION = 16_000_000
"""Bytes of the description of all columns at the end of a file."""
_WORKER_BYTES = 4_000_000_000
"""Address space of the worker, besides three times the file."""


def read_parquet(path: Path) -> Content:
    """Read a Parquet file.

    A damaged file can end the process that decodes it, and a small one can hold more than there is
    memory for, so a process of its own decodes it, and reads its sizes before its values.

    Args:
        path: Where the file lies.

    Returns:
        Its content.

    Raises:
        EbitError: If the file is no Parquet file, is damaged or too large.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import polars as pl
        >>> from ebit.data.parquet import read_parquet
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.parquet"
        ...     pl.DataFrame({"a": [0.5], "label": ["yes"]}).write_parquet(path)
        ...     read_parquet(path).data.frame.columns
        ['a', 'label']
    """
    raw, where = file_bytes(path), f"File `{path.name}`"
    if not raw.startswith(PARQUET_MARK):
        raise bad_input(f"{where} is not a Parquet file: check its extension.")
    if len(raw) < 12 or not raw.endswith(PARQUET_MARK):
        raise bad_input(f"{where} is truncated: write it again.")
    if int.from_bytes(raw[-8:-4], "little") > _MOST_DESCRIPTION:
        raise bad_input(
            f"{where} is damaged, or has far more than {MOST_COLUMNS} columns: keep the features "
            "that you train on."
        )
    frame = pl.read_ipc(io.BytesIO(_decoded(where, raw)))
    frame.columns = [name.strip() for name in frame.columns]
    return Content(Part(where, frame))


def _decoded(where: str, raw: bytes) -> bytes:
    """The table as Arrow IPC, with names that differ."""
    limits = MOST_COLUMNS, MOST_VALUES, _WORKER_BYTES + 3 * len(raw)
    try:
        worker = subprocess.run(  # -P: the folder of the worker stays off its import path
            [sys.executable, "-P", str(PARQUET_WORKER), *map(str, limits)],
            input=raw,
            capture_output=True,
            check=False,
            timeout=MOST_SECONDS,
            env={**os.environ, "POLARS_MAX_THREADS": "4"},  # each takes address space
        )
    except subprocess.TimeoutExpired:
        raise bad_input(
            f"{where} takes too long to decode: write it again with fewer rows."
        ) from None
    if worker.returncode == TOO_LARGE:
        check_size(where, *json.loads(worker.stderr))
    if worker.returncode == DUPLICATE:
        raise bad_input(f"{where} has more than one column of the same name: rename them.")
    if worker.returncode != 0:
        raise bad_input(
            f"{where} is damaged, or its content takes more memory than a data set may: write it "
            "again."
        )
    check_unique(where, [name.strip() for name in pl.read_ipc_schema(io.BytesIO(worker.stdout))])
    return worker.stdout
