"""From a user's file to a data set, and to features for a trained model."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ebit.checks import path as checked_path
from ebit.data.bundled import BUNDLED, read_bundled
from ebit.data.content import MOST_BYTES, Content, check_file
from ebit.data.dataset import Dataset, labels_of_classes
from ebit.data.delimited import parse_csv, read_csv
from ebit.data.features import choose_features, numbers
from ebit.data.labels import (
    choose_classes,
    class_labels,
    label_column,
    label_texts,
    look_alike,
    named_label,
)
from ebit.data.messages import bad_input, listed
from ebit.data.npz import read_npz
from ebit.data.parquet import read_parquet
from ebit.data.row_numbers import row_numbers
from ebit.data.scaling import Scaling, TargetScaling
from ebit.data.source import DataSource
from ebit.data.split import random_split, stratified_split

READERS = {".npz": read_npz, ".csv": read_csv, ".parquet": read_parquet}
STANDARD_INPUT = "-"
"""The source that is CSV text on standard input."""


def load_file(source: DataSource) -> Dataset:
    r"""Load a data set from an NPZ, CSV or Parquet file.

    Args:
        source: Path of the file and how to prepare it.

    Returns:
        The data set; its name is the name of the file.

    Raises:
        EbitError: If the file or an option is bad; one line says what and how to cure it.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import DataSource
        >>> from ebit.data.files import load_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.csv"
        ...     _ = path.write_text("a,b,label\n1,2,no\n3,4,no\n5,6,yes\n7,8,yes\n")
        ...     data = load_file(DataSource(source=str(path), scale="angles"))
        >>> data.class_names, data.feature_names
        (('no', 'yes'), ('a', 'b'))
    """
    if source.source == STANDARD_INPUT:
        return prepare("standard input", _standard_input(), source)
    path = Path(source.source)
    return prepare(path.name, _read(path), source)


def prepare(name: str, content: Content, source: DataSource) -> Dataset:
    """Make a data set of the content of a file or a data frame.

    Args:
        name: Name of the data set.
        content: The content.
        source: How to prepare it.

    Returns:
        The data set, with notes on all that is not as plain as it looks.

    Raises:
        EbitError: If the content or an option is bad.

    Example:
        >>> from ebit.data.frames import read_frame
        >>> columns = {"n": range(8), "a": [3, 1, 2, 5] * 2, "label": [0, 1] * 4}
        >>> prepare("mine", read_frame(columns), DataSource(source="mine")).notes
        ('The data frame has row numbers in column `n`, which is left out: choose it with \
`features` if it is a feature.',)
    """
    where = content.data.where.removesuffix(", training part,")
    _check_rows(content)
    label = _training_label(where, content, source.label)
    columns = [column for column in content.data.frame.columns if column != label]
    numbering = [column for column in row_numbers(content.data) if column != label]
    names, blocks = choose_features(where, columns, source.features, label, numbering)
    left_out = tuple(
        f"{where} has row numbers in column `{column}`, which is left out: choose it with "
        "`features` if it is a feature."
        for column in numbering
        if source.features is None
    )
    parts = [content.data] if content.validation is None else [content.data, content.validation]
    raw = [numbers(part, names) for part in parts]
    class_names: tuple[str, ...] = ()
    if source.target == "numbers":
        if source.positive is not None:
            raise bad_input("Data option `positive` is for classes: leave it out, or `target`.")
        y = [numbers(part, [label])[:, 0] for part in parts]
    else:
        texts = [label_texts(part, label) for part in parts]
        class_names = choose_classes(where, pl.concat(texts), source.positive)
        y = [class_labels(where, text, class_names) for text in texts]
        left_out += tuple(
            f"{where} has the classes {listed([ascii(name) for name in group])}, which look alike: "
            "write them in one way if they are one."
            for group in look_alike(class_names)
        )
    if content.validation is None:
        how = (source.validation_fraction, source.split_seed)
        if class_names:
            rows = stratified_split(where, y[0], *how, classes=class_names)
        else:
            rows = random_split(where, len(y[0]), *how)
        raw, y = [raw[0][r] for r in rows], [y[0][r] for r in rows]
    elif class_names:
        _check_all_classes(where, y[0], class_names)
    target_scaling = TargetScaling()
    if not class_names:
        target_scaling = TargetScaling.fit(where, y[0])
        y = [target_scaling.apply(part) for part in y]
    scaling = Scaling.fit(source.scale, raw[0])
    return Dataset(
        x_train=scaling.apply(raw[0]),
        y_train=y[0],
        x_validation=scaling.apply(raw[1]),
        y_validation=y[1],
        name=name,
        class_names=class_names,
        feature_names=tuple(names),
        scaling=scaling,
        label=label,
        notes=(*content.notes, *left_out),
        target_scaling=target_scaling,
        blocks=blocks,
    )


def _check_all_classes(where: str, y: NDArray[np.float64], class_names: Sequence[str]) -> None:
    """Raise unless the training part that the user made holds every class."""
    if len(np.unique(y)) < 2:
        raise bad_input(f"{where} has one class only in `y_train`: add rows of another.")
    labels = labels_of_classes(len(class_names))
    missing = [name for name, label in zip(class_names, labels, strict=True) if label not in y]
    if missing:
        raise bad_input(
            f"{where} has no row of class {listed(missing)} in `y_train`: add one, or leave the "
            "class out of `y_validation`."
        )


def read_features(
    path: str | Path,
    *,
    feature_names: Sequence[str],
    class_names: Sequence[str],
    scaling: Scaling,
    label: str | None = None,
    target_scaling: TargetScaling | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    r"""Read a new file for a trained model, prepared as the model's training data were.

    Feature columns are found by name and other columns are ignored. An NPZ file has the array `x`
    and, with labels, `y`; its columns are x0, x1, ..., and if those are not the model's names,
    `x` must have one column per feature, in the order of `feature_names`.

    Args:
        path: An NPZ, CSV or Parquet file, `-` for CSV text on standard input, or the name of a data
            set of scikit-learn.
        feature_names: Names of the model's features, in its order (`Dataset.feature_names`).
        class_names: What the classes are called (`Dataset.class_names`); empty for numbers.
        scaling: The scaling fitted to the training data (`Dataset.scaling`).
        label: Name of the label column (`Dataset.label`), used if the file has it; default: the
            column `label`, `y` or `target`, if the file has one.
        target_scaling: How numbers became targets (`Dataset.target_scaling`).

    Returns:
        Angles of shape (rows, features) in radians, and labels or targets of shape (rows,) or None
        if the file has none.

    Raises:
        EbitError: If the file is bad, lacks a feature, or has a label of neither class.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from ebit.data import Scaling, read_features
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "new.csv"
        ...     _ = path.write_text("b,id,a\n2,7,1\n")
        ...     read_features(
        ...         path, feature_names=("a", "b"), class_names=("no", "yes"), scaling=Scaling()
        ...     )
        (array([[1., 2.]]), None)
    """
    path = checked_path("path", path)
    content = _content(path)
    _check_rows(content)
    where = content.data.where
    if content.validation is not None:
        where = where.removesuffix(", training part,")
        raise bad_input(f"{where} must have an array `x` of new rows, but is a training file.")
    found = content.label or label or named_label(content.data)
    if found in feature_names or found not in content.data.frame.columns:
        found = None
    columns = [name for name in content.data.frame.columns if name != found]
    missing = [name for name in feature_names if name not in columns]
    if not missing:
        columns = list(feature_names)
    elif content.named or len(columns) != len(feature_names):
        raise bad_input(
            f"{where} lacks the feature columns {listed(missing)} of the trained model; it has "
            f"{listed(columns)}."
        )
    x = scaling.apply(numbers(content.data, columns))
    if found is None:
        return x, None
    if not class_names:
        scale = TargetScaling() if target_scaling is None else target_scaling
        return x, scale.apply(numbers(content.data, [found])[:, 0])
    return x, class_labels(where, label_texts(content.data, found), class_names)


def _content(path: Path) -> Content:
    if str(path) == STANDARD_INPUT:
        return _standard_input()
    return read_bundled(str(path)) if str(path) in BUNDLED else _read(path)


def _read(path: Path) -> Content:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        check_file(path)
        raise bad_input(
            f"Data file `{path}` has the extension `{path.suffix}`: use .npz, .csv or .parquet."
        )
    return reader(path)


def _standard_input() -> Content:
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if not raw or len(raw) > MOST_BYTES:
        size = "no bytes" if not raw else f"more than {MOST_BYTES} bytes"
        raise bad_input(f"Standard input has {size}: send CSV text to it, with names in line 1.")
    return parse_csv("Standard input", raw)


def _check_rows(content: Content) -> None:
    for part in (content.data, content.validation):
        if part is not None and part.frame.height == 0:
            raise bad_input(f"{part.where} has no rows: add some.")


def _training_label(where: str, content: Content, label: str | None) -> str:
    if content.label is None:
        return label_column(content.data, label)
    if label not in (None, content.label):
        raise bad_input(
            f"{where} has its labels in arrays, so it has no label column `{label}`: leave out "
            "`label`."
        )
    if content.label not in content.data.frame.columns:
        raise bad_input(f"{where} has the array `x`, but lacks the array `y` with the labels.")
    return content.label
