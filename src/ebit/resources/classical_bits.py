"""Classical bits: each QPU's pooling outcomes drive the rotations of the other."""

from dataclasses import dataclass

from ebit.circuits import stages
from ebit.resources.base import Consumption
from ebit.resources.pairs import Pairs


@dataclass(frozen=True, repr=False)
class ClassicalBits(Pairs):
    """Every pooling outcome is sent to the other QPU, optionally with Bell pairs beside it.

    Args:
        pairs: Pairs shared before the inference; their options are those of `BellPairs`.

    Raises:
        EbitError: If `pairs` is negative or an option is out of range.

    Example:
        >>> ClassicalBits().name, ClassicalBits(pairs=1).name
        ('classical', 'classical+bell:1')

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (classical communication).
    """

    @property
    def name(self) -> str:
        """The resource string."""
        return f"classical+bell:{self.pairs}{self.options}" if self.pairs else "classical"

    @property
    def sends_bits(self) -> bool:
        """Pooling outcomes are sent."""
        return True

    @property
    def has_nonlocal_gates(self) -> bool:
        """All gates are local."""
        return False

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        """Each QPU sends n - 1 bits, in one round per pooling; one ebit per pair."""
        rounds = len(stages(qubits, pooling))
        return Consumption(ebits=self.pairs, bits=2 * (qubits - 1), rounds=rounds)
