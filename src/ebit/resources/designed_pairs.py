"""Entanglement that is designed: the shared state is trained together with the classifier."""

from dataclasses import dataclass

from ebit.physics import BELL, PairState
from ebit.resources.base import Consumption
from ebit.resources.pairs import check_pairs


@dataclass(frozen=True)
class DesignedPairs:
    r"""The first N qubits of both QPUs start in a trained state of at most N ebits.

    .. math:: |\psi\rangle = \sum_j c_j\, |j\rangle_A |j\rangle_B, \qquad \sum_j c_j^2 = 1

    The :math:`2^N` Schmidt coefficients c are parameters, equal at the start (N Bell pairs).
    Together with mixing layers, which are local, every pure state of these qubits is within reach.

    Args:
        pairs: N, 0 to the qubits of a QPU.

    Raises:
        EbitError: If `pairs` is negative.

    Example:
        >>> DesignedPairs(2).name
        'designed:2'

    Source:
        Asked for as future work by Kim et al., arXiv:2605.03864.
    """

    pairs: int

    def __post_init__(self) -> None:
        check_pairs(self.pairs)

    @property
    def name(self) -> str:
        """The resource string."""
        return f"designed:{self.pairs}"

    @property
    def pair_state(self) -> PairState:
        """State of every pair before training."""
        return BELL

    @property
    def sends_bits(self) -> bool:
        """No bits are sent."""
        return False

    @property
    def has_nonlocal_gates(self) -> bool:
        """All gates are local."""
        return False

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        """N ebits, the budget; the trained state may hold less."""
        return Consumption(ebits=self.pairs)
