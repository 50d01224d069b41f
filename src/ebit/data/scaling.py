"""How the features of a file become angles, and its numbers targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from ebit.checks import instance, numbers, real, several, shown
from ebit.data.messages import bad_input, listed

ScaleKind = Literal["none", "angles"]
SCALE_KINDS: tuple[str, ...] = get_args(ScaleKind)


@dataclass(frozen=True)
class Scaling:
    r"""A fitted map from raw features to the angles that a circuit takes.

    `none` changes nothing: the features are used as angles in radians as they are. `angles`
    maps the range of each feature in the training part to [0, pi],

    $$x_i' = \pi \frac{\min(\max(x_i, a_i), b_i) - a_i}{b_i - a_i},$$

    with a_i and b_i the smallest and largest training value, so that values outside that range
    are clipped. A feature that is constant in the training part becomes 0.

    Args:
        kind: "none" or "angles".
        minimum: a_i for every feature, in the units of the file; empty for "none".
        maximum: b_i for every feature, in the units of the file; empty for "none".

    Raises:
        EbitError: If the kind is unknown or the bounds do not belong together.

    Example:
        >>> import numpy as np
        >>> from ebit.data import Scaling
        >>> scaling = Scaling.fit("angles", np.array([[0.0], [10.0]]))
        >>> scaling.apply(np.array([[5.0], [99.0]])).round(3).tolist()
        [[1.571], [3.142]]
    """

    kind: ScaleKind = "none"
    minimum: tuple[float, ...] = ()
    maximum: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that the kind is known and that the bounds fit together."""
        if not isinstance(self.kind, str) or self.kind not in SCALE_KINDS:
            raise bad_input(f"Scale {shown(self.kind)} is unknown: use {listed(SCALE_KINDS)}.")
        for name in ("minimum", "maximum"):
            bounds = several(real(), least=0)(name, getattr(self, name))
            object.__setattr__(self, name, bounds)
        if (self.kind == "none") != (len(self.minimum) == 0):
            raise bad_input(
                f"Scale `{self.kind}` has bounds for {len(self.minimum)} features: give bounds "
                "with `angles` and only there."
            )
        if len(self.minimum) != len(self.maximum):
            raise bad_input(
                f"Scaling must have as many minima as maxima, but has {len(self.minimum)} and "
                f"{len(self.maximum)}."
            )
        for low, high in zip(self.minimum, self.maximum, strict=True):
            if low > high:
                raise bad_input(
                    f"Scaling must have finite bounds, minimum first, but has {low} and {high}."
                )

    @classmethod
    def fit(cls, kind: ScaleKind, x: NDArray[np.float64]) -> Self:
        """Take the bounds of every feature from the training part.

        Args:
            kind: "none" or "angles".
            x: Training features of shape (rows, features), in the units of the file.

        Returns:
            The fitted scaling.

        Raises:
            EbitError: If the kind is unknown or the features are not finite.

        Example:
            >>> import numpy as np
            >>> from ebit.data import Scaling
            >>> Scaling.fit("angles", np.array([[1.0, 4.0], [3.0, 2.0]])).maximum
            (3.0, 4.0)
        """
        if not isinstance(kind, str) or kind != "angles":
            return cls(kind=kind)
        x = numbers("x", x)
        if x.ndim != 2 or len(x) == 0:
            raise bad_input(
                f"Argument `x` must have shape (rows, features), but has shape {x.shape}."
            )
        return cls(kind, tuple(x.min(axis=0).tolist()), tuple(x.max(axis=0).tolist()))

    def apply(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn raw features into angles.

        Args:
            x: Features of shape (rows, features), in the units of the file.

        Returns:
            Angles of the same shape, in radians.

        Raises:
            EbitError: If the number of features is not that of the training part.

        Example:
            >>> import numpy as np
            >>> from ebit.data import Scaling
            >>> Scaling().apply(np.array([[0.5]])).tolist()
            [[0.5]]
        """
        x = numbers("x", x)
        if self.kind == "none":
            return x
        if x.ndim != 2 or x.shape[1] != len(self.minimum):
            raise bad_input(
                f"Argument `x` must have shape (rows, {len(self.minimum)}), but has shape "
                f"{x.shape}."
            )
        low, high = np.array(self.minimum), np.array(self.maximum)
        half_range = high / 2 - low / 2  # halves, because high - low can overflow
        constant = half_range == 0
        part = (np.clip(x, low, high) / 2 - low / 2) / np.where(constant, 1.0, half_range)
        return np.where(constant, 0.0, np.pi * part)

    def to_dict(self) -> dict[str, Any]:
        """Write the scaling as plain values, for a model file.

        Returns:
            The keys kind, minimum and maximum, with lists of floats.

        Example:
            >>> from ebit.data import Scaling
            >>> Scaling("angles", (0.0,), (2.0,)).to_dict()
            {'kind': 'angles', 'minimum': [0.0], 'maximum': [2.0]}
        """
        return {"kind": self.kind, "minimum": list(self.minimum), "maximum": list(self.maximum)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Args:
            values: The keys kind, minimum and maximum.

        Returns:
            The scaling.

        Raises:
            EbitError: If a key is missing or unknown, or a value is not of its type.

        Example:
            >>> from ebit.data import Scaling
            >>> Scaling.from_dict({"kind": "none", "minimum": [], "maximum": []}).kind
            'none'
        """
        instance(Mapping, "what `to_dict` wrote")("values", values)
        if set(values) != {"kind", "minimum", "maximum"}:
            raise bad_input(
                "Scaling must have the keys kind, minimum and maximum, but has "
                f"{listed([str(key) for key in values])}."
            )
        try:
            minimum, maximum = (
                tuple(float(bound) for bound in values[key]) for key in ("minimum", "maximum")
            )
        except (TypeError, ValueError, OverflowError):
            raise bad_input("Scaling must have lists of numbers as minimum and maximum.") from None
        return cls(values["kind"], minimum, maximum)


@dataclass(frozen=True)
class TargetScaling:
    r"""A fitted map from numbers in the units of a file to targets of variance 1.

    .. math:: y' = \frac{y - \mu}{\sigma}

    with mean and standard deviation of the training part.

    Args:
        mean: :math:`\mu` in the units of the file.
        std: :math:`\sigma > 0` likewise.

    Raises:
        EbitError: If a number is not finite or the standard deviation is not positive.

    Example:
        >>> import numpy as np
        >>> scaling = TargetScaling.fit("File `a.csv`", np.array([1.0, 3.0]))
        >>> scaling.apply(np.array([2.0, 3.0])).tolist(), scaling.invert(np.array([1.0])).tolist()
        ([0.0, 1.0], [3.0])
    """

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        """Check both numbers."""
        object.__setattr__(self, "mean", real()("mean", self.mean))
        object.__setattr__(self, "std", real(above=0)("std", self.std))

    @classmethod
    def fit(cls, where: str, y: NDArray[np.float64]) -> Self:
        """Take both from the training part.

        Args:
            where: Start of the message, such as "File `a.csv`".
            y: Numbers of shape (rows,), in the units of the file.

        Returns:
            The fitted scaling.

        Raises:
            EbitError: If all numbers are equal, or too large to add up.
        """
        if np.all(y == y[0]):
            raise bad_input(
                f"{where} has the one target value {y[0]:g} in its training part: name "
                "another column, or add rows with other values."
            )
        with np.errstate(over="ignore", invalid="ignore"):
            mean, std = float(np.mean(y)), float(np.std(y))
        if not (np.isfinite(mean) and np.isfinite(std) and std > 0):
            raise bad_input(
                f"{where} has targets from {y.min():g} to {y.max():g}, whose variance is no number "
                "of double precision: use other units."
            )
        return cls(mean, std)

    def apply(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn numbers in the units of the file into targets."""
        return (y - self.mean) / self.std

    def invert(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn targets, or predictions of them, into numbers in the units of the file."""
        return self.mean + self.std * y

    def to_dict(self) -> dict[str, float]:
        """Write the scaling as plain values, for a model file."""
        return {"mean": self.mean, "std": self.std}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises:
            EbitError: If a key is missing or unknown, or a value is no number.
        """
        if set(values) != {"mean", "std"}:
            raise bad_input(
                "Scaling of targets must have the keys mean and std, but has "
                f"{listed([str(key) for key in values])}."
            )
        return cls(**values)
