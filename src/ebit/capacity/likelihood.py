r"""Fisher information of any likelihood, by automatic differentiation through the whole model.

What QPUs on a graph read out, the classes that several scores name by their softmax, and numbers
with a normal error of variance 1:

.. math:: F = \frac1N \sum_x \sum_y \frac{\partial P(y|x)\, \partial P(y|x)^T}{P(y|x)},
    \qquad F = \frac1N \sum_x \sum_s \partial E_s(x)\, \partial E_s(x)^T .
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebit import checks
from ebit.capacity.chunks import in_chunks
from ebit.capacity.inputs import Inputs
from ebit.errors import EbitError
from ebit.models import DistributedQCNN
from ebit.models.base import Parameters
from ebit.models.readout import READOUT_LEAVES
from ebit.random_keys import random_key

Real = NDArray[np.float64]

SCORED = ("classes", "numbers")
"""Likelihoods of scores; their parameters have the weights of the read-out among them."""

_SMALLEST = 1e-18
"""Outcomes that are less likely count as impossible."""


@dataclass(frozen=True)
class Arrays:
    """All parameters of a model in one row, in the order of `jax.flatten_util.ravel_pytree`.

    Attributes:
        structure: How the arrays lie in each other.
        shapes: Their shapes.
        names: The leaf of the parameters that each array is below.
    """

    structure: Any
    shapes: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, model: DistributedQCNN, outcomes: str) -> "Arrays":
        """Those that a likelihood depends on."""
        every = jax.eval_shape(lambda: model.init(random_key(0)))
        tree = {k: v for k, v in every.items() if outcomes in SCORED or k not in READOUT_LEAVES}
        leaves, structure = jax.tree.flatten(tree)
        names = [name for name in sorted(tree) for _ in jax.tree.leaves(tree[name])]
        return cls(structure, tuple(leaf.shape for leaf in leaves), tuple(names))

    @property
    def sizes(self) -> list[int]:
        """Numbers of every array."""
        return [int(np.prod(shape)) for shape in self.shapes]

    @property
    def numbers(self) -> int:
        """Length of a row."""
        return sum(self.sizes)

    @property
    def parameters(self) -> int:
        """Independent ones: less a norm, a mean logit, and a scale of weights that have a size."""
        return self.numbers - sum(name in ("schmidt", "mixture", "scale") for name in self.names)

    def cut(self, row: Any) -> Any:
        """The parameters of a row (numbers,) of NumPy or JAX."""
        ends = np.cumsum(self.sizes)[:-1]
        parts = (jnp if isinstance(row, jax.Array) else np).split(row, ends)
        leaves = [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]
        return jax.tree.unflatten(self.structure, leaves)

    def random(self, points: int, seed: int) -> Float[np.ndarray, "points numbers"]:
        """Angles uniform in [0, 2 pi), weights normally distributed, see `random_points`."""
        found = []
        for number, (name, size) in enumerate(zip(self.names, self.sizes, strict=True)):
            rng, shape = np.random.default_rng([seed, 5, number]), (points, size)
            if name in ("schmidt", *READOUT_LEAVES):
                part = rng.normal(size=shape)
            elif name == "mixture":
                part = np.log(rng.exponential(size=shape))
            else:
                part = rng.uniform(0, 2 * np.pi, shape)
            found.append(part)
        return np.concatenate(found, axis=1)

    def given(self, parameters: Parameters) -> Float[np.ndarray, "1 numbers"]:
        """One row from the parameters of the model."""
        cure = "use what `init` of the model returns"
        own = dict.fromkeys(self.names)
        missing = [name for name in own if name not in parameters]
        if missing:
            raise EbitError(f"Argument `parameters` lacks `{missing[0]}`: {cure}.")
        leaves = [leaf for name in own for leaf in jax.tree.leaves(parameters[name])]
        shapes = [np.shape(leaf) for leaf in leaves]
        if shapes != list(self.shapes):
            raise EbitError(
                f"Argument `parameters` must have arrays of shapes {list(self.shapes)}, but has "
                f"{shapes}: {cure}."
            )
        rows = [checks.numbers("parameters", leaf).ravel() for leaf in leaves]
        return np.concatenate(rows)[None]


def likelihood_factors(
    model: DistributedQCNN,
    arrays: Arrays,
    points: Float[np.ndarray, "points numbers"],
    inputs: Inputs,
    outcomes: str,
) -> Iterator[Real]:
    """J with F = J^T J at one parameter point after the other.

    Args:
        model: Any circuit of QPUs.
        arrays: Its parameters.
        points: Rows of parameters.
        inputs: The inputs.
        outcomes: `joint`, `parity`, `classes` or `numbers`.

    Yields:
        Shape (rows, numbers).

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> model = DistributedQCNN(qpus=3, qubits=2, depth=1)
        >>> arrays = Arrays.of(model, "joint")
        >>> inputs = haar_inputs(2, 5, 0, qpus=3)
        >>> next(likelihood_factors(model, arrays, arrays.random(1, 0), inputs, "joint")).shape
        (40, 18)
    """
    is_data = inputs.x is not None
    rows: Any = inputs.local.swapaxes(0, 1) if inputs.x is None else inputs.x
    results = 2 ** (model.qpus * model.outputs) if outcomes == "joint" else max(2, model.scores)
    each = results * model.memory(1, 8)
    with jax.enable_x64(True):
        program = _program(model, arrays, outcomes, is_data)
        for point in points:
            parts = in_chunks(program, point, rows, each)
            slopes = [part.reshape(-1, arrays.numbers) for part in parts]
            yield np.concatenate(slopes) / np.sqrt(len(inputs))


@cache
def _program(model: DistributedQCNN, arrays: Arrays, outcomes: str, is_data: bool) -> Any:
    """Compiled: parameters and inputs to the rows of J of every input."""

    def scores(parameters: Any, given: jax.Array) -> jax.Array:
        return model.read_out(parameters, model.encode(given[None])).scores[0]

    def table(parameters: Any, given: jax.Array) -> jax.Array:
        if not is_data:
            return model.engine.probabilities_behind(parameters, given[:, None])[0]
        return model.engine.probabilities(parameters, model.engine.encode(given[None]))[0]

    def chances(row: jax.Array, given: jax.Array) -> jax.Array:
        parameters = arrays.cut(row)
        if outcomes == "classes":
            own = scores(parameters, given)
            return jax.nn.softmax(jnp.concatenate([-own, own]) if len(own) == 1 else own)
        found = table(parameters, given)
        if outcomes == "joint":
            return found.ravel()
        odd = np.indices(found.shape).sum(axis=0) % 2
        return jnp.stack([jnp.sum(jnp.where(odd == side, found, 0)) for side in (0, 1)])

    def of_chances(row: jax.Array, given: jax.Array) -> jax.Array:
        values, pull_back = jax.vjp(lambda row: chances(row, given), row)
        (slopes,) = jax.vmap(pull_back)(jnp.eye(len(values), dtype=values.dtype))
        possible = values > _SMALLEST
        weights = jnp.where(possible, jnp.where(possible, values, 1) ** -0.5, 0)
        return weights[:, None] * slopes

    def of_numbers(row: jax.Array, given: jax.Array) -> jax.Array:
        found: jax.Array = jax.jacrev(lambda row: scores(arrays.cut(row), given))(row)
        return found

    one = of_numbers if outcomes == "numbers" else of_chances
    return jax.jit(jax.vmap(one, in_axes=(None, 0)))


def likelihood_bound(model: DistributedQCNN, inputs: Inputs, outcomes: str) -> int:
    r"""Independent numbers behind a likelihood on these inputs: no rank can be larger.

    Of classes there is one less than scores. Without messages the outcomes of all QPUs are one
    number for every set of QPUs that shared states join to each other, and for every different
    input of this set: what joins nothing is a product of others.

    Args:
        model: Any circuit of QPUs.
        inputs: The inputs.
        outcomes: `joint`, `parity`, `classes` or `numbers`.

    Returns:
        The bound.

    Example:
        >>> from ebit.capacity.inputs import haar_inputs
        >>> from ebit.resources import BellPairs
        >>> inputs = haar_inputs(2, 10, 0, qpus=3)
        >>> line = DistributedQCNN(qpus=3, qubits=2, resource=BellPairs(1))
        >>> likelihood_bound(line, inputs, "joint")  # A, B, C, AB, BC, ABC, but not AC
        60
    """
    wiring = model.circuit.wiring
    every = tuple(range(model.qpus))
    if outcomes == "numbers":
        return _distinct(model, inputs, every) * model.scores
    if outcomes == "classes":
        return _distinct(model, inputs, every) * max(1, model.scores - 1)
    if outcomes == "parity":
        return _distinct(model, inputs, every)
    if wiring.messages or wiring.drives or wiring.gates_across or model.values > 1:
        return _distinct(model, inputs, every) * (2 ** (model.qpus * model.outputs) - 1)
    groups = [{wiring.place(q.qpu) for q in state.members} for state in wiring.shared]
    return sum(
        _distinct(model, inputs, chosen) * (2**model.outputs - 1) ** size
        for size in range(1, model.qpus + 1)
        for chosen in combinations(every, size)
        if _is_joined(chosen, groups)
    )


def _is_joined(chosen: tuple[int, ...], groups: list[set[int]]) -> bool:
    """Whether shared states join all of these QPUs without the help of others."""
    own, reached = set(chosen), {chosen[0]}
    grows = True
    while grows:
        new = {k for group in groups if group & reached for k in group & own} - reached
        reached |= new
        grows = bool(new)
    return reached == own


def _distinct(model: DistributedQCNN, inputs: Inputs, chosen: tuple[int, ...]) -> int:
    """How many different inputs some QPUs get."""
    if inputs.x is None:
        return len(inputs)
    wiring = model.circuit.wiring
    columns = [
        wiring.first_feature(wiring.qpus[k].name) + feature
        for k in chosen
        for feature in range(wiring.qpus[k].features)
    ]
    return len(np.unique(inputs.x[:, columns], axis=0))
