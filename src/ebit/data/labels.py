"""Labels of a user's file: which values there are, and which class each one is."""

import math
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.data.clusters import MOST_CLASSES
from ebit.data.content import Part
from ebit.data.dataset import labels_of_classes
from ebit.data.messages import bad_input, listed
from ebit.data.row_numbers import NAMELESS, row_numbers

LABEL_NAMES = ("label", "y", "target")
MISSING = ("", "nan", "+nan", "-nan", "na", "n/a", "#n/a", "<na>", "nat", "null", "?", "-")
"""What stands in a field without a label, in small letters; `-` is one beside `+`."""
_WHOLE = re.compile(r"([+-]?)(0|[1-9][0-9]*)(\.0*)?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]\.[0-9]+[eE][+-][0-9]{2,3}")
_PLAIN = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-][0-9]{2,3})?")
_BOOLEANS = {"0": "false", "1": "true"}


def label_column(part: Part, label: str | None) -> str:
    """Find the label column: the named one, else `label`, `y` or `target`, else the last.

    Args:
        part: The table.
        label: Name that the user gave, or None.

    Returns:
        The name of the column; by default none that only numbers the rows.

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
    named = named_label(part)
    if named is not None:
        return named
    numbering = row_numbers(part)
    left = [name for name in columns if name not in numbering] or columns
    if NAMELESS.fullmatch(left[-1]):
        raise bad_input(
            f"{part.where} has a last column without a name, where the label is expected: name it, "
            "or name the label column with `label`."
        )
    return left[-1]


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
    """Read the labels as text, the same for all formats of files.

    Whole numbers lose a plus sign and zeros after the point (1, +1, 1.0 and 1.000e+00 are the
    same), truth values are written in small letters, and all other text stays as it is.

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
        >>> label_texts(Part("File `a.csv`", pl.DataFrame({"y": ["1_1", "nan"]})), "y")
        Traceback (most recent call last):
        ebit.errors.EbitError: File `a.csv` has no label in column `y`, row 2 (the first row is \
1), but `nan`: fill it or remove the row.
    """
    column = part.frame[label]
    kind = column.dtype
    if isinstance(kind, pl.Categorical | pl.Enum):
        column = column.cast(pl.String)
    elif not (kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Null)):
        raise bad_input(
            f"{part.where} must hold numbers or text in the label column `{label}`, but it holds "
            f"{kind}: write it as text."
        )
    if column.dtype == pl.String:
        column = column.str.strip_chars()
    values = column.unique()
    texts = [None if value is None else _text(value) for value in values]
    present = {text for text in texts if text is not None}
    missing = [text for text in present if text.casefold() in MISSING]
    if "+" in present:
        missing = [text for text in missing if text != "-"]
    if missing or None in texts:
        wrong = [value in (None, *missing) for value in texts]
        row = int(column.is_in(values.filter(pl.Series(wrong)), nulls_equal=True).arg_max() or 0)
        what = column[row]
        said = "" if what in (None, "") else f", but `{what}`"
        raise bad_input(
            f"{part.where} has no label in column `{label}`, row {row + 1} (the first row is 1)"
            f"{said}: fill it or remove the row."
        )
    if not texts:
        return pl.Series(label, [], dtype=pl.String)
    return column.replace_strict(values, pl.Series(texts), return_dtype=pl.String)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _of_float(value) if isinstance(value, float) else plain(str(value))


def plain(text: str) -> str:
    """Write a label as all formats of files write it.

    Args:
        text: A label.

    Returns:
        The same label.

    Example:
        >>> [plain(text) for text in ("+1", "-1.0", "1.00e+00", "True", "007", "1_1", "1e5")]
        ['1', '-1', '1', 'true', '007', '1_1', '1e5']
    """
    if match := _WHOLE.fullmatch(text):
        return f"-{match[2]}" if match[1] == "-" and match[2] != "0" else match[2]
    if _SCIENTIFIC.fullmatch(text) and math.isfinite(float(text)):
        return _of_float(float(text))
    return text.lower() if text.casefold() in _BOOLEANS.values() else text


def _of_float(number: float) -> str:
    whole = number.is_integer() and abs(number) < 2**53
    return str(int(number)) if whole else repr(number)


def choose_classes(where: str, texts: pl.Series, positive: str | None) -> tuple[str, ...]:
    """Name the classes.

    They are in order (numbers by size, text by alphabet): of two the larger counts as +1. With
    `positive` there are two, and that one counts as +1 against all others.

    Args:
        where: Start of the message, such as "File `a.csv`".
        texts: All labels of the file, as text.
        positive: The value that counts as +1, or None.

    Returns:
        The names of the classes, in the order of their labels.

    Raises:
        EbitError: If there is one value only, or far too many, or if `positive` does not occur.

    Example:
        >>> import polars as pl
        >>> from ebit.data.labels import choose_classes
        >>> choose_classes("File `a.csv`", pl.Series(["9", "10"]), None)
        ('9', '10')
        >>> choose_classes("File `a.csv`", pl.Series(["a", "c", "b"]), None)
        ('a', 'b', 'c')
        >>> choose_classes("File `a.csv`", pl.Series(["a", "b", "c"]), "b")
        ('not b', 'b')
    """
    values = _sorted(texts.unique().to_list())
    if len(values) < 2:
        raise bad_input(
            f"{where} has {'the one label value ' + listed(values) if values else 'no rows'}: "
            "name another label column, or add rows of a second class."
        )
    if positive is None:
        if len(values) > MOST_CLASSES:
            raise bad_input(
                f"{where} has {len(values)} label values ({listed(values)}), but at most "
                f"{MOST_CLASSES} classes are told apart: say with `positive` which one counts as "
                "+1 against the rest, `target` = numbers if they are numbers, or name another "
                "label column."
            )
        return tuple(values)
    chosen = _meant(positive, values)
    if chosen is None:
        raise bad_input(
            f"{where} has no label value `{positive}`: `positive` must be one of {listed(values)}."
        )
    others = [value for value in values if value != chosen]
    return (others[0] if len(others) == 1 else f"not {chosen}"), chosen


def look_alike(class_names: Sequence[str]) -> list[tuple[str, ...]]:
    """Find classes that differ only in capitals, in invisible signs or in how letters are coded.

    Args:
        class_names: Names of all classes.

    Returns:
        The names of each group of two or more.

    Example:
        >>> look_alike(("cat", "CAT", "dog"))
        [('cat', 'CAT')]
    """
    groups: dict[str, list[str]] = {}
    for name in class_names:
        seen = "".join(c for c in unicodedata.normalize("NFKC", name) if not _is_invisible(c))
        groups.setdefault(seen.casefold(), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _is_invisible(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Cf", "Cc")


def _sorted(values: list[str]) -> list[str]:
    numbers = [_number(value) for value in values]
    if any(number is None for number in numbers):
        return sorted(values)
    return [value for _, value in sorted(zip(numbers, values, strict=True))]


def class_labels(where: str, texts: pl.Series, class_names: Sequence[str]) -> NDArray[np.float64]:
    """Turn labels into -1 and 1 for two classes, 0 to C - 1 for more.

    Args:
        where: Start of the message, such as "File `a.csv`".
        texts: Labels as text.
        class_names: The names of the classes, in the order of their labels.

    Returns:
        Array of shape (rows,).

    Raises:
        EbitError: If a label is of no class.

    Example:
        >>> import polars as pl
        >>> from ebit.data.labels import class_labels
        >>> class_labels("File `a.csv`", pl.Series(["a", "b"]), ("b", "a")).tolist()
        [1.0, -1.0]
    """
    first, last = class_names[0], class_names[-1]
    labels = dict(zip(class_names, labels_of_classes(len(class_names)).tolist(), strict=True))
    found: dict[str, float] = {}
    for value in texts.unique().to_list():
        meant = _meant(value, class_names)
        if meant is None and first != f"not {last}":
            raise bad_input(
                f"{where} has the label value `{value}`, but the classes are {listed(class_names)}."
            )
        found[value] = labels[first if meant is None else meant]
    return np.array([found[text] for text in texts.to_list()], dtype=np.float64)


def _meant(value: str, names: Sequence[str]) -> str | None:
    """The one of some labels that is meant: the same text, else the same number or truth value."""
    text = plain(value.strip())
    same = [name for name in names if plain(name) == text]
    if not same and (number := _number(text)) is not None:
        same = [name for name in names if _number(name) == number]
    if not same and {plain(name) for name in names} <= set(_BOOLEANS.values()):
        same = [name for name in names if plain(name) == _BOOLEANS.get(text)]
    return same[0] if len(same) == 1 else None


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _PLAIN.fullmatch(text) else None
