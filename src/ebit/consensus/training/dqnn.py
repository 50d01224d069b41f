r"""The quantum neural network that every node runs, and its gradient.

Features are read in again in every layer. With the features :math:`x_{2q}, x_{2q+1}` of qubit q,
layer l is

.. math:: \prod_{q} CZ_{q, q+1} \; \prod_q R_y(a_{lq})\,R_z(b_{lq})\,R_z(x_{2q+1})\,R_y(x_{2q})

and after the last one follow :math:`R_y(a_q) R_z(b_q)` and the measurement of all qubits. Class c
has the score :math:`4 \langle Z_c \rangle`; the loss is the cross-entropy of the softmax of the
scores.

Source:
    Re-uploading: Pérez-Salinas et al., Quantum 4, 226 (2020). Layout, scale and size are those of
    ebit's specification; the paper's circuit is not in its public text.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

SCALE = 4.0
"""Scores are this times an expectation value."""


@dataclass(frozen=True)
class Dqnn:
    """The network of one node.

    Args:
        qubits: Qubits, one for each class.
        layers: Layers that read the features.

    Example:
        >>> network = Dqnn()
        >>> network.size, network.features
        (56, 8)
    """

    qubits: int = 4
    layers: int = 6

    @property
    def size(self) -> int:
        """Number of parameters."""
        return 2 * self.qubits * (self.layers + 1)

    @property
    def features(self) -> int:
        """Features of a sample."""
        return 2 * self.qubits

    @property
    def classes(self) -> int:
        """Classes told apart."""
        return self.qubits

    @property
    def dimension(self) -> int:
        """Dimension of the state."""
        return 2**self.qubits

    def init(self, key: jax.Array) -> jax.Array:
        """Random angles, shape (size,)."""
        return jax.random.uniform(key, (self.size,), jnp.float32, -0.5, 0.5) * jnp.pi

    def state(self, theta: jax.Array, x: jax.Array) -> jax.Array:
        """Amplitudes before the measurement, shape (dimension,), qubit 0 most significant.

        Args:
            theta: Parameters, shape (size,).
            x: Features in radians, shape (features,).

        Returns:
            The amplitudes.
        """
        both, last = self.gates(theta, x)
        signs = self.signs_of(self.ring)

        def layer(state: jax.Array, gates: jax.Array) -> tuple[jax.Array, None]:
            return signs * self._apply(gates, state), None

        start = jnp.zeros(self.dimension, both.dtype).at[0].set(1)
        state = jax.lax.scan(layer, start, both)[0]
        return self._apply(last, state)

    def gates(self, theta: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Gates of every layer, (layers, qubits, 2, 2), and those after the last one."""
        angles = theta.reshape(self.layers + 1, self.qubits, 2)
        x = x.reshape(self.qubits, 2)
        encoding = _turns(x[:, 0], x[:, 1])  # (qubits, 2, 2)
        trained = _z_then_y(angles[..., 0], angles[..., 1])  # (layers + 1, qubits, 2, 2)
        return jnp.einsum("lqij,qjk->lqik", trained[:-1], encoding), trained[-1]

    def scores(self, theta: jax.Array, x: jax.Array) -> jax.Array:
        """Scores of a sample, shape (classes,)."""
        weights = jnp.abs(self.state(theta, x)) ** 2
        return SCALE * self.outcomes() @ weights

    def loss(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Mean cross-entropy of a batch, features (batch, features), labels (batch,)."""
        scores = jax.vmap(self.scores, (None, 0))(theta, x)
        return cross_entropy(scores, labels)

    def gradient(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Gradient of `loss`, shape (size,)."""
        return jax.grad(self.loss)(theta, x, labels)

    def correct(self, theta: jax.Array, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Share of samples with the right class."""
        scores = jax.vmap(self.scores, (None, 0))(theta, x)
        return (scores.argmax(axis=1) == labels).mean()

    def _apply(self, gates: jax.Array, state: jax.Array) -> jax.Array:
        """One gate on every qubit; gates (qubits, 2, 2), state (dimension,)."""
        for qubit in range(self.qubits):
            gate, parts = gates[qubit], state.reshape(2**qubit, 2, -1)
            zero, one = parts[:, 0], parts[:, 1]
            # Written out: as products of 2 by 2 matrices it takes three times as long.
            turned = [gate[row, 0] * zero + gate[row, 1] * one for row in (0, 1)]
            state = jnp.stack(turned, axis=1).reshape(-1)
        return state

    @property
    def ring(self) -> list[tuple[int, int]]:
        """Qubits of the CZ gates of a layer."""
        several = range(self.qubits if self.qubits > 2 else self.qubits - 1)
        return [(q, (q + 1) % self.qubits) for q in several]

    def signs_of(self, edges: Iterable[tuple[int, int]]) -> jax.Array:
        """Diagonal of CZ gates, shape (dimension,)."""
        ones = self.outcomes() < 0  # (qubits, dimension)
        flips = sum((ones[i] & ones[j]).astype(int) for i, j in edges)
        return jnp.ones(self.dimension, int) - 2 * (jnp.asarray(flips) % 2)

    def outcomes(self) -> jax.Array:
        """Z of every qubit in every basis state, shape (qubits, dimension)."""
        states = jnp.arange(self.dimension)
        shifts = jnp.arange(self.qubits)[::-1, None]
        return 1.0 - 2.0 * ((states >> shifts) & 1)


def cross_entropy(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross-entropy of scores (batch, classes) and labels (batch,)."""
    logs = jax.nn.log_softmax(scores)
    return -jnp.take_along_axis(logs, labels[:, None], axis=1).mean()


def _ry(angle: jax.Array) -> jax.Array:
    """Shape (..., 2, 2)."""
    c, s = jnp.cos(angle / 2), jnp.sin(angle / 2)
    return jnp.stack([jnp.stack([c, -s], -1), jnp.stack([s, c], -1)], -2)


def _turns(y: jax.Array, z: jax.Array) -> jax.Array:
    """Ry first, then Rz."""
    phase = jnp.exp(0.5j * jnp.stack([-z, z], -1))  # (..., 2)
    return phase[..., None] * _ry(y)


def _z_then_y(y: jax.Array, z: jax.Array) -> jax.Array:
    """Rz first, then Ry."""
    phase = jnp.exp(0.5j * jnp.stack([-z, z], -1))
    return _ry(y) * phase[..., None, :]
