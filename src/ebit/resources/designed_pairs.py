"""Entanglement that is designed: the shared state is trained together with the classifier."""

from dataclasses import dataclass

from ebit.resources.base import Resource
from ebit.resources.pairs import check_pairs


@dataclass(frozen=True)
class DesignedPairs(Resource):
    r"""The first N qubits of both QPUs start in a trained state of at most N ebits.

    .. math:: |\psi\rangle = \sum_j c_j\, |j\rangle_A |j\rangle_B, \qquad \sum_j c_j^2 = 1

    The :math:`2^N` Schmidt coefficients c are parameters, equal at the start (N Bell pairs).
    Together with mixing layers, which are local, every pure state of these qubits is within reach.
    N ebits are the budget; the trained state may hold less.

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
    trains_state = True

    def __post_init__(self) -> None:
        check_pairs(self.pairs)

    @property
    def name(self) -> str:
        """The resource string."""
        return f"designed:{self.pairs}"
