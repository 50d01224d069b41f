"""The shape every resource has."""

from itertools import chain

from ebit.circuits import QPU, Qubit, SharedState, Wiring, build_circuit
from ebit.physics import BELL, PairState
from ebit.resources.consumption import Consumption

QPUS = ("A", "B")
"""Names of the two QPUs."""


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

    def wiring(self, qubits: int, *, noisy: bool = False) -> Wiring:
        """Two QPUs that share this, with one feature per qubit.

        Args:
            qubits: Qubits per QPU.
            noisy: Whether the QPUs are noisy: then gates across are teleported, as they are where
                the pairs are no Bell pairs.

        Returns:
            The QPUs and what joins them; pairs are on the first qubits of both.

        Example:
            >>> from ebit.resources import BellPairs
            >>> (pair,) = BellPairs(1).wiring(qubits=4).shared
            >>> " and ".join(map(str, pair.members)), pair.amount, pair.unit
            ('A0 and B0', 1, 'ebits')
        """
        members = [tuple(Qubit(name, number) for name in QPUS) for number in range(self.pairs)]
        shared = [SharedState(pair, self.pair_state, self.unit) for pair in members]
        if self.trains_state:
            whole = tuple(chain(*members))
            shared = [SharedState(whole, self.pair_state, self.unit, self.pairs, leaf="schmidt")]
        first, second = QPUS
        return Wiring(
            qpus=tuple(QPU(name, qubits, qubits) for name in QPUS),
            shared=(*shared, *shared_values(self.values)),
            messages=((first, second), (second, first)) if self.sends_bits else (),
            gates_across=self.has_nonlocal_gates,
            teleported=self.has_nonlocal_gates and (noisy or self.pair_state != BELL),
        )

    def consumption(
        self,
        qubits: int,
        depth: int,
        mixing: int,
        pooling: str = "halves",
        *,
        noisy: bool = False,
    ) -> Consumption:
        """What one inference uses up, counted in its circuit.

        A pair is one of its unit, a teleported gate across one ebit and two bits.

        Args:
            qubits: Qubits per QPU.
            depth: Convolution layers per stage.
            mixing: Mixing layers.
            pooling: Pooling layout.
            noisy: Whether the QPUs are noisy, see `wiring`.

        Returns:
            Amounts by unit.
        """
        circuit = build_circuit(
            self.wiring(qubits, noisy=noisy), depth=depth, mixing=mixing, pooling=pooling
        )
        return Consumption(**circuit.amounts)


def shared_values(values: int) -> tuple[SharedState, ...]:
    r"""Shared randomness of so many values, on no qubits: :math:`\lceil \log_2 \rceil` bits."""
    bits = (values - 1).bit_length()
    return (SharedState((), None, "shared_bits", bits),) if bits else ()
