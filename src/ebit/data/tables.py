"""CSV and Parquet files."""

import io
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl

from ebit.data.content import Content, Part, file_bytes
from ebit.data.messages import bad_input
from ebit.data.parquet_worker import UNREADABLE

PARQUET_MARK = b"PAR1"
PARQUET_WORKER = Path(__file__).with_name("parquet_worker.py")


def read_csv(path: Path) -> Content:
    r"""Read a CSV file: UTF-8 text, columns separated by commas, names in the first line.

    Args:
        path: Where the file lies.

    Returns:
        Its content; all columns are text, empty fields are missing values.

    Raises:
        EbitError: If the file is no such CSV file.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data.tables import read_csv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("a,label\n0.5,yes\n")
        ...     read_csv(path).data.frame.columns
        ['a', 'label']
    """
    raw = file_bytes(path)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_input(
            f"File `{path.name}` is not UTF-8 text (byte {error.start}): save it as CSV UTF-8."
        ) from None
    try:
        frame = pl.read_csv(io.BytesIO(raw), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise bad_input(
            f"File `{path.name}` is not a valid CSV file ({_brief(str(error))}): every line must "
            "have as many fields as the first."
        ) from None
    names = [name.strip() for name in frame.columns]
    if all(_is_number(name) for name in names) and names != [str(i) for i in range(len(names))]:
        raise bad_input(
            f"File `{path.name}` has no line of column names: write one before the first row."
        )
    return Content(Part(f"File `{path.name}`", _renamed(path, frame, names)))


def read_parquet(path: Path) -> Content:
    """Read a Parquet file.

    A damaged file can end the process that decodes it, so a process of its own decodes it.

    Args:
        path: Where the file lies.

    Returns:
        Its content.

    Raises:
        EbitError: If the file is no Parquet file or is damaged.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import polars as pl
        >>> from ebit.data.tables import read_parquet
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.parquet"
        ...     pl.DataFrame({"a": [0.5], "label": ["yes"]}).write_parquet(path)
        ...     read_parquet(path).data.frame.columns
        ['a', 'label']
    """
    raw = file_bytes(path)
    if not raw.startswith(PARQUET_MARK):
        raise bad_input(f"File `{path.name}` is not a Parquet file: check its extension.")
    if len(raw) < 12 or not raw.endswith(PARQUET_MARK):
        raise bad_input(f"File `{path.name}` is truncated: write it again.")
    # -P: the folder of the worker stays off its import path
    worker = subprocess.run(
        [sys.executable, "-P", str(PARQUET_WORKER)], input=raw, capture_output=True, check=False
    )
    if worker.returncode != 0:
        reason = "the decoder broke off"
        if worker.returncode == UNREADABLE:
            reason = _brief(worker.stderr.decode(errors="replace"))
        raise bad_input(f"File `{path.name}` is damaged ({reason}): write it again.")
    frame = pl.read_ipc(io.BytesIO(worker.stdout))
    names = [name.strip() for name in frame.columns]
    return Content(Part(f"File `{path.name}`", _renamed(path, frame, names)))


def _renamed(path: Path, frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise bad_input(f"File `{path.name}` has more than one column `{name}`: rename them.")
    frame.columns = names
    return frame


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _brief(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    return lines[0][:120]
