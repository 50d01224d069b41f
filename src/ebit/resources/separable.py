"""No communication: a product state and local circuits."""

from dataclasses import dataclass, field

from ebit.physics import BELL, PairState
from ebit.resources.base import Consumption


@dataclass(frozen=True)
class Separable:
    """The QPUs share nothing (no communication, Bell-0).

    Example:
        >>> Separable().name
        'none'
    """

    name: str = field(default="none", init=False)
    pairs: int = field(default=0, init=False)
    pair_state: PairState = field(default=BELL, init=False, repr=False)
    sends_bits: bool = field(default=False, init=False)
    has_nonlocal_gates: bool = field(default=False, init=False)

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        """Nothing is used up."""
        return Consumption()
