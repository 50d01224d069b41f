"""Shared randomness that chooses the circuits: the strongest classical correlation."""

from dataclasses import dataclass

from ebit.resources.base import Resource
from ebit.resources.pairs import Pairs, check_values


@dataclass(frozen=True)
class _Values(Resource):
    """Comes before the pairs, so that the number of values is the first argument."""

    values: int = 1


@dataclass(frozen=True, repr=False)
class Mixture(Pairs, _Values):
    r"""A random value that both QPUs know chooses the angles of both.

    .. math:: P(a, b \mid x) = \sum_{m=1}^{M} w_m P_m(a, b \mid x), \qquad
        w = \mathrm{softmax}(\text{logits})

    Every value has trained angles of its own on every QPU, and the weights of the values are
    trained, too. This is the strongest classical correlation for a given local circuit: any claim
    of a quantum advantage has to beat it.

    Args:
        values: Number of values M, at least 1; 1 is no shared randomness.
        pairs: Bell pairs beside it, for every value; their options are those of `BellPairs`.

    Raises:
        EbitError: If a number is out of range.

    Example:
        >>> Mixture(4).name, Mixture(2, pairs=1).name
        ('mixture:4', 'mixture:2+bell:1')
        >>> Mixture(5).consumption(qubits=4, depth=20, mixing=0).amounts["shared_bits"]
        3
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        check_values(self.values)

    @property
    def name(self) -> str:
        """The resource string."""
        pairs = f"+bell:{self.pairs}{self.options}" if self.pairs else ""
        return f"mixture:{self.values}{pairs}"
