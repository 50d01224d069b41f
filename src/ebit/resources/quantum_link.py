"""Quantum links: the QPUs work as one processor."""

from dataclasses import dataclass, field, replace

from ebit.circuits import stages
from ebit.physics import BELL
from ebit.resources.base import Consumption
from ebit.resources.pairs import Pairs


@dataclass(frozen=True, repr=False)
class QuantumLink(Pairs):
    """Two-qubit gates across the QPUs: one register of 2n qubits.

    With options of the pairs every such gate is teleported: it takes one pair in this state and
    two bits. Nothing is shared before the inference.

    Args:
        concurrence: See `BellPairs`, as the other options.

    Raises:
        EbitError: If an option is out of range.

    Example:
        >>> QuantumLink().consumption(qubits=4, depth=20, mixing=0).nonlocal_gates
        82
        >>> QuantumLink(fidelity=0.95).name
        'quantum,fidelity=0.95'

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (quantum communication).
    """

    pairs: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """The resource string."""
        return f"quantum{self.options}"

    @property
    def sends_bits(self) -> bool:
        """Pooling outcomes stay on their QPU."""
        return False

    @property
    def has_nonlocal_gates(self) -> bool:
        """Two gates of each ring."""
        return True

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        """Two gates of each ring cross: in the embedding and in every layer of every block.

        The two gates of a layer act at the same time, in one round, if each QPU has an even number
        of qubits left; for an odd number one is in each half of the layer, which makes two rounds.
        """
        sizes = mixing * [qubits] + depth * list(stages(qubits, pooling))
        rounds = 1 + sum(1 + size % 2 for size in sizes)
        used = Consumption(nonlocal_gates=2 * (1 + len(sizes)), rounds=rounds)
        return used if self.pair_state == BELL else teleported(used)


def teleported(used: Consumption) -> Consumption:
    """The same with every non-local gate made from one pair and two bits.

    Args:
        used: What is used up, non-local gates included.

    Returns:
        The same in ebits and bits; no gate is left over.

    Example:
        >>> teleported(Consumption(nonlocal_gates=3, rounds=2))
        Consumption(ebits=3, bits=6, nonlocal_gates=0, rounds=2)
    """
    gates = used.nonlocal_gates
    return replace(used, ebits=used.ebits + gates, bits=used.bits + 2 * gates, nonlocal_gates=0)
