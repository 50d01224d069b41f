r"""One circuit over a team of QPUs: gates between them go through stored pairs.

A member's pairs reach to the hub, so the pair between members i and j is swapped there and has the
Werner parameter :math:`w_{ij} = w_i w_j`. A CZ teleported through it is CZ and then one of
:math:`1, Z_i, Z_j, Z_i Z_j`, the first with probability F and each other with
:math:`(1 - F)/3`. In the basis of Z this multiplies every matrix element between basis states that
differ on one of the two qubits by :math:`w_{ij}`, and leaves the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.consensus.training.dqnn import SCALE, Dqnn, cross_entropy
from ebit.consensus.witness import worth_from_mirror
from ebit.jax_settings import own_settings
from ebit.random_keys import random_key

Edge = tuple[int, int]
"""The qubits of a CZ gate."""

CIRCUITS = 16
"""Mirror circuits over which the signal that noise leaves is averaged."""

GRID = np.linspace(0.0, 1.0, 33)
"""Werner parameters of pairs for which it is computed."""


def density(gates: jax.Array, last: jax.Array, factors: jax.Array) -> jax.Array:
    """Density matrix of layers of one gate per qubit and a diagonal, and one more gate per qubit.

    Args:
        gates: Shape (layers, qubits, 2, 2).
        last: Shape (qubits, 2, 2).
        factors: What follows each layer multiplies the matrix by, shape (layers, d, d).

    Returns:
        Shape (d, d).
    """

    def layer(rho: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return given[1] * _turned(given[0], rho), None

    start = jnp.zeros(factors.shape[1:], gates.dtype).at[0, 0].set(1)
    return _turned(last, jax.lax.scan(layer, start, (gates, factors))[0])


def _turned(gates: jax.Array, rho: jax.Array) -> jax.Array:
    whole = reduce(jnp.kron, gates)
    return whole @ rho @ whole.conj().T


def _inverse(gates: jax.Array) -> jax.Array:
    return gates.conj().swapaxes(-1, -2)


@dataclass(frozen=True)
class Team:
    """QPUs that run the circuit of `Dqnn` together, each with as many neighbouring qubits.

    Args:
        network: The circuit.
        members: QPUs of a team, a divisor of its qubits.
    """

    network: Dqnn
    members: int

    pairs_act_inside: ClassVar[bool] = True

    @property
    def dimension(self) -> int:
        """Of the circuit."""
        return self.network.dimension

    @property
    def crossings(self) -> tuple[Edge, ...]:
        """The CZ gates between members, once for a layer that has them."""
        return tuple((i, j) for i, j in self.edges if self.whose(i) != self.whose(j))

    @property
    def edges(self) -> Sequence[Edge]:
        """All CZ gates."""
        return self.network.ring

    @property
    def crossed(self) -> int:
        """Layers with CZ gates between members."""
        return self.network.layers

    def whose(self, qubit: int) -> int:
        """Number of the member that has a qubit."""
        return qubit // (self.network.qubits // self.members)

    def factors(self, pairs: jax.Array) -> jax.Array:
        """What the gates after every layer of rotations multiply the density matrix by.

        Args:
            pairs: Werner parameters of the pairs of every member, shape (members,).

        Returns:
            Shape (layers, d, d).
        """
        signs = self.network.signs_of(self.edges)
        layer = jnp.outer(signs, signs) * self.noise(pairs)
        return jnp.broadcast_to(layer, (self.network.layers, *layer.shape))

    def noise(self, pairs: jax.Array) -> jax.Array:
        """What the noise of one layer's pairs multiplies the density matrix by, (d, d)."""
        z = self.network.outcomes()  # (qubits, dimension)
        factor = jnp.ones((self.dimension, self.dimension), pairs.dtype)
        for i, j in self.crossings:
            differ = (z[i][:, None] != z[i]) | (z[j][:, None] != z[j])
            worth = pairs[self.whose(i)] * pairs[self.whose(j)]
            factor = factor * jnp.where(differ, worth, 1)
        return factor

    def means(self, angles: jax.Array, x: jax.Array, pairs: jax.Array) -> jax.Array:
        """Expectation values of Z of all qubits, shape (qubits,)."""
        rho = density(*self.network.gates(angles, x), self.factors(pairs))
        return self.network.outcomes() @ jnp.diagonal(rho).real

    def left(self, pairs: ArrayLike) -> NDArray[np.float64]:
        """What mirror circuits say of the noise of all gates between members.

        Pairs of different worth count by their geometric mean.
        """
        worth = np.asarray(pairs, float)
        ends = [(self.whose(i), self.whose(j)) for i, j in self.crossings]
        swapped = np.stack([worth[..., i] * worth[..., j] for i, j in ends])
        mean = swapped.prod(axis=0) ** (1 / len(ends))
        return np.interp(mean, GRID, _signal(self))

    def pair_demand(self, shots: int) -> tuple[int, ...]:
        """Every gate between members in every shot of the 2 P + 1 circuits of parameter shifts."""
        circuits = shots * (2 * self.network.size + 1) * self.crossed
        ends = [self.whose(qubit) for crossing in self.crossings for qubit in crossing]
        return tuple(circuits * ends.count(member) for member in range(self.members))


@dataclass(frozen=True)
class CutCircuit(Team):
    """The circuit cut over the members, each with its qubits and their angles.

    CZ gates of the ring between members take one pair of either in every layer and shot. Arcs of
    the ring are the best cuts.

    Example:
        >>> cut = CutCircuit(Dqnn(), 2)
        >>> cut.crossings, cut.pair_demand(shots=64)
        (((1, 2), (3, 0)), (86784, 86784))
    """

    @property
    def size(self) -> int:
        """All angles."""
        return self.network.size

    def init(self, key: jax.Array) -> jax.Array:
        """The angles of `Dqnn`, member by member."""
        layers, each = self.network.layers + 1, self.network.qubits // self.members
        angles = self.network.init(key).reshape(layers, self.members, each, 2)
        return angles.swapaxes(0, 1).reshape(-1)  # (members * layers * each * 2,)

    def init_own(self, key: jax.Array) -> tuple[()]:
        """None."""
        return ()

    def angles(self, theta: jax.Array) -> jax.Array:
        """Parameters in the order of `Dqnn`, shape (size,)."""
        layers, each = self.network.layers + 1, self.network.qubits // self.members
        blocks = theta.reshape(self.members, layers, each, 2)
        return blocks.swapaxes(0, 1).reshape(-1)  # (layers * qubits * 2,)

    def scores(self, theta: jax.Array, x: jax.Array, pairs: jax.Array) -> jax.Array:
        """Scores of a sample through such pairs, shape (classes,)."""
        return SCALE * self.means(self.angles(theta), x, pairs)

    def local_update(
        self, theta: jax.Array, own: tuple[()], x: jax.Array, labels: jax.Array, pairs: jax.Array
    ) -> tuple[jax.Array, tuple[()]]:
        """Gradient of the mean cross-entropy with the noise of the pairs."""

        def loss(theta: jax.Array) -> jax.Array:
            scores = jax.vmap(self.scores, (None, 0, None))(theta, x, pairs)
            return cross_entropy(scores, labels)

        return jax.grad(loss)(theta), ()

    def correct(
        self, theta: jax.Array, own: tuple[()], x: jax.Array, labels: jax.Array
    ) -> jax.Array:
        """That of the circuit in one place."""
        return self.network.correct(self.angles(theta), x[None], labels[None])


@dataclass(frozen=True)
class SlicedFeatures(Team):
    r"""Every member reads a slice of the features into a circuit of its own.

    CZ gates join neighbouring qubits within the members; after the last layer a CZ through a pair
    joins every two neighbouring members, too. One more rotation of every qubit follows, and the
    expectation values z go into a classical head, :math:`s = \sum_j W_j z_j + b_j`. The head is
    shared, :math:`(W_j, b_j)` its block j; the angles stay with the team.

    Example:
        >>> sliced = SlicedFeatures(Dqnn(), 2)
        >>> sliced.size, sliced.crossings, sliced.pair_demand(shots=64)
        (24, ((1, 2),), (7232, 7232))
    """

    @property
    def size(self) -> int:
        """Weights of the head."""
        return self.network.classes * (self.network.qubits + self.members)

    @property
    def edges(self) -> Sequence[Edge]:
        """All CZ gates: of neighbouring qubits."""
        return [(i, i + 1) for i in range(self.network.qubits - 1)]

    @property
    def crossed(self) -> int:
        """Only the last layer has gates between members."""
        return 1

    def factors(self, pairs: jax.Array) -> jax.Array:
        """As of `Team`, with gates between members after the last layer only."""
        between = self.crossings
        inside = self.network.signs_of([edge for edge in self.edges if edge not in between])
        layer = jnp.outer(inside, inside)
        layers = jnp.broadcast_to(layer, (self.network.layers - 1, *layer.shape))
        return jnp.concatenate([layers, super().factors(pairs)[-1:]])

    def init(self, key: jax.Array) -> jax.Array:
        """The head of `Dqnn`: class c reads qubit c."""
        weights = SCALE * jnp.eye(self.network.classes, self.network.qubits)
        blocks = weights.reshape(self.network.classes, self.members, -1).swapaxes(0, 1)
        return jnp.pad(blocks, ((0, 0), (0, 0), (0, 1))).reshape(-1)  # (members * classes * (q+1),)

    def init_own(self, key: jax.Array) -> jax.Array:
        """The angles of `Dqnn`."""
        return self.network.init(key)

    def scores(self, theta: jax.Array, own: jax.Array, x: jax.Array, pairs: jax.Array) -> jax.Array:
        """Scores of a sample through such pairs, shape (classes,)."""
        z = self.means(own, x, pairs).reshape(self.members, -1)
        head = theta.reshape(self.members, self.network.classes, -1)
        return jnp.einsum("jcq,jq->c", head[..., :-1], z) + head[..., -1].sum(axis=0)

    def local_update(
        self, theta: jax.Array, own: jax.Array, x: jax.Array, labels: jax.Array, pairs: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Gradients of the mean cross-entropy with the noise of the pairs."""

        def loss(theta: jax.Array, own: jax.Array) -> jax.Array:
            scores = jax.vmap(self.scores, (None, None, 0, None))(theta, own, x, pairs)
            return cross_entropy(scores, labels)

        return jax.grad(loss, (0, 1))(theta, own)

    def correct(
        self, theta: jax.Array, own: jax.Array, x: jax.Array, labels: jax.Array
    ) -> jax.Array:
        """With perfect pairs."""
        return self.scores(theta, own, x, jnp.ones(self.members)).argmax() == labels


@lru_cache(maxsize=8)
@own_settings
def _signal(team: Team) -> NDArray[np.float64]:
    """Share of the signal that pairs of the worths of `GRID` leave, by mirror circuits.

    The circuit and its inverse lead back to 0...0 with the probability of `mirror_probability`.
    """
    network = team.network

    def led_back(key: jax.Array, worth: jax.Array) -> jax.Array:
        turned, read = jax.random.split(key)
        angles = jax.random.uniform(turned, (network.size,), maxval=2 * jnp.pi)
        x = jax.random.uniform(read, (network.features,), maxval=2 * jnp.pi)
        gates, last = network.gates(angles, x)
        factors = team.factors(jnp.full(team.members, jnp.sqrt(worth)))
        rho = _turned(_inverse(last), density(gates, last, factors))
        back, _ = jax.lax.scan(undo, rho, (gates, factors), reverse=True)
        return back[0, 0].real

    def undo(rho: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return _turned(_inverse(given[0]), given[1] * rho), None

    keys = jax.random.split(random_key(0), CIRCUITS)
    both = jax.vmap(jax.vmap(led_back, (0, None)), (None, 0))
    share = np.asarray(jax.jit(both)(keys, jnp.asarray(GRID)), float).mean(axis=1)
    return worth_from_mirror(share, team.dimension)
