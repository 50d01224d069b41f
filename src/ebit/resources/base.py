"""The shape every resource has."""

from collections import Counter
from itertools import chain

from ebit.circuits import (
    QPU,
    Qubit,
    SharedState,
    Topology,
    Wiring,
    build_circuit,
    parse_topology,
)
from ebit.errors import EbitError
from ebit.physics import BELL, ManyState, PairState
from ebit.resources.consumption import Consumption

PAIR = parse_topology("line", 2)
"""Two QPUs, A and B."""


class Resource:
    """What QPUs share. Every resource is a small frozen value that inherits from this class.

    A resource declares what it is, and nobody asks for its class. What is not declared is as if
    nothing were shared.

    Attributes:
        pairs: Pairs of qubits shared before the inference starts, the first of each QPU.
        sends_bits: Whether pooling outcomes are sent to the other QPU.
        has_nonlocal_gates: Whether two-qubit gates act across the QPUs.
        trains_state: Whether the Schmidt coefficients of the shared state are trained.
        values: Values of shared randomness, each with trained angles of its own; 1 is none.
        is_of_graph: Whether edges share different things, or groups of QPUs a state: then even two
            QPUs are a graph.
        unit: What a shared pair counts as. The pairs of a network's links are `ebits`; a state in
            any other unit is there without a link.
    """

    pairs: int = 0
    sends_bits: bool = False
    has_nonlocal_gates: bool = False
    trains_state: bool = False
    values: int = 1
    is_of_graph: bool = False
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

    def on_edge(self, edge: str) -> "Resource":
        """What the two QPUs of an edge such as `A-B` share: the same everywhere, by default."""
        return self

    def wiring(
        self,
        qubits: int | tuple[int, ...],
        *,
        noisy: bool = False,
        topology: Topology = PAIR,
        passes: int = 1,
    ) -> Wiring:
        """QPUs that share this, one feature per qubit and pass of the embedding.

        Args:
            qubits: Qubits per QPU, or of each.
            noisy: Whether the QPUs are noisy: then gates across are teleported, as they are where
                the pairs are no Bell pairs.
            topology: The QPUs and the edges that join them.
            passes: Passes of the embedding.

        Returns:
            The QPUs and what joins them; shared states are on the first qubits of every QPU, in the
            order of the edges.

        Raises:
            EbitError: If a QPU has fewer qubits than halves of shared states.

        Example:
            >>> from ebit.resources import BellPairs
            >>> (pair,) = BellPairs(1).wiring(qubits=4).shared
            >>> " and ".join(map(str, pair.members)), pair.amount, pair.unit
            ('A0 and B0', 1, 'ebits')
        """
        names = topology.names
        self.check_edges(topology.edge_names)
        sizes = qubits if isinstance(qubits, tuple) else len(names) * (qubits,)
        used = Counter[str]()

        def take(*members: str) -> tuple[Qubit, ...]:
            found = tuple(Qubit(name, used[name]) for name in members)
            used.update(members)
            return found

        shared: list[SharedState] = []
        sending = set[frozenset[int]]()
        for edge, (i, j) in zip(topology.edge_names, topology.edges, strict=True):
            own = self.on_edge(edge)
            if own.sends_bits:
                sending.add(frozenset((i, j)))
            members = [take(names[i], names[j]) for _ in range(own.pairs)]
            if own.trains_state:
                whole = tuple(chain(*members))
                shared.append(
                    SharedState(whole, own.pair_state, own.unit, own.pairs, leaf="schmidt")
                )
            else:
                shared += [SharedState(pair, own.pair_state, own.unit) for pair in members]
        for group in self.groups(names):
            pairs = len(group) - 1
            shared.append(SharedState(take(*group), self.group_state, self.unit, pairs))
        for name, size in zip(names, sizes, strict=True):
            if used[name] > size:
                raise EbitError(
                    f"Resource {self.name!r} takes {used[name]} qubits of QPU {name}, which has "
                    f"{size}: share less, or use more qubits per QPU."
                )
        return Wiring(
            qpus=tuple(
                QPU(name, size, size * passes) for name, size in zip(names, sizes, strict=True)
            ),
            shared=(*shared, *shared_values(self.values)),
            messages=tuple(
                (names[i], names[j]) for i, j in topology.arrows if frozenset((i, j)) in sending
            ),
            gates_across=self.has_nonlocal_gates,
            teleported=self.has_nonlocal_gates and (noisy or self.pair_state != BELL),
        )

    def check_edges(self, names: tuple[str, ...]) -> None:
        """Raise unless all edges that it names are among those that there are."""

    def groups(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """QPUs that share a state of more than two, in groups; none by default."""
        return ()

    @property
    def group_state(self) -> ManyState:
        """The state that every group shares."""
        raise NotImplementedError

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
