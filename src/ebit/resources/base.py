"""The shape every resource has."""

from ebit.circuits import stages
from ebit.physics import BELL, PairState
from ebit.resources.consumption import Consumption


class Resource:
    """What two QPUs share. Every resource is a small frozen value that inherits from this class.

    A resource declares what it is, and nobody asks for its class. What is not declared is as if
    nothing were shared.

    Attributes:
        pairs: Pairs of qubits shared before the inference starts, the first of each QPU.
        sends_bits: Whether pooling outcomes are sent to the other QPU.
        has_nonlocal_gates: Whether two-qubit gates act across the QPUs.
        trains_state: Whether the Schmidt coefficients of the shared state are trained.
        values: Values of shared randomness, each with trained angles of its own; 1 is none.
        unit: What a shared pair counts as. The pairs of a network's links are `ebits`; a state in
            any other unit is there without a link.
    """

    pairs: int = 0
    sends_bits: bool = False
    has_nonlocal_gates: bool = False
    trains_state: bool = False
    values: int = 1
    unit: str = "ebits"

    @property
    def name(self) -> str:
        """The string that `parse_resource` turns back into this value."""
        raise NotImplementedError

    @property
    def pair_state(self) -> PairState:
        """State of every pair, before training."""
        return BELL

    @property
    def pairs_of_link(self) -> int:
        """Pairs shared before the inference that only a link between the QPUs can make."""
        return self.pairs if self.unit == "ebits" else 0

    def consumption(
        self, qubits: int, depth: int, mixing: int, pooling: str = "halves"
    ) -> Consumption:
        r"""What one inference uses up.

        A pair is one of its unit, and so many values take :math:`\lceil \log_2 \rceil` shared bits.
        Each QPU sends its n - 1 outcomes, in one round per pooling. Two gates of each ring cross:
        in the embedding and in every layer of every block. They act at the same time, in one round,
        if each QPU has an even number of qubits left; for an odd number one is in each half of the
        layer, which makes two rounds. Gates over pairs that are no Bell pairs are teleported.

        Args:
            qubits: Qubits per QPU.
            depth: Convolution layers per stage.
            mixing: Mixing layers.
            pooling: Pooling layout.

        Returns:
            Amounts by unit.
        """
        used = Consumption(**{self.unit: self.pairs})
        used += Consumption(shared_bits=(self.values - 1).bit_length())
        left = stages(qubits, pooling)
        if self.sends_bits:
            used += Consumption(bits=2 * (qubits - 1), rounds=len(left))
        if self.has_nonlocal_gates:
            sizes = mixing * [qubits] + depth * list(left)
            rounds = 1 + sum(1 + size % 2 for size in sizes)
            gates = Consumption(nonlocal_gates=2 * (1 + len(sizes)), rounds=rounds)
            used += gates if self.pair_state == BELL else teleported(gates)
        return used


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
    return used + gates * Consumption(ebits=1, bits=2, nonlocal_gates=-1)
