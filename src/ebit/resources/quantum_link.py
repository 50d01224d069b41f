"""Quantum links: the QPUs work as one processor."""

from dataclasses import dataclass, field

from ebit.circuits import stages
from ebit.resources.base import Consumption
from ebit.resources.pair_state import BELL, PairState


@dataclass(frozen=True)
class QuantumLink:
    """Two-qubit gates across the QPUs: one register of 2n qubits.

    Example:
        >>> QuantumLink().consumption(qubits=4, depth=20, mixing=0).nonlocal_gates
        82

    Source:
        Hwang et al., Quantum Sci. Technol. 10 015059 (quantum communication).
    """

    name: str = field(default="quantum", init=False)
    pairs: int = field(default=0, init=False)
    pair_state: PairState = field(default=BELL, init=False, repr=False)
    sends_bits: bool = field(default=False, init=False)
    has_nonlocal_gates: bool = field(default=True, init=False)

    def consumption(self, qubits: int, depth: int, mixing: int) -> Consumption:
        """Two gates of each ring cross: in the embedding and in every layer of every block.

        The two gates of a layer act at the same time, in one round, if each QPU has an even number
        of qubits left; for an odd number one is in each half of the layer, which makes two rounds.
        """
        sizes = mixing * [qubits] + depth * list(stages(qubits))
        rounds = 1 + sum(1 + size % 2 for size in sizes)
        return Consumption(nonlocal_gates=2 * (1 + len(sizes)), rounds=rounds)
