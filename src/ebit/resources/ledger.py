"""The ledger: what any number of inferences use up between two QPUs."""

from dataclasses import dataclass

from ebit.resources.base import Consumption


@dataclass(frozen=True)
class Ledger:
    """What was used up; ledgers are added.

    An inference is one run of the circuits on one sample: one shot.

    Attributes:
        inferences: Runs of the circuits.
        ebits: Bell pairs.
        bits: Classical bits sent during the circuits.
        nonlocal_gates: Two-qubit gates across the QPUs.
        rounds: Times a QPU had to wait for the other.
        waiting_seconds: Time for which it waited, for pairs and messages; 0 without a network.

    Example:
        >>> training = Ledger.of(Consumption(ebits=1), inferences=768)
        >>> (training + Ledger.of(Consumption(ebits=1, bits=6), inferences=2)).ebits
        770
    """

    inferences: int = 0
    ebits: int = 0
    bits: int = 0
    nonlocal_gates: int = 0
    rounds: int = 0
    waiting_seconds: float = 0.0

    @classmethod
    def of(cls, used: Consumption, inferences: int = 1, waiting_seconds: float = 0.0) -> "Ledger":
        """A number of inferences.

        Args:
            used: What one of them uses up.
            inferences: How many.
            waiting_seconds: Time that each of them waits, in seconds.

        Returns:
            The ledger.
        """
        return cls(
            inferences,
            inferences * used.ebits,
            inferences * used.bits,
            inferences * used.nonlocal_gates,
            inferences * used.rounds,
            inferences * waiting_seconds,
        )

    def __add__(self, other: "Ledger") -> "Ledger":
        """Both together."""
        return Ledger(
            self.inferences + other.inferences,
            self.ebits + other.ebits,
            self.bits + other.bits,
            self.nonlocal_gates + other.nonlocal_gates,
            self.rounds + other.rounds,
            self.waiting_seconds + other.waiting_seconds,
        )
