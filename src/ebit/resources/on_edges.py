"""Different resources on different edges of a graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from ebit import checks
from ebit.errors import EbitError
from ebit.physics import PairState
from ebit.resources.base import Resource
from ebit.resources.separable import Separable


@dataclass(frozen=True, init=False, repr=False)
class OnEdges(Resource):
    """Pairs and bits that differ from edge to edge.

    Args:
        edges: Resource of every edge that is named, such as `A-B`; pairs, bits, or both.
        other: Resource of all other edges.

    Raises:
        EbitError: If a resource is not one of edges: gates across, values of shared randomness, a
            trained state or a state of more than two QPUs.

    Example:
        >>> from ebit.resources import BellPairs
        >>> OnEdges({"A-B": BellPairs(2, fidelity=0.93)}, other=BellPairs(1)).name
        'bell:1;A-B=bell:2,fidelity=0.93'
    """

    edges: tuple[tuple[str, Resource], ...]
    other: Resource

    is_of_graph = True

    def __init__(self, edges: Mapping[str, Resource], other: Resource | None = None) -> None:
        """Check and keep the resources."""
        checks.instance(Mapping, "a dict such as {'A-B': ebit.BellPairs(1)}")("edges", edges)
        object.__setattr__(self, "edges", tuple(sorted(edges.items())))
        object.__setattr__(self, "other", Separable() if other is None else other)
        for own in (self.other, *(own for _, own in self.edges)):
            checks.instance(Resource, "a resource such as ebit.BellPairs(1)")("edges", own)
            if own.has_nonlocal_gates or own.trains_state or own.values > 1 or own.is_of_graph:
                raise EbitError(
                    f"Resource {own.name!r} is not one of single edges: use bell:N, shared:N, "
                    "classical or classical+bell:N there."
                )

    def __repr__(self) -> str:
        """As in Python."""
        return f"OnEdges({dict(self.edges)!r}, other={self.other!r})"

    @property
    def name(self) -> str:
        """The resource string."""
        return ";".join([self.other.name, *(f"{edge}={own.name}" for edge, own in self.edges)])

    @property
    def pair_state(self) -> PairState:
        """That of the edges without a name."""
        return self.other.pair_state

    def on_edge(self, edge: str) -> Resource:
        """What the QPUs of an edge share, whichever of them is named first."""
        checks.instance(str, "an edge, such as A-B")("edge", edge)
        first, _, second = edge.partition("-")
        own = dict(self.edges)
        return own.get(edge) or own.get(f"{second}-{first}") or self.other

    def check_edges(self, names: tuple[str, ...]) -> None:
        """Raise unless all named edges are there."""
        names = checks.several(checks.instance(str, "edges, such as A-B"))("names", names)
        known = {*names, *("-".join(reversed(name.split("-"))) for name in names)}
        for edge, _ in self.edges:
            if edge not in known:
                raise EbitError(
                    f"Resource {self.name!r} names the edge {edge!r}, which the topology does not "
                    f"have: its edges are {checks.shortened(', '.join(names), 80)}."
                )
