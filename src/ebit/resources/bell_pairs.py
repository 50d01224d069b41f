"""Entangled pairs shared before the inference, local circuits afterwards."""

from dataclasses import dataclass

from ebit.resources.pairs import Pairs


@dataclass(frozen=True, repr=False)
class BellPairs(Pairs):
    r"""The first qubits of both QPUs start in Bell pairs, or in what is left of them.

    Args:
        pairs: Number of pairs N, 0 to the qubits of a QPU.
        concurrence: The source makes :math:`\cos a\,|00\rangle + \sin a\,|11\rangle` with
            :math:`\sin 2a` from 0 (a product state) to 1 (a Bell pair).
        fidelity: White noise that would leave a Bell pair this fidelity, 1/4 to 1 (Werner state).
        dephasing: Probability of a phase flip of each half.
        damping: Probability that a half in state 1 falls to 0.

    Raises:
        EbitError: If `pairs` is negative or an option is out of range.

    Example:
        >>> BellPairs(2).name, BellPairs(1, fidelity=0.9, damping=0.1).name
        ('bell:2', 'bell:1,fidelity=0.9,damping=0.1')

    Source:
        Kim et al., arXiv:2605.03864 (Bell-n DQML).
    """

    pairs: int

    @property
    def name(self) -> str:
        """The resource string."""
        return f"bell:{self.pairs}{self.options}"
