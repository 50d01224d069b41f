r"""How a training is split over QPUs: who runs a circuit, and which parameters are agreed on.

A team of K members runs one circuit; with K = 1 every node runs a circuit of its own. All teams
hold the same shared parameters :math:`\theta`, in K blocks of equal size. Member j of every team
sends the gradient of block j, and these are filtered among each other, so every block has a group
of as many nodes as there are teams. Parameters that a team keeps for itself are its `own`.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ebit.consensus.training.dqnn import Dqnn
from ebit.consensus.training.learners import Learner, learner_of
from ebit.consensus.training.teams import CutCircuit, SlicedFeatures
from ebit.errors import EbitError


class Partition(Hashable, Protocol):
    """What the training sees of a partition."""

    @property
    def members(self) -> int:
        """QPUs of a team, K."""

    @property
    def size(self) -> int:
        """Number of shared parameters P, a multiple of K."""

    @property
    def dimension(self) -> int:
        """Dimension of the state of a team."""

    @property
    def pairs_act_inside(self) -> bool:
        """Whether noise of pairs acts inside the circuit, instead of scaling the whole update."""

    def init(self, key: jax.Array) -> jax.Array:
        """First shared parameters, shape (P,)."""

    def init_own(self, key: jax.Array) -> Any:
        """First parameters that a team keeps for itself; () if there are none."""

    def local_update(
        self, theta: jax.Array, own: Any, x: jax.Array, labels: jax.Array, pairs: jax.Array
    ) -> tuple[jax.Array, Any]:
        """Gradients of the mean loss of a batch, of the shared and of the own parameters.

        The Werner parameters of the pairs of every member have the shape (K,).
        """

    def correct(self, theta: jax.Array, own: Any, x: jax.Array, labels: jax.Array) -> jax.Array:
        """Whether a sample (features,) gets its label, without noise."""

    def left(self, pairs: ArrayLike) -> NDArray[np.float64]:
        """Share of the signal that such pairs leave, shape (..., K) to (...)."""

    def pair_demand(self, shots: int) -> tuple[int, ...]:
        """Pairs of every member for one update if every shot is counted."""


@dataclass(frozen=True)
class WholeCircuit:
    """Every node runs the same circuit on data of its own; pairs carry its update.

    Args:
        learner: The model.

    Example:
        >>> WholeCircuit(Dqnn()).pair_demand(shots=64)
        (28928,)
    """

    learner: Learner

    members: int = 1
    pairs_act_inside: bool = False

    @property
    def size(self) -> int:
        """All parameters."""
        return self.learner.size

    @property
    def dimension(self) -> int:
        """Of the model."""
        return self.learner.dimension

    def init(self, key: jax.Array) -> jax.Array:
        """Of the model."""
        return self.learner.init(key)

    def init_own(self, key: jax.Array) -> tuple[()]:
        """None."""
        return ()

    def local_update(
        self, theta: jax.Array, own: tuple[()], x: jax.Array, labels: jax.Array, pairs: jax.Array
    ) -> tuple[jax.Array, tuple[()]]:
        """Gradient of the model."""
        return self.learner.gradient(theta, x, labels), ()

    def correct(
        self, theta: jax.Array, own: tuple[()], x: jax.Array, labels: jax.Array
    ) -> jax.Array:
        """Of the model."""
        return self.learner.correct(theta, x[None], labels[None])

    def left(self, pairs: ArrayLike) -> NDArray[np.float64]:
        """A teleported state keeps the Werner parameter of its pair."""
        return np.asarray(pairs, float)[..., 0]

    def pair_demand(self, shots: int) -> tuple[int, ...]:
        """Every qubit of every shot, in the 2 P + 1 circuits of the parameter-shift rule."""
        qubits = self.dimension.bit_length() - 1
        return (qubits * shots * (2 * self.size + 1),)


TEAMS: Mapping[str, Callable[[Dqnn, int], Partition]] = {
    "circuit": CutCircuit,
    "feature": SlicedFeatures,
}
"""Partitions that take a team; `data` takes none."""


def partition_of(partition: str, members: int, model: str, data: str) -> Partition:
    """The partition of a name.

    Args:
        partition: `data`, `circuit` or `feature`.
        members: QPUs of a team; with `data` it does not count.
        model: As for `learner_of`; `circuit` and `feature` take `dqnn` only.
        data: As for `learner_of`.

    Returns:
        The partition.

    Raises:
        EbitError: If they do not fit.

    Example:
        >>> partition_of("circuit", 2, "dqnn", "digits").members
        2
    """
    learner = learner_of(model, data)
    if partition == "data":
        return WholeCircuit(learner)
    if model != "dqnn":
        raise EbitError(
            f"Argument `model` must be 'dqnn' for partition {partition!r}, but is {model!r}."
        )
    network = Dqnn()
    if network.qubits % members:
        raise EbitError(
            f"Argument `members` must divide the {network.qubits} qubits of dqnn, but is {members}."
        )
    return TEAMS[partition](network, members)
