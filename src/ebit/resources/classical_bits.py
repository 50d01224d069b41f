"""Classical bits: each QPU's pooling outcomes drive the rotations of the other."""

from dataclasses import dataclass

from ebit.circuits import stages
from ebit.errors import EbitError
from ebit.resources.base import Consumption


@dataclass(frozen=True)
class ClassicalBits:
    """Every pooling outcome is sent to the other QPU, optionally with Bell pairs beside it.

    Args:
        pairs: Bell pairs shared before the inference.

    Raises:
        EbitError: If `pairs` is negative.

    Example:
        >>> ClassicalBits().name, ClassicalBits(pairs=1).name
        ('classical', 'classical+bell:1')

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (classical communication).
    """

    pairs: int = 0

    def __post_init__(self) -> None:
        if self.pairs < 0:
            raise EbitError(
                f"Argument `pairs` must be a number of Bell pairs >= 0, but is {self.pairs}."
            )

    @property
    def name(self) -> str:
        """The resource string."""
        return f"classical+bell:{self.pairs}" if self.pairs else "classical"

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
