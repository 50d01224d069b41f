"""Parameter points: all angles of a circuit in one row, and how the row is cut into arrays."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ebit.engine.base import CircuitParameters
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.models.base import Parameters
from ebit.random_keys import random_key

_NAMES = ("convolution", "mixing", "pooling")


@dataclass(frozen=True)
class Layout:
    """Shapes of the arrays that a row of angles is cut into.

    The order is that of `jax.flatten_util.ravel_pytree`: convolution, mixing, pooling.

    Attributes:
        convolution: One shape per stage.
        mixing: One shape.
        pooling: One shape per stage.
    """

    convolution: tuple[tuple[int, ...], ...]
    mixing: tuple[int, ...]
    pooling: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, model: DistributedQCNN) -> "Layout":
        """The shapes of a model."""
        shapes = jax.eval_shape(lambda: model.init(random_key(0)))
        return cls(
            tuple(leaf.shape for leaf in shapes["convolution"]),
            shapes["mixing"].shape,
            tuple(leaf.shape for leaf in shapes["pooling"]),
        )

    @property
    def angles(self) -> int:
        """Angles of both QPUs."""
        shapes = (*self.convolution, self.mixing, *self.pooling)
        return sum(int(np.prod(shape)) for shape in shapes)

    def cut(self, rows: Any) -> Any:
        """Cut rows (..., angles), of NumPy or JAX, into `CircuitParameters` with these axes."""
        place = 0

        def take(shape: tuple[int, ...]) -> Any:
            nonlocal place
            start, place = place, place + int(np.prod(shape))
            return rows[..., start:place].reshape(*rows.shape[:-1], *shape)

        return CircuitParameters(
            convolution=tuple([take(shape) for shape in self.convolution]),
            mixing=take(self.mixing),
            pooling=tuple([take(shape) for shape in self.pooling]),
        )


def random_points(layout: Layout, points: int, seed: int) -> NDArray[np.float64]:
    r"""Angles uniform in [0, 2 pi).

    Args:
        layout: Shapes of the circuit.
        points: How many; the first ones do not depend on how many there are.
        seed: Seed.

    Returns:
        Shape (points, angles), in radians.

    Example:
        >>> model = DistributedQCNN(qubits=2, depth=3)
        >>> random_points(Layout.of(model), 5, seed=0).shape
        (5, 20)
    """
    return np.random.default_rng([seed, 1]).uniform(0, 2 * np.pi, (points, layout.angles))


def given_point(layout: Layout, parameters: Parameters) -> NDArray[np.float64]:
    """One row of angles from the parameters of a model; read-out weights are left out.

    Args:
        layout: Shapes of the circuit.
        parameters: As `init` of the model returns them.

    Returns:
        Shape (1, angles), in radians.

    Raises:
        EbitError: If the parameters are not those of the model.

    Example:
        >>> model = DistributedQCNN(qubits=2, depth=3)
        >>> given_point(Layout.of(model), model.init(jax.random.key(0))).shape
        (1, 20)
    """
    missing = [name for name in _NAMES if name not in parameters]
    if missing:
        raise EbitError(
            f"Argument `parameters` lacks `{missing[0]}`: use what `init` of the model returns."
        )
    leaves = jax.tree.leaves({name: parameters[name] for name in _NAMES})
    shapes = [np.shape(leaf) for leaf in leaves]
    expected = [*layout.convolution, layout.mixing, *layout.pooling]
    if shapes != expected:
        raise EbitError(
            f"Argument `parameters` must have arrays of shapes {expected}, but has {shapes}: use "
            "what `init` of the same model returns."
        )
    row = np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in leaves])
    if not np.all(np.isfinite(row)):
        raise EbitError("Argument `parameters` holds NaN or infinite angles: remove them.")
    return row[None]
