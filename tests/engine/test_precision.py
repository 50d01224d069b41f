"""Accelerators multiply with ten bits of mantissa unless every product asks for all of them."""

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax.extend.core import ClosedJaxpr, Jaxpr

from all_models import EVERYTHING, RESOURCES
from ebit.errors import UnsupportedError
from ebit.models import model_from_string

GRAPHS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bell:1", {"qpus": 4, "topology": "line", "qubits": 3}),
    ("bell:1", {"qpus": 5, "topology": "ring", "qubits": 3, "readout": "pairwise"}),
    ("bell:1", {"qpus": 5, "topology": "ring", "qubits": 3, "readout": "mps:2"}),
    ("bell:1", {"qpus": 6, "topology": "grid:2x3", "qubits": 4, "readout": "parity"}),
    ("ghz:3", {"qpus": 3, "topology": "complete", "qubits": 2}),
    ("classical+bell:1", {"qpus": 3, "topology": "line", "qubits": 3}),
    ("quantum", {"qpus": 3, "topology": "line", "qubits": 2}),
)
PAIRS: tuple[tuple[str, dict[str, Any]], ...] = tuple(
    (resource, noise) for resource in RESOURCES for noise in ({}, {"noise": EVERYTHING})
)


def products(jaxpr: Any) -> Iterator[Any]:
    """All matrix products of a program and of those inside it."""
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            yield equation
        for leaf in jax.tree.leaves(
            equation.params, is_leaf=lambda one: isinstance(one, (ClosedJaxpr, Jaxpr))
        ):
            if isinstance(leaf, (ClosedJaxpr, Jaxpr)):
                yield from products(getattr(leaf, "jaxpr", leaf))


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("resource", "settings"), [*GRAPHS, *PAIRS])
def test_every_product_keeps_all_bits(resource: str, settings: dict[str, Any]) -> None:
    try:
        model = model_from_string(resource, **{"qubits": 2, "depth": 1, **settings})
    except UnsupportedError:
        pytest.skip("not among the models")
    parameters = jax.eval_shape(model.init, jax.random.key(0))
    x = jax.ShapeDtypeStruct((3, model.features), jnp.float32)

    def score(parameters: Any, x: Any) -> Any:
        return jnp.sum(model.read_out(parameters, model.encode(x)).scores)

    found = list(products(jax.make_jaxpr(jax.value_and_grad(score))(parameters, x).jaxpr))
    assert found
    for product in found:
        assert "HIGHEST" in str(product.params["precision"]), product
