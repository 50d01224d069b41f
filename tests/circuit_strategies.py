"""Hypothesis strategies for models, parameters and data, and a cache of compiled models."""

from functools import cache
from typing import Any

import jax
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jax.flatten_util import ravel_pytree
from numpy.typing import NDArray

from random_circuits import Circuit, circuit_model, random_parameters

Real = NDArray[np.float64]
Case = tuple[Circuit, dict[str, Any], Real]
Shape = tuple[str, int] | tuple[str, int, str]

BATCH = 3
ONE_ROUND = "all-but-one"
LOCAL: list[Shape] = [
    ("none", 2), ("bell:0", 2), ("bell:1", 2), ("bell:2", 2), ("none", 3), ("bell:2", 3),
    ("none", 4), ("bell:2", 4), ("bell:1", 5), ("none", 3, ONE_ROUND),
    ("bell:1", 4, ONE_ROUND), ("bell:3", 3, ONE_ROUND),
]  # fmt: skip
SENDING: list[Shape] = [
    ("classical", 2), ("classical+bell:1", 2), ("classical+bell:1", 3), ("classical", 4),
    ("quantum", 2), ("quantum", 3), ("classical", 3, ONE_ROUND), ("classical+bell:1", 3, ONE_ROUND),
    ("quantum", 3, ONE_ROUND),
]  # fmt: skip
DISTRIBUTED: list[Shape] = [*LOCAL, *SENDING]
ANY: list[Shape] = [*DISTRIBUTED, ("single", 3), ("single", 4), ("single", 4, ONE_ROUND)]

any_case = settings(deadline=None, max_examples=15)


@cache
def model_of(resource: str, qubits: int, pooling: str = "halves", *, mixing: int = 1) -> Circuit:
    """Two layers for two qubits, one for more."""
    return circuit_model(resource, qubits, 2 if qubits == 2 else 1, mixing, pooling)


@cache
def compiled(model: Circuit) -> Any:
    """One compilation per model and precision."""
    return jax.jit(model.probabilities)


def table_of(model: Circuit, parameters: dict[str, Any], x: Real) -> Real:
    """P(a, b | x) in double precision."""
    with jax.enable_x64(True):
        return np.asarray(compiled(model)(parameters, x))


def angles(size: int, largest: float) -> st.SearchStrategy[Real]:
    """Vectors of angles that single precision can hold."""
    bound = float(np.float32(largest))
    numbers = st.floats(-bound, bound, width=32)
    return arrays(np.float64, size, elements=numbers, fill=st.nothing())


@st.composite
def parameter_sets(draw: st.DrawFn, model: Circuit, largest: float = 7.0) -> dict[str, Any]:
    """Any parameters of a model."""
    template = random_parameters(model, np.random.default_rng(0))
    with jax.enable_x64(True):
        flat, restore = ravel_pytree(template)
        drawn: Any = draw(angles(flat.size, largest))
        parameters: dict[str, Any] = jax.tree.map(np.asarray, restore(drawn))
    return parameters


@st.composite
def data_sets(draw: st.DrawFn, model: Circuit, largest: float = 7.0) -> Real:
    """Any three rows of data."""
    return draw(angles(BATCH * model.features, largest)).reshape(BATCH, -1)


@st.composite
def cases(draw: st.DrawFn, pool: list[Shape], mixing: int = 1) -> Case:
    """A model of the pool with any parameters and data."""
    model = model_of(*draw(st.sampled_from(pool)), mixing=mixing)
    return model, draw(parameter_sets(model)), draw(data_sets(model))
