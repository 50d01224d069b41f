"""Quantum links: the QPUs work as one processor."""

from dataclasses import dataclass, field

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
    has_nonlocal_gates = True

    @property
    def name(self) -> str:
        """The resource string."""
        return f"quantum{self.options}"
