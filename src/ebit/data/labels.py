"""Labels of a user's file: which values there are and which one counts as +1."""

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.content import Part
from ebit.data.messages import bad_input, listed

LABEL_NAMES = ("label", "y", "target")


def label_column(part: Part, label: str | None) -> str:
    """Find the label column: the named one, else `label`, `y` or `target`, else the last.

    Args:
        part: The table.
        label: Name that the user gave, or None.

    Returns:
        The name of the column.

    Raises:
        EbitError: If the file has no column of that name, or only one column.

    Example:
        >>> import polars as pl
        >>> from ebit.data.content import Part
        >>> from ebit.data.labels import label_column
        >>> label_column(Part("File `a.csv`", pl.DataFrame({"Y": [1], "a": [2]})), None)
        'Y'
    """
    columns = part.frame.columns
    if label is not None:
        if label not in columns:
            raise bad_input(
                f"{part.where} has no label column `{label}`: choose one of {listed(columns)}."
            )
        return label
    if len(columns) < 2:
        raise bad_input(
            f"{part.where} has only the column {listed(columns)}: it needs features and a label, "
            "separated by commas in a CSV file."
        )
    return named_label(part) or columns[-1]


def named_label(part: Part) -> str | None:
    """Find a column named `label`, `y` or `target`, in that order, in lower or upper case.

    Args:
        part: The table.

    Returns:
        The name of the column, or None.

    Example:
        >>> import polars as pl
        >>> from ebit.data.content import Part
        >>> from ebit.data.labels import named_label
        >>> named_label(Part("File `a.csv`", pl.DataFrame({"a": [2]}))) is None
        True
    """
    for name in LABEL_NAMES:
        for column in part.frame.columns:
            if column.lower() == name:
                return column
    return None


def label_texts(part: Part, label: str) -> pl.Series:
    """Read the labels as text, with numbers written in one way: 1, 1.0 and "1" are the same.

    Args:
        part: The table.
        label: Name of the label column.

    Returns:
        One text per row.

    Raises:
        EbitError: If a label is missing or the column holds neither numbers nor text.

    Example:
        >>> import polars as pl
        >>> from ebit.data.content import Part
        >>> from ebit.data.labels import label_texts
        >>> label_texts(Part("File `a.csv`", pl.DataFrame({"y": [0.0, 1.0]})), "y").to_list()
        ['0', '1']
    """
    column = part.frame[label]
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    if column.dtype.is_float():
        column = column.fill_nan(None)
    if column.null_count():
        row = int(column.is_null().arg_max() or 0) + 1
        raise bad_input(
            f"{part.where} has no label in column `{label}`, row {row} (the first row is 1): "
            "fill it or remove the row."
        )
    if not (column.dtype.is_numeric() or column.dtype in (pl.String, pl.Boolean)):
        raise bad_input(
            f"{part.where} must hold numbers or text in the label column `{label}`, but it holds "
            f"{column.dtype}."
        )
    texts = column.cast(pl.String).str.strip_chars()
    values = texts.unique().to_list()
    numbers = [_number(value) for value in values]
    if all(number is not None for number in numbers):
        return texts.replace_strict(values, [_plain(n) for n in numbers if n is not None])
    return texts


def choose_classes(where: str, texts: pl.Series, positive: str | None) -> tuple[str, str]:
    """Name the two classes.

    With two label values, `positive` counts as +1; without it, the larger value does (numbers by
    size, text by alphabet). With more values, `positive` counts as +1 and all others as -1.

    Args:
        where: Start of the message, such as "File `a.csv`".
        texts: All labels of the file, as text.
        positive: The value that counts as +1, or None.

    Returns:
        The names of the classes -1 and +1.

    Raises:
        EbitError: If there is one value only, if there are more than two without `positive`, or
            if `positive` does not occur.

    Example:
        >>> import polars as pl
        >>> from ebit.data.labels import choose_classes
        >>> choose_classes("File `a.csv`", pl.Series(["9", "10"]), None)
        ('9', '10')
        >>> choose_classes("File `a.csv`", pl.Series(["a", "b", "c"]), "b")
        ('not b', 'b')
    """
    values = texts.unique().to_list()
    numeric = all(_number(value) is not None for value in values)
    values.sort(key=lambda value: (_number(value) if numeric else 0.0, value))
    if len(values) < 2:
        raise bad_input(
            f"{where} has {'the one label value ' + listed(values) if values else 'no rows'}: "
            "two classes are needed."
        )
    if positive is None:
        if len(values) > 2:
            raise bad_input(
                f"{where} has {len(values)} label values ({listed(values)}): say with `positive` "
                "which one counts as +1 against the rest, or name another label column."
            )
        return values[0], values[1]
    chosen = [value for value in values if _same(value, positive)]
    if not chosen:
        raise bad_input(
            f"{where} has no label value `{positive}`: `positive` must be one of {listed(values)}."
        )
    others = [value for value in values if value != chosen[0]]
    return (others[0] if len(others) == 1 else f"not {chosen[0]}"), chosen[0]


def signs(where: str, texts: pl.Series, class_names: tuple[str, str]) -> NDArray[np.float64]:
    """Turn labels into -1 and 1.

    Args:
        where: Start of the message, such as "File `a.csv`".
        texts: Labels as text.
        class_names: The names of the classes -1 and +1.

    Returns:
        Array of shape (rows,) with values -1 and 1.

    Raises:
        EbitError: If a label is of neither class.

    Example:
        >>> import polars as pl
        >>> from ebit.data.labels import signs
        >>> signs("File `a.csv`", pl.Series(["a", "b"]), ("b", "a")).tolist()
        [1.0, -1.0]
    """
    negative, positive = class_names
    signed: dict[str, float] = {}
    for value in texts.unique().to_list():
        if _same(value, positive):
            signed[value] = 1.0
        elif _same(value, negative) or negative == f"not {positive}":
            signed[value] = -1.0
        else:
            raise bad_input(
                f"{where} has the label value `{value}`, but the classes are {listed(class_names)}."
            )
    return np.array([signed[text] for text in texts.to_list()], dtype=np.float64)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _plain(number: float) -> str:
    whole = number.is_integer() and abs(number) < 2**53
    return str(int(number)) if whole else repr(number)


def _same(value: str, other: str) -> bool:
    number = _number(value)
    return value == other or (number is not None and number == _number(other))
