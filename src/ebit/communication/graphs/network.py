r"""A network on graphs: what a node hears, one linear map, an activation, a sum over nodes.

Node i hears :math:`a_i` (its features after every step of the hops). Hidden unit h is
:math:`z_{ih} = w_h \cdot a_i`, normalised over the batch, and the score of class c

.. math:: f_c = \sum_i \sum_h V_{hc}\, \sigma(z_{ih}) + e_c.

With a polynomial :math:`\sigma(z) = c_0 + c_1 z + c_2 z^2` all that the nodes enter with is the
matrix of second moments :math:`S = \sum_i (1, a_i)(1, a_i)^T` of a graph, and
:math:`f_c = \langle S, Q_c\rangle + e_c`: one form :math:`Q_c` on nodes for each class.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

Parameters = dict[str, jax.Array]
"""`weights` (features, hidden), `scale` and `shift` (hidden,), `activation` (coefficients,), `head`
(hidden, classes), `bias` (classes,)."""

EPSILON = 1e-5
"""Added to the variance in the normalisation."""


@dataclass(frozen=True)
class Activation:
    """A function of one number with trained coefficients.

    Args:
        initial: The coefficients at the start.
        of: The function of coefficients and hidden units.
        is_quadratic: Whether it is a polynomial of degree 2.
    """

    initial: tuple[float, ...]
    of: Callable[[jax.Array, jax.Array], jax.Array]
    is_quadratic: bool


ACTIVATIONS = {
    "polynomial": Activation(
        (0.01694, 0.5, 0.30784), lambda c, z: c[0] + c[1] * z + c[2] * z**2, True
    ),
    "prelu": Activation((0.25,), lambda c, z: jnp.where(z > 0, z, c[0] * z), False),
}


class Norm(NamedTuple):
    """Mean and variance of the hidden units before the normalisation, each of shape (hidden,)."""

    mean: jax.Array
    variance: jax.Array


class Moments(NamedTuple):
    """Graphs as second moments; for polynomials.

    The matrices are symmetric, so only what lies on and above the diagonal is kept, row by row.

    Attributes:
        moments: Sum of (1, a)(1, a)^T over the nodes, shape (graphs, (k + 1)(k + 2) / 2).
        weight: 1 for a graph of the batch, 0 for others, shape (graphs,).
    """

    moments: jax.Array
    weight: jax.Array

    @property
    def number(self) -> jax.Array:
        """Nodes of the batch."""
        return self.weight @ self.moments[:, 0]

    def norm(self, weights: jax.Array) -> Norm:
        """Mean and variance of the hidden units over all nodes."""
        total = (self.weight @ self.moments) / self.number
        full = total[_places(1 + len(weights))]
        mean = full[0, 1:]
        # the slope of w.Cw is 2 Cw, so that one product gives both
        fixed = lax.stop_gradient((full[1:, 1:] - jnp.outer(mean, mean)) @ weights)
        variance = 2 * jnp.sum(weights * fixed, axis=0)
        return Norm(mean @ weights, variance - lax.stop_gradient(variance) / 2)

    def scores(
        self, activation: Activation, parameters: Parameters, norm: Norm | None = None
    ) -> tuple[jax.Array, Norm]:
        """Scores less that of the first class, shape (graphs, classes), and the norm taken.

        Args:
            activation: A polynomial.
            parameters: Of the network.
            norm: Mean and variance of the hidden units; by default those of the batch.
        """
        norm = self.norm(parameters["weights"]) if norm is None else norm
        head, bias = parameters["head"], parameters["bias"]
        form = node_form({**parameters, "head": head[:, 1:] - head[:, :1]}, norm)
        differences = self.moments @ packed(form).T + bias[1:] - bias[0]
        return jnp.pad(differences, ((0, 0), (1, 0))), norm


class Nodes(NamedTuple):
    """A batch of graphs as its nodes; for every activation.

    Nodes of a graph that hear the same may be one row.

    Attributes:
        features: What the nodes hear, shape (rows, features).
        graph: Graph of every row within the batch, in rising order, shape (rows,).
        present: Number of nodes that hear it, 0 for padding, shape (rows,).
        weight: 1 for a graph, 0 for padding, shape (graphs,).
    """

    features: jax.Array
    graph: jax.Array
    present: jax.Array
    weight: jax.Array

    @property
    def number(self) -> jax.Array:
        """Nodes of the batch."""
        return jnp.sum(self.present)

    def scores(
        self, activation: Activation, parameters: Parameters, norm: Norm | None = None
    ) -> tuple[jax.Array, Norm]:
        """Scores of all classes, shape (graphs, classes), and the norm taken.

        Args:
            activation: Any.
            parameters: Of the network.
            norm: Mean and variance of the hidden units; by default those of the batch.
        """
        hidden = self.features @ parameters["weights"]  # once, for it takes most of the time
        if norm is None:
            mean = self.present @ hidden / self.number
            norm = Norm(mean, self.present @ (hidden - mean) ** 2 / self.number)
        gain, shift = gain_and_shift(parameters, norm)
        active = activation.of(parameters["activation"], hidden * gain + shift)
        of_nodes = self.present[:, None] * (active @ parameters["head"])
        pooled = jax.ops.segment_sum(
            of_nodes, self.graph, len(self.weight), indices_are_sorted=True
        )
        return pooled + parameters["bias"], norm


def initial_parameters(
    key: jax.Array, features: int, hidden: int, classes: int, activation: Activation
) -> Parameters:
    r"""Random parameters: both linear maps uniform within :math:`\pm 1/\sqrt{\text{inputs}}`.

    Args:
        key: Random key.
        features: What a node hears.
        hidden: Hidden units.
        classes: Classes.
        activation: The activation.

    Returns:
        The parameters.
    """
    first, second, third = jax.random.split(key, 3)

    def uniform(key: jax.Array, shape: tuple[int, ...], inputs: int) -> jax.Array:
        return jax.random.uniform(key, shape, jnp.float32, -1, 1) / jnp.sqrt(inputs)

    return {
        "weights": uniform(first, (features, hidden), features),
        "scale": jnp.ones(hidden, jnp.float32),
        "shift": jnp.zeros(hidden, jnp.float32),
        "activation": jnp.array(activation.initial, jnp.float32),
        "head": uniform(second, (hidden, classes), hidden),
        "bias": uniform(third, (classes,), hidden),
    }


def gain_and_shift(parameters: Parameters, norm: Norm) -> tuple[jax.Array, jax.Array]:
    """The normalisation as one linear map of every hidden unit, each of shape (hidden,)."""
    gain = parameters["scale"] / jnp.sqrt(norm.variance + EPSILON)
    return gain, parameters["shift"] - norm.mean * gain


def node_form(parameters: Parameters, norm: Norm) -> jax.Array:
    r"""The form of each class on (1, what a node hears).

    .. math:: Q_c = \sum_h V_{hc} \big( c_2 u_h u_h^T + \tfrac{c_1}{2}(u_h e_0^T + e_0 u_h^T)
              + c_0 e_0 e_0^T \big), \qquad u_h = (b_h, w_h).

    Args:
        parameters: Parameters of a network with a polynomial activation.
        norm: Mean and variance of its hidden units.

    Returns:
        Shape (classes, 1 + features, 1 + features), symmetric.
    """
    gain, shift = gain_and_shift(parameters, norm)
    units = jnp.concatenate([shift[None], parameters["weights"] * gain])
    constant, slope, curvature = parameters["activation"]
    head = parameters["head"]
    forms = curvature * _weighted_squares(units, head)
    line = slope / 2 * (units @ head).T  # (classes, 1 + features)
    forms = forms.at[:, :, 0].add(line).at[:, 0, :].add(line)
    return forms.at[:, 0, 0].add(constant * jnp.sum(head, axis=0))


@jax.custom_vjp
def _weighted_squares(units: jax.Array, head: jax.Array) -> jax.Array:
    """sum_h head_hc u_h u_h^T, shape (classes, a, a); its slope takes one product, not two."""
    return jnp.einsum("ahc,bh->cab", units[:, :, None] * head, units)


def _weighted_squares_forward(units: jax.Array, head: jax.Array) -> tuple[jax.Array, Any]:
    return _weighted_squares(units, head), (units, head)


def _weighted_squares_backward(kept: Any, slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    units, head = kept
    image = jnp.einsum("cab,bh->cah", (slope + slope.swapaxes(1, 2)) / 2, units)
    return 2 * jnp.einsum("cah,hc->ah", image, head), jnp.einsum("cah,ah->hc", image, units)


_weighted_squares.defvjp(_weighted_squares_forward, _weighted_squares_backward)


def packed(forms: jax.Array) -> jax.Array:
    """Forms as rows that give <S, Q> with the moments that are kept, shape (classes, kept)."""
    rows, columns = np.triu_indices(forms.shape[-1])
    return forms[:, rows, columns] * np.where(rows == columns, 1, 2).astype(np.float32)


@lru_cache
def _places(size: int) -> NDArray[np.int64]:
    """Where each element of a symmetric matrix is kept."""
    places = np.zeros((size, size), np.int64)
    rows, columns = np.triu_indices(size)
    places[rows, columns] = places[columns, rows] = np.arange(len(rows))
    return places


def moments_of(heard: NDArray[np.float32], starts: NDArray[np.int64]) -> jax.Array:
    """Second moments of all graphs.

    Args:
        heard: What every node hears, shape (nodes, k).
        starts: First node of every graph, and the number of nodes, shape (graphs + 1,).

    Returns:
        Shape (graphs, (k + 1)(k + 2) / 2).
    """
    rows = np.concatenate([np.ones((len(heard), 1), np.float32), heard], axis=1)
    kept = np.triu_indices(rows.shape[1])
    parts = [rows[first:last] for first, last in pairwise(starts)]
    return jnp.asarray(np.stack([(part.T @ part)[kept] for part in parts]))
