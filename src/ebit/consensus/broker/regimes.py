"""How long pairs last, and how many shots an update has: the two settings of the study."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Regime:
    """What the hardware of all nodes has in common.

    Attributes:
        coherence: Median time constant T of a stored pair, in slots.
        spread: The constants of the links are T exp(u), u uniform within this bound.
        success: Smallest and largest probability of an attempt; logarithms are uniform.
        fresh_fidelity: Fidelity of a pair when it is made.
        least_fidelity: Smallest useful fidelity.
        local: Smallest and largest Werner parameter of a node's own circuit, uniform.
        shots: Shots of one update.
    """

    coherence: float
    shots: int
    spread: float = 0.4
    success: tuple[float, float] = (0.1, 0.5)
    fresh_fidelity: float = 0.95
    least_fidelity: float = 0.70
    local: tuple[float, float] = (0.4, 0.98)


REGIMES = {
    "easy": Regime(coherence=42.5, shots=64),
    "hard": Regime(coherence=20.0, shots=16),
    "ideal": Regime(coherence=inf, shots=64, local=(1.0, 1.0)),
}
"""Easy: slots of 1 ms, memories of 85 ms at both ends. Ideal: no decay, no noise."""
