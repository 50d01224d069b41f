"""Read-outs of any number of QPUs: from a graph of tensors to scores."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.engine.base import CircuitParameters, Encoded, GraphEngine, TensorNetwork
from ebit.engine.tensor_plan import Plan
from ebit.errors import EbitError
from ebit.models.readout import ReadOut, walsh_functions, weigh_outcomes

Edge = tuple[int, int]

MOST_TABLE = 12
"""Most QPUs whose outcomes get a weight each: 2**12 weights."""

MOST_DEFAULT = 4
"""Most QPUs for which a weight per string of outcomes is the default."""

_NOISE = 0.05
"""Size of the random part of matrix-product weights at the start."""


@dataclass(frozen=True)
class GraphReadOut(ABC):
    """How the outcomes of QPUs on a graph become scores.

    Args:
        qpus: Number of QPUs.
        edges: Edges of the graph.
        scores: Number of scores S; with several, weights have a first axis of them.
        outputs: Qubits that each QPU reads out.
    """

    qpus: int
    edges: tuple[Edge, ...]
    scores: int = 1
    outputs: int = 1

    tells_outcomes: ClassVar[bool] = False
    """Whether `read` has the probabilities of the outcomes that make up the score."""

    needs_marginals: ClassVar[bool] = False
    """Whether what single QPUs and edges say is all that is read."""

    @abstractmethod
    def start(self, key: jax.Array, dtype: Any) -> jax.Array | None:
        """Weights at the start of a training; None if nothing is trained."""

    @abstractmethod
    def read(
        self,
        engine: GraphEngine,
        parameters: CircuitParameters,
        encoded: Encoded,
        weights: jax.Array | None,
    ) -> ReadOut:
        """Scores (batch, S) with these weights, or with the fixed ones where there are none."""

    @abstractmethod
    def table(self, weights: jax.Array | None) -> jax.Array:
        """Weight of every string of outcomes, (2, ..., 2), or (S, 2, ..., 2)."""

    @abstractmethod
    def plans(self, network: TensorNetwork) -> list[Plan]:
        """How the tensors of all QPUs are put together, once for every sample."""


def _signs(qpus: int, outputs: int = 1) -> NDArray[np.float64]:
    """Products of the outputs of every QPU as +1 and -1 for every string, (QPUs, 2, ..., 2)."""
    every = np.asarray(1.0 - 2.0 * np.indices(qpus * outputs * (2,)))
    return np.asarray(np.prod(every.reshape(qpus, outputs, *every.shape[1:]), axis=1))


def parity_table(qpus: int) -> NDArray[np.float64]:
    """Sign of the product of all outcomes, shape (2, ..., 2).

    Example:
        >>> parity_table(2).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    return np.asarray(np.prod(_signs(qpus), axis=0))


@dataclass(frozen=True)
class TableReadOut(GraphReadOut):
    r"""A weight per string of outcomes: :math:`\sum_o w_o P(o | x)`, from the parity on."""

    tells_outcomes = True

    def start(self, key: jax.Array, dtype: Any) -> jax.Array:
        """The parity; for further scores products of fewer signs."""
        del key
        table = walsh_functions((2,) * self.qpus * self.outputs, self.scores)
        return jnp.asarray(table[0] if self.scores == 1 else table, dtype)

    def read(
        self,
        engine: GraphEngine,
        parameters: CircuitParameters,
        encoded: Encoded,
        weights: jax.Array | None,
    ) -> ReadOut:
        """From the table of all probabilities."""
        if weights is None:
            return _read_parity(engine, parameters, encoded, None)
        return weigh_outcomes(engine.probabilities(parameters, encoded), weights)

    def table(self, weights: jax.Array | None) -> jax.Array:
        """The weights themselves."""
        bits = self.qpus * self.outputs
        return jnp.asarray(parity_table(bits)) if weights is None else weights

    def plans(self, network: TensorNetwork) -> list[Plan]:
        """One, that of all probabilities."""
        return [network.outcome_plan]


@dataclass(frozen=True)
class ParityReadOut(GraphReadOut):
    r"""The product of all outcomes: :math:`w \langle \prod_k (-1)^{a_k} \rangle`.

    The parity of K random circuits shrinks like a power of K, and its slope with it.

    Args:
        is_trained: Whether there is a trained weight w.
    """

    is_trained: bool = True

    tells_outcomes = True

    def start(self, key: jax.Array, dtype: Any) -> jax.Array | None:
        """One."""
        del key
        return jnp.ones((), dtype) if self.is_trained else None

    def read(
        self,
        engine: GraphEngine,
        parameters: CircuitParameters,
        encoded: Encoded,
        weights: jax.Array | None,
    ) -> ReadOut:
        """From one contraction; even and odd are the outcomes."""
        return _read_parity(engine, parameters, encoded, weights)

    def table(self, weights: jax.Array | None) -> jax.Array:
        """Plus or minus the weight."""
        table = jnp.asarray(parity_table(self.qpus * self.outputs))
        return table if weights is None else weights * table

    def plans(self, network: TensorNetwork) -> list[Plan]:
        """One, that of the parity."""
        return [network.parity_plan]


def _read_parity(
    engine: GraphEngine,
    parameters: CircuitParameters,
    encoded: Encoded,
    weight: jax.Array | None,
) -> ReadOut:
    expectation = engine.parity(parameters, encoded)
    one = jnp.ones((), expectation.dtype) if weight is None else weight
    outcomes = jnp.stack([1 + expectation, 1 - expectation], axis=1) / 2
    return ReadOut((one * expectation)[:, None], outcomes, jnp.stack([one, -one])[None])


@dataclass(frozen=True)
class PairwiseReadOut(GraphReadOut):
    r"""A weight per QPU and per edge.

    .. math:: \sum_i w_i \langle z_i \rangle + \sum_{(i,j)} w_{ij} \langle z_i z_j \rangle, \qquad
        z = (-1)^a
    """

    needs_marginals = True

    def start(self, key: jax.Array, dtype: Any) -> jax.Array:
        """Equal weights, QPUs first: a sum of so many signs of size one; signed for several."""
        equal = self._equal(dtype)
        if self.scores == 1:
            return equal
        return equal * jax.random.rademacher(key, (self.scores, len(equal)), equal.dtype)

    def _equal(self, dtype: Any) -> jax.Array:
        count = self.qpus + len(self.edges)
        return jnp.full(count, 1 / math.sqrt(count), dtype)

    def read(
        self,
        engine: GraphEngine,
        parameters: CircuitParameters,
        encoded: Encoded,
        weights: jax.Array | None,
    ) -> ReadOut:
        """From single QPUs and edges, each alone."""
        found = engine.correlations(parameters, encoded)
        own = self._equal(found.dtype) if weights is None else weights
        rows = own.reshape(-1, found.shape[1])  # (S, QPUs and edges)
        return ReadOut(jnp.matmul(found, rows.T, precision=jax.lax.Precision.HIGHEST))

    def table(self, weights: jax.Array | None) -> jax.Array:
        """Sum of the weights with the signs of their outcomes."""
        own = self._equal(None) if weights is None else weights
        signs = _signs(self.qpus, self.outputs)
        both = [signs[i] * signs[j] for i, j in self.edges]
        table = jnp.asarray(np.stack([*signs, *both]), own.dtype)
        return jnp.tensordot(own, table, 1, precision=jax.lax.Precision.HIGHEST)

    def plans(self, network: TensorNetwork) -> list[Plan]:
        """None: each QPU and each edge is computed alone."""
        del network
        return []


@dataclass(frozen=True)
class MatrixProductReadOut(GraphReadOut):
    r"""Weights that are a product of matrices: :math:`w_a = \mathrm{tr} \prod_k W_k[a_k]`.

    At the start they are the sum of all outcomes with equal weights, and a little noise; with bond
    dimension 1 the parity.

    Args:
        bond: Size of the matrices.
    """

    bond: int = 1

    def start(self, key: jax.Array, dtype: Any) -> jax.Array:
        """(QPUs, outcomes, chi, chi), or (S, QPUs, outcomes, chi, chi)."""
        several = () if self.scores == 1 else (self.scores,)
        shape = (*several, self.qpus, 2**self.outputs, self.bond, self.bond)
        noise = _NOISE * jax.random.normal(key, shape, dtype)
        return jnp.asarray(self._fixed, dtype) + (noise if self.bond > 1 or several else 0)

    @property
    def _fixed(self) -> NDArray[np.float64]:
        found = np.zeros((self.qpus, 2**self.outputs, self.bond, self.bond))
        signs = parity_table(self.outputs).ravel()
        if self.bond == 1:
            found[:, :, 0, 0] = signs
            return found
        found[:, :, [0, 1], [0, 1]] = 1  # products of ((1, z), (0, 1)) add up the z
        found[:, :, 0, 1] = signs / math.sqrt(self.qpus)
        found[0, :, 1] = found[0, :, 0]  # and the trace takes the sum out
        found[0, :, 0] = 0
        return found

    def read(
        self,
        engine: GraphEngine,
        parameters: CircuitParameters,
        encoded: Encoded,
        weights: jax.Array | None,
    ) -> ReadOut:
        """From one contraction of the graph with the matrices."""
        own = weights
        if own is None:
            own = jnp.asarray(self._fixed, jax.tree.leaves(parameters)[0].dtype)
        if own.ndim == 4:
            return ReadOut(engine.matrix_product(parameters, own, encoded)[:, None])
        found = jax.vmap(lambda one: engine.matrix_product(parameters, one, encoded))(own)
        return ReadOut(found.T)

    def table(self, weights: jax.Array | None) -> jax.Array:
        """Traces of all products."""
        own = jnp.asarray(self._fixed) if weights is None else weights
        if own.ndim == 5:
            return jnp.stack([self.table(one) for one in own])
        found = own[0]  # (outcomes, ..., chi, chi)
        for factor in own[1:]:
            found = jnp.einsum("...ij,ajk->...aik", found, factor)
        table = jnp.trace(found, axis1=-2, axis2=-1)
        return table.reshape(self.qpus * self.outputs * (2,))

    def plans(self, network: TensorNetwork) -> list[Plan]:
        """One for every score."""
        return self.scores * [network.matrix_product_plan(self.bond)]


FORMS = "weights, parity, fixed-parity, pairwise or mps:chi"


def has_few_outcomes(qpus: int, outputs: int) -> bool:
    """Whether by default every string of outcomes has a weight of its own.

    Example:
        >>> has_few_outcomes(4, 3), has_few_outcomes(4, 4), has_few_outcomes(5, 1)
        (True, False, False)
    """
    return qpus <= MOST_DEFAULT and qpus * outputs <= MOST_TABLE


def graph_readout(
    name: str, qpus: int, edges: Sequence[Edge], scores: int = 1, outputs: int = 1
) -> GraphReadOut:
    """The read-out of a name.

    Args:
        name: `weights`, `parity`, `fixed-parity`, `pairwise` or `mps:chi`, chi from 1 to 64.
        qpus: Number of QPUs.
        edges: Edges of the graph.
        scores: Number of scores; the parity has one.
        outputs: Qubits that each QPU reads out.

    Returns:
        The read-out.

    Raises:
        EbitError: If there is no such read-out, or a table of weights would be too large.

    Example:
        >>> graph_readout("mps:2", 3, [(0, 1)]).bond
        2
    """
    places = (qpus, tuple(edges), scores, outputs)
    if name == "weights":
        if qpus * outputs > MOST_TABLE:
            raise EbitError(
                f"Argument `readout` is 'weights', but {qpus} QPUs have 2**{qpus * outputs} "
                f"outcomes, more than 2**{MOST_TABLE}: use pairwise, parity or mps:chi."
            )
        return TableReadOut(*places)
    if name in ("parity", "fixed-parity"):
        return ParityReadOut(*places, is_trained=name == "parity")
    if name == "pairwise":
        return PairwiseReadOut(*places)
    bond = re.fullmatch(r"mps:([0-9]{1,2})", name) if isinstance(name, str) else None
    if bond is None or not 1 <= int(bond[1]) <= 64:
        raise checks.wrong("readout", f"{FORMS}, chi from 1 to 64", name)
    return MatrixProductReadOut(*places, bond=int(bond[1]))
