"""The layered model: layers of several owners, one after the other, on a state that travels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebit import checks
from ebit.communication.layers import Angles, Ansatz, State, WalshLayers, stack_angles
from ebit.communication.memory import check_memory
from ebit.communication.parties import PARTIES, REGISTER, Parties, Register, check_amplitudes
from ebit.communication.split import ColumnSplit
from ebit.errors import EbitError
from ebit.ledger import Ledger

Theta = Sequence[Angles]

MOST_LAYERS = 10_000


def _layer(name: str, value: Any) -> Any:
    if not (hasattr(value, "qubits") and hasattr(value, "apply")):
        raise checks.wrong(name, "layers, such as WalshLayers", value)
    return value


@dataclass(frozen=True)
class LayeredModel:
    r"""Layers that belong to parties in turn; the output is the mean of Z on the first qubit.

    $$f(\theta, x) = \langle\phi\vert Z_0 \vert\phi\rangle, \quad
    \vert\phi\rangle = U_M \cdots U_1 \vert\psi(x)\rangle$$

    Args:
        layers: One ansatz for each layer.
        owners: Party of each layer.

    Raises:
        EbitError: If the numbers of layers, owners or qubits disagree.

    Example:
        >>> model = walsh_model(qubits=2, layers=4, owners=("alice", "bob"))
        >>> model.hops, model.owners
        (3, ('alice', 'bob', 'alice', 'bob'))
    """

    layers: tuple[Ansatz, ...]
    owners: tuple[str, ...]

    def __post_init__(self) -> None:
        """Numbers agree."""
        for name in ("layers", "owners"):
            checks.instance(tuple, "a tuple")(name, getattr(self, name))
        checks.several(checks.instance(str, "names of parties"), least=0)("owners", self.owners)
        checks.several(_layer, least=0)("layers", self.layers)
        if not self.layers or len(self.layers) != len(self.owners):
            raise EbitError(
                f"Argument `owners` must name one party for each of {len(self.layers)} layers, "
                f"but names {len(self.owners)}."
            )
        sizes = {layer.qubits for layer in self.layers}
        if len(sizes) > 1:
            raise EbitError(f"Layers must have one number of qubits, but have {sorted(sizes)}.")

    @property
    def qubits(self) -> int:
        """Qubits n of the state."""
        return self.layers[0].qubits

    @property
    def size(self) -> int:
        """Amplitudes N of the state."""
        return 2**self.qubits

    @property
    def hops(self) -> int:
        """Borders that a state crosses from the first layer to the last."""
        return self.hops_between(0, len(self.layers) - 1)

    def hops_between(self, first: int, last: int) -> int:
        """Borders between two layers."""
        most = len(self.layers) - 1
        first, last = (
            checks.whole(0, most)(name, value) for name, value in (("first", first), ("last", last))
        )
        owners = self.owners[first : last + 1]
        return sum(a != b for a, b in pairwise(owners))

    @property
    def free(self) -> int:
        """Angles P that may be trained, of the layer that has most."""
        return max(int(layer.free.sum()) for layer in self.layers)

    def init(self, seed: int = 0, deviation: float | None = None) -> list[Angles]:
        """Normal random angles for all that is free.

        Args:
            seed: Seed.
            deviation: Standard deviation; by default 1/sqrt(P), so that phases are of size 1.

        Returns:
            Angles of every layer.

        Raises:
            EbitError: If the seed is none, the deviation no number from 0 on, or there is no memory
                for the angles and a state.
        """
        seed = checks.seed("seed", seed)
        deviation = checks.maybe(checks.real(0))("deviation", deviation)
        check_memory(self.qubits, angles=sum(math.prod(layer.shape) for layer in self.layers))
        rng = np.random.default_rng(seed)
        scale = self.free**-0.5 if deviation is None else deviation
        return [
            np.where(layer.free, scale * rng.normal(size=layer.shape), 0.0) for layer in self.layers
        ]

    def forward(self, theta: Theta, states: State) -> State:
        """The state behind all layers, in one place: amplitudes (rows, N)."""
        self._check_states(states)
        for layer, angles in zip(self.layers, stack_angles(self.layers, theta), strict=True):
            states = layer.apply(angles, states)
        return states

    def _check_states(self, states: State) -> None:
        check_amplitudes("states", states)
        if states.ndim < 2 or states.shape[-1] != self.size:
            raise EbitError(
                f"Argument `states` must have shape (rows, {self.size}), but has shape "
                f"{states.shape}."
            )

    def output(self, theta: Theta, states: State) -> NDArray[np.float64]:
        """The exact output f of every state (rows, N), shape (rows,)."""
        return mean_of_z(self.forward(theta, states))

    def gradient(self, theta: Theta, states: State) -> list[NDArray[np.float64]]:
        """The exact derivatives of the output, for every layer an array of shape (rows, ...)."""
        angles = stack_angles(self.layers, theta)
        chi = with_ancilla(self.forward(theta, states))
        found: list[NDArray[np.float64]] = []
        for layer, own in zip(self.layers[::-1], angles[::-1], strict=True):
            found.append(np.where(layer.free, layer.derivatives(own, chi), 0.0))
            chi = layer.undo(own, chi)
        return found[::-1]

    def pass_on(self, theta: Theta, parties: Parties, register: Register) -> None:
        """Take a register through all layers, from owner to owner."""
        PARTIES("parties", parties)
        REGISTER("register", register)
        angles = stack_angles(self.layers, theta)
        for layer, own, owner in zip(self.layers, angles, self.owners, strict=True):
            if register.owner != owner:
                parties.send_qubits(register, owner, tag="forward")
            parties.gate(owner, register, lambda psi, a=own, u=layer: u.apply(a, psi))  # type: ignore[misc]

    def take_back(self, theta: Theta, parties: Parties, register: Register, to_layer: int) -> None:
        """Take a register back until it stands behind a layer, with the owner of that layer."""
        PARTIES("parties", parties)
        REGISTER("register", register)
        to_layer = checks.whole(0, len(self.layers) - 1)("to_layer", to_layer)
        angles = stack_angles(self.layers, theta)
        for place in range(len(self.layers) - 1, to_layer, -1):
            parties.gate(
                self.owners[place],
                register,
                lambda psi, a=angles[place], u=self.layers[place]: u.undo(a, psi),  # type: ignore[misc]
            )
            if self.owners[place - 1] != register.owner:
                parties.send_qubits(register, self.owners[place - 1], tag="backward")


ASKED: dict[str, checks.Rule] = {
    "model": checks.instance(LayeredModel, "a LayeredModel"),
    "data": checks.instance(ColumnSplit, "a ColumnSplit"),
    "theta": checks.several(checks.numbers),
    "eps": checks.real(above=0),
    "delta": checks.real(above=0),
    "copies": checks.maybe(checks.whole(1)),
    "seed": checks.seed,
    "ledger": checks.maybe(checks.instance(Ledger, "a ledger")),
}
"""What arguments of these names must be, in all that runs a model."""


@checks.takes(
    qubits=checks.whole(1),
    layers=checks.whole(1, MOST_LAYERS),
    owners=checks.several(checks.instance(str, "names of parties")),
    weight=checks.maybe(checks.whole(1)),
)
def walsh_model(
    qubits: int, layers: int, owners: Sequence[str], weight: int | None = None
) -> LayeredModel:
    """Walsh layers whose owners take turns.

    Args:
        qubits: Qubits n.
        layers: Layers M; two parties with L layers each have M = 2 L.
        owners: Parties in the order of their turns.
        weight: As for `WalshLayers`.

    Returns:
        The model.

    Example:
        >>> walsh_model(3, 2, ("alice", "bob")).free
        7
    """
    ansatz = WalshLayers(qubits, weight)
    turns = tuple(owners[place % len(owners)] for place in range(layers))
    return LayeredModel((ansatz,) * layers, turns)


@checks.takes(
    data=checks.instance(ColumnSplit, "a ColumnSplit"),
    parties=checks.several(checks.instance(str, "names of parties"), least=0),
)
def model_for(data: ColumnSplit, layers: int, parties: Sequence[str] = ()) -> LayeredModel:
    """Walsh layers on a column split: the party that ends the loading owns the first layer.

    Args:
        data: The data.
        layers: Layers M.
        parties: All parties, if some have no data; by default those of the data.

    Returns:
        The model.

    Example:
        >>> data = ColumnSplit([[1, 2]], {"alice": [0], "bob": [1]}, standardise=False)
        >>> model_for(data, 3).owners
        ('bob', 'alice', 'bob')
    """
    names = tuple(parties) or data.parties
    if data.holder not in names:
        raise EbitError(f"Argument `parties` must name {data.holder!r}, who holds the state.")
    start = names.index(data.holder)
    return walsh_model(data.qubits, layers, names[start:] + names[:start])


def mean_of_z(states: State) -> NDArray[np.float64]:
    """Mean of Z on the first qubit of states (..., N)."""
    half = states.shape[-1] // 2
    weights = np.abs(states) ** 2
    return weights[..., :half].sum(-1) - weights[..., half:].sum(-1)


def with_ancilla(states: State) -> State:
    r"""An ancilla in |+> and a controlled Z on the first qubit: (rows, N) to (rows, 2, N)."""
    flipped = states.copy()
    flipped[..., states.shape[-1] // 2 :] *= -1
    return np.stack([states, flipped], axis=-2) / np.sqrt(2.0)
