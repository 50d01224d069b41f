"""The shape every resource has."""

from dataclasses import dataclass
from typing import Protocol

from ebit.physics import PairState


@dataclass(frozen=True)
class Consumption:
    """What one inference uses up between two QPUs.

    Args:
        ebits: Bell pairs; a partially entangled pair counts as one, too.
        bits: Classical bits sent during the circuit, both directions together (the final read-out,
            which every scheme has to collect, is not counted).
        nonlocal_gates: Two-qubit gates across the QPUs.
        rounds: Times a QPU has to wait for the other during the circuit.

    Example:
        >>> Consumption(ebits=1)
        Consumption(ebits=1, bits=0, nonlocal_gates=0, rounds=0)
    """

    ebits: int = 0
    bits: int = 0
    nonlocal_gates: int = 0
    rounds: int = 0


class Resource(Protocol):
    """What two QPUs share. Every resource is a small frozen value of this shape."""

    @property
    def name(self) -> str:
        """The string that `parse_resource` turns back into this value."""

    @property
    def pairs(self) -> int:
        """Pairs shared before the inference starts."""

    @property
    def pair_state(self) -> PairState:
        """State of every pair."""

    @property
    def sends_bits(self) -> bool:
        """Whether pooling outcomes are sent to the other QPU."""

    @property
    def has_nonlocal_gates(self) -> bool:
        """Whether two-qubit gates act across the QPUs."""

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        """What one inference uses up.

        Args:
            qubits: Qubits per QPU.
            depth: Convolution layers per stage.
            mixing: Mixing layers.
            pooling: Pooling layout.
        """
