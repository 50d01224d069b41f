"""Entangled pairs shared before the inference, local circuits afterwards."""

from dataclasses import dataclass

from ebit.resources.base import Consumption
from ebit.resources.pair_state import PairState, check_pairs, pair_options


@dataclass(frozen=True)
class BellPairs:
    r"""The first qubits of both QPUs start in :math:`\cos a\,|00\rangle + \sin a\,|11\rangle`.

    Args:
        pairs: Number of pairs N, 0 to the qubits of a QPU.
        concurrence: :math:`\sin 2a` of every pair, from 0 (a product state) to 1 (a Bell pair).

    Raises:
        EbitError: If `pairs` is negative or `concurrence` is out of range.

    Example:
        >>> BellPairs(2).name, BellPairs(1, concurrence=0.5).name
        ('bell:2', 'bell:1,concurrence=0.5')

    Source:
        Kim et al., arXiv:2605.03864 (Bell-n DQML).
    """

    pairs: int
    concurrence: float = 1.0

    def __post_init__(self) -> None:
        check_pairs(self.pairs)
        _ = self.pair_state

    @property
    def name(self) -> str:
        """The resource string."""
        return f"bell:{self.pairs}{pair_options(self.concurrence)}"

    @property
    def pair_state(self) -> PairState:
        """State of every pair."""
        return PairState.partially_entangled(self.concurrence)

    @property
    def sends_bits(self) -> bool:
        """No bits are sent."""
        return False

    @property
    def has_nonlocal_gates(self) -> bool:
        """All gates are local."""
        return False

    def consumption(self, qubits: int, depth: int, mixing: int) -> Consumption:
        """One ebit per pair."""
        return Consumption(ebits=self.pairs)
