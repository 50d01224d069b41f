"""Features and labels, ready for training."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.checks import instance, several, whole
from ebit.data.messages import bad_input, listed
from ebit.data.scaling import Scaling, TargetScaling
from ebit.errors import EbitError
from ebit.represented import Represented
from ebit.represented import several as listed_names


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Represented):
    """A training part and a validation part of one problem: classes to tell apart, or numbers.

    The arrays are copied and made read-only. Features are angles in radians; each QPU has a block
    of them, QPU A the first one, and the blocks are equal unless others were chosen.

    Args:
        x_train: Features of shape (rows, features), in radians.
        y_train: Targets of shape (rows,): -1 or 1 for two classes, 0 to C - 1 for C of them, of
            which each must occur; or any numbers that are not all equal.
        x_validation: Features of shape (validation rows, features), in radians.
        y_validation: The same of shape (validation rows,).
        name: Short name for tables and messages.
        class_names: What the classes are called in the data, in the order of their labels; empty
            if the targets are numbers.
        feature_names: One name per feature.
        scaling: How raw features became the angles in this data set.
        label: Name of the column that the targets came from.
        notes: What the user should know about how a file was read, one line each.
        target_scaling: How numbers became the targets in this data set.
        blocks: How many features were chosen for each QPU; None if nothing was chosen.

    Raises:
        EbitError: If shapes disagree, a value is not finite, a label is none of the classes, a
            class does not occur in the training part, all its numbers are equal, or there are
            fewer than 2 training rows.

    Example:
        >>> from ebit.data import Dataset
        >>> data = Dataset(
        ...     x_train=[[0.1, 0.2], [0.3, 0.4]], y_train=[-1, 1],
        ...     x_validation=[[0.5, 0.6]], y_validation=[1],
        ...     name="tiny", class_names=("no", "yes"), feature_names=("a", "b"),
        ... )
        >>> data.features
        2
    """

    x_train: NDArray[np.float64]
    y_train: NDArray[np.float64]
    x_validation: NDArray[np.float64]
    y_validation: NDArray[np.float64]
    name: str
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    scaling: Scaling = field(default_factory=Scaling)
    label: str = "label"
    notes: tuple[str, ...] = ()
    target_scaling: TargetScaling = field(default_factory=TargetScaling)
    blocks: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Convert the arrays, then check everything the class promises."""
        for part in ("train", "validation"):
            for letter, dimensions in (("x", 2), ("y", 1)):
                key = f"{letter}_{part}"
                object.__setattr__(self, key, _array(key, getattr(self, key), dimensions))
        for name in ("class_names", "feature_names"):
            names = several(instance(str, "names, as text"), least=0)
            object.__setattr__(self, name, names(name, getattr(self, name)))
        _check_names(self)
        _check_blocks(self)
        _check_part(self, "train", self.x_train, self.y_train)
        _check_part(self, "validation", self.x_validation, self.y_validation)
        if len(self.y_train) < 2:
            raise bad_input(
                f"Argument `x_train` must have at least 2 rows, but has {len(self.y_train)}."
            )
        _check_variety(self.y_train, self.class_names)

    def _facts(self) -> dict[str, object]:
        classes = listed_names(list(self.class_names)) or "none: numbers"
        return {
            "name": self.name,
            "train_rows": len(self.y_train),
            "validation_rows": len(self.y_validation),
            "features": listed_names(list(self.feature_names)),
            "label": self.label,
            "classes": classes,
        }

    @property
    def features(self) -> int:
        """Number of features of one row, over all QPUs together."""
        return int(self.x_train.shape[1])

    @property
    def is_numeric(self) -> bool:
        """Whether the targets are numbers and not classes."""
        return not self.class_names

    @property
    def scores(self) -> int:
        """Numbers that a model has to say about a row: one, or one for each of many classes."""
        return max(1, len(self.class_names)) if len(self.class_names) != 2 else 1

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the arrays (bytes and shapes), the names, and blocks that are not equal.

        Equal data give equal fingerprints on every machine; the name of the data set, and so the
        place of its file, does not count.
        """
        digest = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_validation, self.y_validation):
            digest.update(repr(array.shape).encode())
            digest.update(array.astype("<f8").tobytes())
        for names in (self.feature_names, self.class_names):
            digest.update(repr(names).encode())
        if len(set(self.blocks or ())) > 1:  # equal ones are those of no choice
            digest.update(repr(self.blocks).encode())
        return digest.hexdigest()


def _array(key: str, value: ArrayLike, dimensions: int) -> NDArray[np.float64]:
    try:
        if np.ma.is_masked(value):
            raise bad_input(f"Argument `{key}` has masked values: fill them or remove their rows.")
        raw = np.asarray(value)
    except EbitError:
        raise
    except ValueError:
        raise bad_input(f"Argument `{key}` must be an array with rows of one length.") from None
    if raw.dtype.kind not in "iuf":
        raise bad_input(f"Argument `{key}` must hold real numbers, but has dtype {raw.dtype}.")
    if raw.ndim != dimensions:
        shape = "(rows, features)" if dimensions == 2 else "(rows,)"
        raise bad_input(f"Argument `{key}` must have shape {shape}, but has shape {raw.shape}.")
    array = np.array(raw, dtype=np.float64, order="C")
    array.setflags(write=False)
    return array


def _check_blocks(dataset: Dataset) -> None:
    if dataset.blocks is None:
        return
    blocks = several(whole(1), least=1)("blocks", dataset.blocks)
    object.__setattr__(dataset, "blocks", blocks)
    if sum(blocks) != dataset.features:
        raise bad_input(
            f"Argument `blocks` must hold {dataset.features} features in all, but holds "
            f"{sum(blocks)}."
        )


def _check_names(dataset: Dataset) -> None:
    classes, features = dataset.class_names, dataset.feature_names
    if len(classes) == 1 or len(set(classes)) != len(classes):
        raise bad_input(
            f"Argument `class_names` must be two or more different names, but is {listed(classes)}."
        )
    if len(set(features)) != len(features):
        raise bad_input("Argument `feature_names` must hold every name once, but repeats one.")
    if len(features) == 0:
        raise bad_input("Argument `x_train` must have at least 1 feature, but has 0.")


def _check_part(
    dataset: Dataset, part: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> None:
    names, allowed = dataset.feature_names, labels_of_classes(len(dataset.class_names))
    if x.shape[1] != len(names):
        raise bad_input(
            f"Argument `x_{part}` must have one column for each of the {len(names)} feature "
            f"names, but has shape {x.shape}."
        )
    if len(x) != len(y) or len(x) == 0:
        raise bad_input(
            f"Arguments `x_{part}` and `y_{part}` must have the same number of rows, at least 1, "
            f"but have {len(x)} and {len(y)}."
        )
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        row, column = bad[0]
        raise bad_input(
            f"Argument `x_{part}` must be finite, but is {x[row, column]} in row {row} (counted "
            f"from 0) of feature `{names[column]}`: remove or fill that row."
        )
    wrong = y[~(np.isfinite(y) if dataset.is_numeric else np.isin(y, allowed))]
    if len(wrong):
        rule = "finite numbers" if dataset.is_numeric else _listed(allowed)
        raise bad_input(f"Argument `y_{part}` must hold only {rule}, but holds {wrong[0]:g}.")


def _check_variety(y: NDArray[np.float64], classes: Sequence[str]) -> None:
    """Raise unless every class occurs, or the numbers differ."""
    if not classes:
        if np.all(y == y[0]):
            raise bad_input(
                f"Argument `y_train` must hold numbers that differ, but all are {y[0]:g}: add "
                "rows with other numbers, or take another target."
            )
        return
    allowed = labels_of_classes(len(classes))
    missing = [name for name, label in zip(classes, allowed, strict=True) if label not in y]
    if missing and len(classes) == 2:
        raise bad_input(
            f"Argument `y_train` must hold both -1 and 1, but holds only {y[0]:.0f}: add rows of "
            "the other class."
        )
    if missing:
        raise bad_input(
            f"Argument `y_train` must hold rows of every class, but has none of {listed(missing)}."
        )


def labels_of_classes(number: int) -> NDArray[np.float64]:
    """The labels of so many classes: -1 and 1 for two, 0 to C - 1 for more; none of numbers.

    Example:
        >>> labels_of_classes(2).tolist(), labels_of_classes(3).tolist()
        ([-1.0, 1.0], [0.0, 1.0, 2.0])
    """
    return np.array([-1.0, 1.0]) if number == 2 else np.arange(float(number))


def _listed(labels: NDArray[np.float64]) -> str:
    if len(labels) == 2:
        return "-1 and 1"
    return f"whole numbers from 0 to {len(labels) - 1}"
