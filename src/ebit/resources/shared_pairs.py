"""Pairs in a state that has no name: any density matrix of two qubits."""

from dataclasses import dataclass

from ebit import checks
from ebit.errors import EbitError
from ebit.physics import BELL, PairState
from ebit.resources.base import Resource
from ebit.resources.pairs import check_pairs, check_values


@dataclass(frozen=True)
class SharedPairs(Resource):
    """The first qubits of both QPUs start in pairs of any state, measured or computed elsewhere.

    It has no resource string, so tasks, sweeps and the command line do not know it.

    Args:
        pairs: Number of pairs N, 0 to the qubits of a QPU.
        pair_state: State of every pair; `PairState.from_matrix` takes a density matrix.
        sends_bits: Whether pooling outcomes are sent to the other QPU, as with `ClassicalBits`.
        values: Values of shared randomness, as with `Mixture`.

    Raises:
        EbitError: If `pairs` is negative or `pair_state` is no state.

    Example:
        >>> SharedPairs(1, PairState.werner(0.8).dephased(0.1)).name
        'pairs:1'
    """

    pairs: int
    pair_state: PairState = BELL
    sends_bits: bool = False
    values: int = 1

    def __post_init__(self) -> None:
        check_pairs(self.pairs)
        check_values(self.values)
        checks.flag("sends_bits", self.sends_bits)
        if not isinstance(self.pair_state, PairState):
            raise EbitError(
                "Argument `pair_state` must be a PairState: use PairState.from_matrix for a "
                "density matrix."
            )

    @property
    def name(self) -> str:
        """What tables show; no resource string."""
        return f"classical+pairs:{self.pairs}" if self.sends_bits else f"pairs:{self.pairs}"
