"""Classical bits: each QPU's pooling outcomes drive the rotations of the other."""

from dataclasses import dataclass

from ebit.circuits import stages
from ebit.resources.base import Consumption
from ebit.resources.pair_state import PairState, check_pairs, pair_options


@dataclass(frozen=True)
class ClassicalBits:
    """Every pooling outcome is sent to the other QPU, optionally with Bell pairs beside it.

    Args:
        pairs: Pairs shared before the inference.
        concurrence: Of every pair, from 0 (a product state) to 1 (a Bell pair).

    Raises:
        EbitError: If `pairs` is negative or `concurrence` is out of range.

    Example:
        >>> ClassicalBits().name, ClassicalBits(pairs=1).name
        ('classical', 'classical+bell:1')

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (classical communication).
    """

    pairs: int = 0
    concurrence: float = 1.0

    def __post_init__(self) -> None:
        check_pairs(self.pairs)
        _ = self.pair_state

    @property
    def name(self) -> str:
        """The resource string."""
        if not self.pairs:
            return "classical"
        return f"classical+bell:{self.pairs}{pair_options(self.concurrence)}"

    @property
    def pair_state(self) -> PairState:
        """State of every pair."""
        return PairState.partially_entangled(self.concurrence)

    @property
    def sends_bits(self) -> bool:
        """Pooling outcomes are sent."""
        return True

    @property
    def has_nonlocal_gates(self) -> bool:
        """All gates are local."""
        return False

    def consumption(self, qubits: int, depth: int, mixing: int) -> Consumption:
        """Each QPU sends n - 1 bits, in one round per pooling; one ebit per pair."""
        return Consumption(ebits=self.pairs, bits=2 * (qubits - 1), rounds=len(stages(qubits)))
