"""Shared randomness that chooses the angles: any engine, once for every value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Complex, Float

from ebit.engine.base import (
    CircuitParameters,
    Encoded,
    Engine,
    GraphEngine,
    Supports,
    TensorNetwork,
)


@dataclass(frozen=True)
class Mixture:
    r"""Every value of shared randomness has angles of its own, and a trained weight.

    .. math:: P(a, b | x) = \sum_{m=1}^{M} w_m P_m(a, b | x), \qquad
        w = \mathrm{softmax}(\text{logits})

    All angles have the values as first axis; `mixture` holds the logits (M,). A trained state of
    pairs is the same for all values.

    Args:
        engine: What computes the circuits of one value.
        values: Number of values M.
    """

    engine: Engine
    values: int

    local_form: ClassVar = None
    """None: the QPUs share more than pairs."""

    @property
    def supports(self) -> Supports:
        """What the engine of one value can compute."""
        return self.engine.supports

    def encode(self, x: Float[Array, "batch features"]) -> Encoded:
        """What the engine of one value makes of the data: all values see the same."""
        return self.engine.encode(x)

    def probabilities(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b | x), shape (batch, 2, 2)."""
        return self._sum(parameters, lambda angles: self.engine.probabilities(angles, encoded))

    def probabilities_behind(
        self, parameters: CircuitParameters, unitaries: Complex[Array, "2 batch dim dim"]
    ) -> Float[Array, "batch 2 2"]:
        """P(a, b), shape (batch, 2, 2), with unitaries in the place of the embedding."""
        return self._sum(
            parameters, lambda angles: self.engine.probabilities_behind(angles, unitaries)
        )

    def operations(self, depth: int, batch: int) -> int:
        """Real floating-point operations of one forward evaluation, to leading order."""
        return self.values * self.engine.operations(depth, batch)

    def memory(self, depth: int, batch: int, bytes_per_real: int) -> int:
        """Bytes that one training step holds at its peak, to leading order."""
        return self.values * self.engine.memory(depth, batch, bytes_per_real)

    def _sum(
        self, parameters: CircuitParameters, of_value: Callable[[CircuitParameters], jax.Array]
    ) -> jax.Array:
        """Sum over the values with their weights."""
        weights = jax.nn.softmax(parameters["mixture"])
        angles: Any = {name: leaf for name, leaf in parameters.items() if name != "mixture"}
        axes = {name: None if name == "schmidt" else 0 for name in angles}
        tables = jax.vmap(of_value, in_axes=(axes,))(angles)  # (values, batch, 2, 2)
        return jnp.tensordot(weights, tables, axes=1, precision=jax.lax.Precision.HIGHEST)


@dataclass(frozen=True)
class GraphMixture(Mixture):
    """The same for QPUs on a graph."""

    engine: GraphEngine

    @property
    def has_marginals(self) -> bool:
        """As for one value."""
        return self.engine.has_marginals

    @property
    def networks(self) -> tuple[TensorNetwork, ...]:
        """Those of one value, for every value."""
        return self.values * self.engine.networks

    def parity(self, parameters: CircuitParameters, encoded: Encoded) -> Float[Array, " batch"]:
        """Expectation of the product of all outcomes."""
        return self._sum(parameters, lambda angles: self.engine.parity(angles, encoded))

    def matrix_product(
        self,
        parameters: CircuitParameters,
        weights: Float[Array, "qpus 2 chi chi"],
        encoded: Encoded,
    ) -> Float[Array, " batch"]:
        """Expectation of the trace of a product of matrices."""
        return self._sum(
            parameters, lambda angles: self.engine.matrix_product(angles, weights, encoded)
        )

    def correlations(
        self, parameters: CircuitParameters, encoded: Encoded
    ) -> Float[Array, "batch numbers"]:
        """Expectations of all outcomes, and of their products along all edges."""
        return self._sum(parameters, lambda angles: self.engine.correlations(angles, encoded))
