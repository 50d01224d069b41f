"""Classical bits: each QPU's pooling outcomes drive the rotations of the other."""

from dataclasses import dataclass

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

    sends_bits = True

    @property
    def name(self) -> str:
        """The resource string."""
        return f"classical+bell:{self.pairs}{self.options}" if self.pairs else "classical"
