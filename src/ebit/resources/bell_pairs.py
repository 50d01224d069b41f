"""Bell pairs shared before the inference, local circuits afterwards."""

from dataclasses import dataclass

from ebit.errors import EbitError
from ebit.resources.base import Consumption


@dataclass(frozen=True)
class BellPairs:
    r"""The first `pairs` qubits of both QPUs start in :math:`(|00\rangle+|11\rangle)/\sqrt2`.

    Args:
        pairs: Number of Bell pairs N, 0 to the qubits of a QPU.

    Raises:
        EbitError: If `pairs` is negative.

    Example:
        >>> BellPairs(2).name
        'bell:2'

    Source:
        Kim et al., arXiv:2605.03864 (Bell-n DQML).
    """

    pairs: int

    def __post_init__(self) -> None:
        if self.pairs < 0:
            raise EbitError(
                f"Argument `pairs` must be a number of Bell pairs >= 0, but is {self.pairs}."
            )

    @property
    def name(self) -> str:
        """The resource string."""
        return f"bell:{self.pairs}"

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
        """One ebit per pair."""
        return Consumption(ebits=self.pairs)
