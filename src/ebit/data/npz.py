"""NPZ files."""

import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.content import MOST_VALUES, Content, Part, check_size, file_bytes
from ebit.data.messages import bad_input, listed
from ebit.errors import EbitError

SPLIT_KEYS = ("x_train", "y_train", "x_validation", "y_validation")
ZIP_START = b"PK\x03\x04"
_MOST_HEADER = 10_000
"""Bytes that say the shape and type of an array; NumPy writes some hundred."""


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
        train = array_part(f"{where}, training part,", arrays, "x_train", "y_train")
        validation = array_part(
            f"{where}, validation part,", arrays, "x_validation", "y_validation"
        )
        if train.frame.width != validation.frame.width:
            raise bad_input(
                f"File `{path.name}` must have as many columns in `x_validation` as in `x_train`, "
                f"but has {validation.frame.width - 1} and {train.frame.width - 1}."
            )
        return Content(train, validation, label="y", named=False)
    if "x" in arrays:
        return Content(array_part(f"File `{path.name}`", arrays, "x", "y"), label="y", named=False)
    raise bad_input(
        f"File `{path.name}` must have the arrays `x` and `y`, or {listed(SPLIT_KEYS)}, but has "
        f"{listed(keys) or 'none'}."
    )


def _arrays(path: Path) -> tuple[list[str], dict[str, NDArray[Any]]]:
    where, raw = f"File `{path.name}`", file_bytes(path)
    if not raw.startswith(ZIP_START):
        raise bad_input(f"{where} is not an NPZ file: write it with numpy.savez.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            keys = [name.removesuffix(".npy") for name in names if name.endswith(".npy")]
            known = [key for key in ("x", "y", *SPLIT_KEYS) if key in keys]
            for key in known:
                if keys.count(key) > 1:
                    raise bad_input(f"{where} has more than one array `{key}`: rename them.")
            heads = {key: array_head(where, archive, key) for key in known}
            for x_key, y_key in (("x", "y"), SPLIT_KEYS[:2], SPLIT_KEYS[2:]):
                if x_key in heads:
                    check_arrays(where, heads, x_key, y_key)
            arrays = {key: read_array(archive, key) for key in known}
    except EbitError:
        raise
    except Exception as error:  # the decoders raise errors of many unrelated types
        raise bad_input(
            f"{where} is truncated or damaged ({type(error).__name__}): write it again."
        ) from None
    others = [name for name in names if not name.endswith(".npy")]
    if not arrays and others:
        raise bad_input(
            f"{where} has {listed(others)} without the ending .npy, which is no array: write it "
            "with numpy.savez."
        )
    return keys, arrays


def read_array(archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    """An array of an NPZ file; pickled objects are never loaded.

    Args:
        archive: The file.
        key: Name of the array.

    Returns:
        The array.
    """
    with archive.open(f"{key}.npy") as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def array_head(where: str, archive: zipfile.ZipFile, key: str) -> NDArray[Any]:
    """Zeros of the shape and type that the first bytes of an array say, which take no memory.

    Args:
        where: Start of every message, such as "File `a.npz`".
        archive: The file.
        key: Name of the array.

    Returns:
        The zeros.

    Raises:
        EbitError: If the array is too large or holds Python objects.
    """
    with archive.open(f"{key}.npy") as member:
        start = member.read(12)
        length = start[8:10] if start[6:7] == b"\x01" else start[8:12]
        if int.from_bytes(length, "little") > _MOST_HEADER:
            raise ValueError
    with archive.open(f"{key}.npy") as member:
        version = np.lib.format.read_magic(member)
        read = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            read = np.lib.format.read_array_header_2_0
        shape, _, dtype = read(member)
    if dtype.hasobject:
        raise bad_input(
            f"{where} holds pickled Python objects, which are never loaded, in array `{key}`: save "
            "plain arrays of numbers or text."
        )
    columns = math.prod(shape[1:])
    check_size(f"{where}, array `{key}`,", shape[0] if shape else 1, columns)
    if math.prod(shape) * dtype.itemsize > 8 * MOST_VALUES:
        raise bad_input(
            f"{where} has {math.prod(shape) * dtype.itemsize} bytes in array `{key}`, but at most "
            f"{8 * MOST_VALUES} are read: keep fewer rows."
        )
    return np.broadcast_to(np.zeros((), dtype), shape)


def array_part(where: str, arrays: Mapping[str, NDArray[Any]], x_key: str, y_key: str) -> Part:
    """A table of an array with features and, if there is one, an array with labels.

    Args:
        where: Start of every message, such as "File `a.npz`".
        arrays: The arrays.
        x_key: Name of the array of features, shape (rows, features).
        y_key: Name of the array of labels, shape (rows,).

    Returns:
        The table, with columns x0, x1, ... and y.

    Raises:
        EbitError: If an array has a wrong shape or type.

    Example:
        >>> array_part("File `a.npz`", {"x": np.zeros((3, 2))}, "x", "y").frame.columns
        ['x0', 'x1']
    """
    check_arrays(where, arrays, x_key, y_key)
    x = arrays[x_key]
    frame = pl.DataFrame(x.astype(np.float64), schema=[f"x{i}" for i in range(x.shape[1])])
    if y_key in arrays:
        frame = frame.with_columns(_labels(where, y_key, arrays[y_key]))
    return Part(where, frame)


def check_arrays(where: str, arrays: Mapping[str, NDArray[Any]], x_key: str, y_key: str) -> None:
    """Check shapes and types of features and labels.

    Args:
        where: Start of every message, such as "File `a.npz`".
        arrays: The arrays.
        x_key: Name of the array of features, shape (rows, features).
        y_key: Name of the array of labels, shape (rows,).

    Raises:
        EbitError: If an array has a wrong shape or type.

    Example:
        >>> check_arrays("File `a.npz`", {"x": np.zeros(3)}, "x", "y")
        Traceback (most recent call last):
        ebit.errors.EbitError: File `a.npz` must have an array `x` of shape (rows, features), but \
its shape is (3,).
    """
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
    if y_key not in arrays:
        return
    y = arrays[y_key]
    if y.shape != x.shape[:1]:
        raise bad_input(
            f"{where} must have an array `{y_key}` of shape {x.shape[:1]}, one label for each "
            f"row of `{x_key}`, but its shape is {y.shape}."
        )
    if y.dtype.kind not in "iufbU":
        raise bad_input(
            f"{where} must have numbers or text in array `{y_key}`, but its dtype is {y.dtype}."
        )


def _labels(where: str, key: str, y: NDArray[Any]) -> pl.Series:
    if y.dtype.kind == "f":
        return pl.Series("y", y.astype(np.float32 if y.dtype.itemsize < 4 else np.float64))
    if y.dtype.kind in "iub":
        return pl.Series("y", y.astype(y.dtype.newbyteorder("=")))
    try:
        return pl.Series("y", y.tolist(), dtype=pl.String)
    except (UnicodeError, pl.exceptions.PolarsError):
        raise bad_input(f"{where} has text in array `{key}` that is no valid Unicode.") from None
