"""NPZ files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.content import Content, Part, file_bytes
from ebit.data.messages import bad_input, listed

SPLIT_KEYS = ("x_train", "y_train", "x_validation", "y_validation")
ZIP_START = b"PK\x03\x04"


def read_npz(path: Path) -> Content:
    """Read an NPZ file with two parts (x_train, y_train, x_validation, y_validation) or one (x, y).

    Features are named x0, x1, ... in the order of the columns; the label column is named y. In a
    file with one part, y may be missing. Pickled objects are never loaded.

    Args:
        path: Where the file lies.

    Returns:
        Its content.

    Raises:
        EbitError: If the file is no NPZ file, is damaged, lacks an array, or holds an array of a
            wrong shape or type.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import numpy as np
        >>> from ebit.data.npz import read_npz
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.npz"
        ...     np.savez(path, x=np.zeros((3, 2)), y=np.array([0, 1, 0]))
        ...     read_npz(path).data.frame.columns
        ['x0', 'x1', 'y']
    """
    keys, arrays = _arrays(path)
    if "x_train" in arrays:
        missing = [key for key in SPLIT_KEYS if key not in arrays]
        if missing:
            raise bad_input(f"File `{path.name}` has `x_train`, but lacks {listed(missing)}.")
        where = f"File `{path.name}`"
        train = _part(f"{where}, training part,", arrays, "x_train", "y_train")
        validation = _part(f"{where}, validation part,", arrays, "x_validation", "y_validation")
        if train.frame.width != validation.frame.width:
            raise bad_input(
                f"File `{path.name}` must have as many columns in `x_validation` as in `x_train`, "
                f"but has {validation.frame.width - 1} and {train.frame.width - 1}."
            )
        return Content(train, validation, label="y", named=False)
    if "x" in arrays:
        return Content(_part(f"File `{path.name}`", arrays, "x", "y"), label="y", named=False)
    raise bad_input(
        f"File `{path.name}` must have the arrays `x` and `y`, or {listed(SPLIT_KEYS)}, but has "
        f"{listed(keys) or 'none'}."
    )


def _arrays(path: Path) -> tuple[list[str], dict[str, NDArray[Any]]]:
    raw = file_bytes(path)
    if not raw.startswith(ZIP_START):
        raise bad_input(f"File `{path.name}` is not an NPZ file: write it with numpy.savez.")
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            keys = list(archive.files)
            for key in keys:
                if key in ("x", "y", *SPLIT_KEYS):
                    arrays[key] = archive[key]
    except Exception as error:  # the decoders under np.load raise errors of many unrelated types
        if "allow_pickle" in str(error):
            raise bad_input(
                f"File `{path.name}` holds pickled Python objects, which are never loaded: save "
                "plain arrays of numbers or text."
            ) from None
        raise bad_input(
            f"File `{path.name}` is truncated or damaged ({type(error).__name__}): write it again."
        ) from None
    return keys, arrays


def _part(where: str, arrays: dict[str, NDArray[Any]], x_key: str, y_key: str) -> Part:
    x = arrays[x_key]
    if x.ndim != 2 or x.shape[1] == 0:
        raise bad_input(
            f"{where} must have an array `{x_key}` of shape (rows, features), but its shape is "
            f"{x.shape}."
        )
    if x.dtype.kind not in "iuf":
        raise bad_input(
            f"{where} must have real numbers in array `{x_key}`, but its dtype is {x.dtype}."
        )
    frame = pl.DataFrame(x.astype(np.float64), schema=[f"x{i}" for i in range(x.shape[1])])
    if y_key in arrays:
        y = arrays[y_key]
        if y.shape != x.shape[:1]:
            raise bad_input(
                f"{where} must have an array `{y_key}` of shape {x.shape[:1]}, one label for each "
                f"row of `{x_key}`, but its shape is {y.shape}."
            )
        frame = frame.with_columns(_labels(where, y_key, y))
    return Part(where, frame)


def _labels(where: str, key: str, y: NDArray[Any]) -> pl.Series:
    if y.dtype.kind not in "iufbU":
        raise bad_input(
            f"{where} must have numbers or text in array `{key}`, but its dtype is {y.dtype}."
        )
    try:
        return pl.Series("y", y.tolist(), dtype=None if len(y) else pl.String)
    except (UnicodeError, pl.exceptions.PolarsError):
        raise bad_input(f"{where} has text in array `{key}` that is no valid Unicode.") from None
