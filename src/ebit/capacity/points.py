"""Parameter points: all parameters of a circuit in one row, and how it is cut into arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from ebit import checks
from ebit.engine.base import CircuitParameters
from ebit.errors import EbitError
from ebit.models import DistributedQCNN, SingleQCNN
from ebit.models.base import Parameters
from ebit.random_keys import random_key

_ANGLES = ("convolution", "mixing", "pooling")


@dataclass(frozen=True)
class Layout:
    """Shapes of the arrays that a row of parameters is cut into.

    First come the angles in the order of `jax.flatten_util.ravel_pytree`: convolution, mixing,
    pooling. Then the Schmidt coefficients of the pairs if they are trained, and the logits of
    values of shared randomness. Only the direction of the coefficients counts, not their norm, and
    only differences of logits, so of each there is one parameter less than numbers.

    Attributes:
        convolution: One shape per stage.
        mixing: One shape.
        pooling: One shape per stage.
        schmidt: Number of trained Schmidt coefficients.
        mixture: Number of logits.
    """

    convolution: tuple[tuple[int, ...], ...]
    mixing: tuple[int, ...]
    pooling: tuple[tuple[int, ...], ...]
    schmidt: int = 0
    mixture: int = 0

    @classmethod
    def of(cls, model: DistributedQCNN | SingleQCNN) -> "Layout":
        """The shapes of a model."""
        shapes = jax.eval_shape(lambda: model.init(random_key(0)))
        return cls(
            tuple(leaf.shape for leaf in shapes["convolution"]),
            shapes["mixing"].shape,
            tuple(leaf.shape for leaf in shapes["pooling"]),
            shapes["schmidt"].size if "schmidt" in shapes else 0,
            shapes["mixture"].size if "mixture" in shapes else 0,
        )

    @property
    def angles(self) -> int:
        """Angles of both QPUs."""
        shapes = (*self.convolution, self.mixing, *self.pooling)
        return sum(int(np.prod(shape)) for shape in shapes)

    @property
    def numbers(self) -> int:
        """Length of a row: angles, Schmidt coefficients and logits."""
        return self.angles + self.schmidt + self.mixture

    @property
    def parameters(self) -> int:
        """Independent parameters: neither the norm of the coefficients nor the mean logit."""
        return self.angles + max(0, self.schmidt - 1) + max(0, self.mixture - 1)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all arrays in the order of a row."""
        linear = [(size,) for size in (self.schmidt, self.mixture) if size]
        return [*self.convolution, self.mixing, *self.pooling, *linear]

    def cut(self, rows: Any) -> Any:
        """Cut rows (..., numbers), of NumPy or JAX, into `CircuitParameters` with these axes."""
        place = 0

        def take(shape: tuple[int, ...]) -> Any:
            nonlocal place
            start, place = place, place + int(np.prod(shape))
            return rows[..., start:place].reshape(*rows.shape[:-1], *shape)

        parameters = CircuitParameters(
            convolution=tuple([take(shape) for shape in self.convolution]),
            mixing=take(self.mixing),
            pooling=tuple([take(shape) for shape in self.pooling]),
        )
        if self.schmidt:
            parameters["schmidt"] = take((self.schmidt,))
        if self.mixture:
            parameters["mixture"] = take((self.mixture,))
        return parameters

    def random(self, points: int, seed: int) -> Float[np.ndarray, "points numbers"]:
        """See `random_points`."""
        return random_points(self, points, seed)

    def given(self, parameters: Parameters) -> Float[np.ndarray, "1 numbers"]:
        """See `given_point`."""
        return given_point(self, parameters)


def random_points(layout: Layout, points: int, seed: int) -> Float[np.ndarray, "points numbers"]:
    r"""Angles uniform in [0, 2 pi), Schmidt coefficients on the sphere, weights on the simplex.

    Args:
        layout: Shapes of the parameters.
        points: How many; the first ones do not depend on how many there are.
        seed: Seed.

    Returns:
        Shape (points, numbers), angles in radians.

    Example:
        >>> model = DistributedQCNN(qubits=2, depth=3)
        >>> random_points(Layout.of(model), 5, seed=0).shape
        (5, 20)
    """
    angles = np.random.default_rng([seed, 1]).uniform(0, 2 * np.pi, (points, layout.angles))
    schmidt = np.random.default_rng([seed, 3]).normal(size=(points, layout.schmidt))
    schmidt /= np.linalg.norm(schmidt, axis=1, keepdims=True)
    weights = np.random.default_rng([seed, 4]).exponential(size=(points, layout.mixture))
    return np.concatenate([angles, schmidt, np.log(weights)], axis=1)


def given_point(layout: Layout, parameters: Parameters) -> Float[np.ndarray, "1 numbers"]:
    """One row from the parameters of a model; read-out weights are left out.

    Args:
        layout: Shapes of the parameters.
        parameters: As `init` of the model returns them.

    Returns:
        Shape (1, numbers), angles in radians.

    Raises:
        EbitError: If the parameters are not those of the model.

    Example:
        >>> model = DistributedQCNN(qubits=2, depth=3)
        >>> given_point(Layout.of(model), model.init(jax.random.key(0))).shape
        (1, 20)
    """
    checks.instance(Mapping, "parameters, as `init` of the model returns them")(
        "parameters", parameters
    )
    linear = {"schmidt": layout.schmidt, "mixture": layout.mixture}
    names = [*_ANGLES, *(name for name, size in linear.items() if size)]
    missing = [name for name in names if name not in parameters]
    if missing:
        raise EbitError(
            f"Argument `parameters` lacks `{missing[0]}`: use what `init` of the model returns."
        )
    leaves = [leaf for name in names for leaf in jax.tree.leaves(parameters[name])]
    shapes = [np.shape(leaf) for leaf in leaves]
    expected = layout.shapes
    if shapes != expected:
        raise EbitError(
            f"Argument `parameters` must have arrays of shapes {expected}, but has {shapes}: use "
            "what `init` of the same model returns."
        )
    rows = [checks.numbers("parameters", leaf).ravel() for leaf in leaves]
    return np.concatenate(rows)[None]
