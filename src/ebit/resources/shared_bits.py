"""Shared randomness: random bits that both QPUs know."""

from dataclasses import dataclass

from ebit import checks
from ebit.physics import BELL, PairState
from ebit.resources.base import Resource
from ebit.resources.pairs import check_pairs

_CORRELATED = BELL.dephased(0.5)


@dataclass(frozen=True)
class SharedBits(Resource):
    r"""The first qubits of both QPUs start in random bits that both know: no entanglement.

    .. math:: \rho = \left( \tfrac{|00\rangle\langle 00| + |11\rangle\langle 11|}{2}
        \right)^{\otimes N}

    Such bits are made before the data arrive and without a quantum link: what a pair does better
    is due to its entanglement.

    Args:
        pairs: Number of bits N, 0 to the qubits of a QPU; each takes one qubit of both QPUs.
        sends_bits: Whether pooling outcomes are sent to the other QPU, as with `ClassicalBits`.

    Raises:
        EbitError: If `pairs` is negative.

    Example:
        >>> SharedBits(1).name, SharedBits(2, sends_bits=True).name
        ('shared:1', 'classical+shared:2')
        >>> SharedBits(1).pair_state.density_matrix.real.diagonal().tolist()
        [0.5, 0.0, 0.0, 0.5]
    """

    pairs: int
    sends_bits: bool = False
    unit = "shared_bits"

    def __post_init__(self) -> None:
        check_pairs(self.pairs)
        checks.flag("sends_bits", self.sends_bits)

    @property
    def name(self) -> str:
        """The resource string."""
        return f"classical+shared:{self.pairs}" if self.sends_bits else f"shared:{self.pairs}"

    @property
    def pair_state(self) -> PairState:
        """A random bit that both QPUs know."""
        return _CORRELATED
