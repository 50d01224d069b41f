"""Which QPUs are joined by which edges, as a value with a name."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ebit import checks
from ebit.errors import EbitError

Edge = tuple[int, int]

MAX_QPUS = 4096
"""More QPUs than this are a slip of the pen."""

_EDGE = re.compile(r"([A-Z]+)([->])([A-Z]+)")


@dataclass(frozen=True)
class Topology:
    """QPUs and the edges that join them.

    Attributes:
        text: The string that `parse_topology` turns back into this value.
        names: The QPUs.
        edges: Places of two QPUs each; every edge once.
        arrows: Directions (sender, receiver) in which bits are sent, if bits are sent.

    Example:
        >>> ring = parse_topology("ring", 4)
        >>> ring.edges, ring.edge_names[3], ring.arrows[0]
        (((0, 1), (1, 2), (2, 3), (3, 0)), 'D-A', (0, 1))
    """

    text: str
    names: tuple[str, ...]
    edges: tuple[Edge, ...]
    arrows: tuple[Edge, ...]

    @property
    def edge_names(self) -> tuple[str, ...]:
        """Such as `A-B`, in the order of the edges."""
        return tuple(f"{self.names[i]}-{self.names[j]}" for i, j in self.edges)


def qpu_names(count: int) -> tuple[str, ...]:
    """A, B, ..., Z, AA, AB and so on.

    Example:
        >>> qpu_names(28)[25:]
        ('Z', 'AA', 'AB')
    """
    return tuple(_name(place) for place in range(count))


def _name(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _line(count: int) -> list[Edge]:
    return [(k, k + 1) for k in range(count - 1)]


def _ring(count: int) -> list[Edge]:
    return _line(count) + ([(count - 1, 0)] if count > 2 else [])


def _star(count: int) -> list[Edge]:
    return [(0, k) for k in range(1, count)]


def _tree(count: int) -> list[Edge]:
    return [((k - 1) // 2, k) for k in range(1, count)]


def _complete(count: int) -> list[Edge]:
    return [(i, j) for i in range(count) for j in range(i + 1, count)]


NAMED: dict[str, Callable[[int], list[Edge]]] = {
    "line": _line,
    "ring": _ring,
    "star": _star,
    "tree": _tree,
    "complete": _complete,
}
"""Edges of a topology by name: a star has QPU A in its middle, a tree is binary with A on top."""

FORMS = "line, ring, star, tree, complete, grid:RxC or edges:A-B,B-C"


def parse_topology(text: str, qpus: int) -> Topology:
    """The edges that a string names.

    Args:
        text: `line`, `ring`, `star`, `tree` (binary), `complete`, `grid:RxC` (R rows of C QPUs, row
            by row), or `edges:` and edges by the names of their QPUs: `A-B` for bits both ways,
            `A>B` if only A sends to B. On a ring every QPU sends to the next one.
        qpus: Number of QPUs; they are called A, B, ..., Z, AA and so on.

    Returns:
        The topology.

    Raises:
        EbitError: If there is no such topology, an edge leads to a QPU that is not there or twice
            to the same one, or a QPU is joined to none of the others.

    Example:
        >>> parse_topology("grid:2x2", 4).edge_names
        ('A-B', 'C-D', 'A-C', 'B-D')
    """
    names = qpu_names(qpus)
    both_ways = True
    if text in NAMED:
        edges = NAMED[text](qpus)
        both_ways = text != "ring" or qpus == 2
    elif grid := re.fullmatch(r"grid:([0-9]{1,4})x([0-9]{1,4})", text):
        rows, columns = map(int, grid.groups())
        if not rows * columns:
            raise EbitError(
                f"Argument `topology` is {text!r}, a grid without QPUs: give it at least 1 row and "
                "1 column."
            )
        if rows * columns != qpus:
            raise EbitError(
                f"Argument `topology` is {text!r}, which has {rows * columns} QPUs, but `qpus` is "
                f"{qpus}: make them equal."
            )
        edges = [(k, k + 1) for k in range(qpus) if (k + 1) % columns]
        edges += [(k, k + columns) for k in range(qpus - columns)]
    elif text.startswith("edges:"):
        return _of_edges(text, names)
    else:
        raise checks.wrong("topology", FORMS, text)
    return Topology(text, names, tuple(edges), _arrows(edges, both_ways=both_ways))


def _arrows(edges: Sequence[Edge], *, both_ways: bool) -> tuple[Edge, ...]:
    """Bits along every edge, and back."""
    back = [(j, i) for i, j in edges] if both_ways else []
    return tuple(sorted([*edges, *back])) if both_ways else tuple(edges)


def _of_edges(text: str, names: tuple[str, ...]) -> Topology:
    edges: list[Edge] = []
    arrows: list[Edge] = []
    for part in text.removeprefix("edges:").split(","):
        found, shown = _EDGE.fullmatch(part.strip()), checks.shown(part.strip())
        if found is None:
            raise EbitError(
                f"Argument `topology` holds {shown}, which is no edge: write A-B or A>B."
            )
        for name in (found[1], found[3]):
            if name not in names:
                raise EbitError(
                    f"Argument `topology` has the edge {shown}, but there is no QPU "
                    f"{checks.shown(name)}: the {len(names)} QPUs are {names[0]} to {names[-1]}."
                )
        edge = names.index(found[1]), names.index(found[3])
        if edge[0] == edge[1]:
            raise EbitError(
                f"Argument `topology` has the edge {shown} from a QPU to itself: leave it out."
            )
        arrow_only = found[2] == ">"
        arrows += [edge] if arrow_only else [edge, edge[::-1]]
        if edge not in edges and edge[::-1] not in edges:
            edges.append(edge)
        elif not arrow_only:
            raise EbitError(f"Argument `topology` has the edge {shown} twice: once will do.")
    _check_connected(edges, names)
    return Topology(text, names, tuple(edges), tuple(sorted(set(arrows))))


def _check_connected(edges: Sequence[Edge], names: tuple[str, ...]) -> None:
    """Raise if a QPU cannot be reached from the first one."""
    reached, waiting = {0}, [0]
    near: dict[int, list[int]] = {}
    for i, j in edges:
        near.setdefault(i, []).append(j)
        near.setdefault(j, []).append(i)
    while waiting:
        for other in near.get(waiting.pop(), []):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    alone = [name for place, name in enumerate(names) if place not in reached]
    if alone:
        raise EbitError(
            f"Argument `topology` joins QPU {alone[0]} to none of the QPUs around {names[0]}: add "
            f"an edge such as {names[0]}-{alone[0]}."
        )


def topology_of_graph(graph: Any) -> str:
    """The string of a NetworkX graph: its nodes in their order are the QPUs A, B and so on.

    Args:
        graph: A NetworkX graph; the edges of a directed one say who sends bits to whom.

    Returns:
        A string for `parse_topology`.

    Raises:
        EbitError: If it has no nodes and edges.

    Example:
        >>> import networkx
        >>> topology_of_graph(networkx.path_graph(3))
        'edges:A-B,B-C'
    """
    try:
        nodes, edges, sign = (
            list(graph.nodes),
            list(graph.edges),
            ">" if graph.is_directed() else "-",
        )
    except (AttributeError, TypeError):
        raise EbitError(
            f"Argument `topology` must be {FORMS}, a NetworkX graph or an ebit.Wiring, but is "
            f"{checks.shown(graph)}."
        ) from None
    names = dict(zip(nodes, qpu_names(len(nodes)), strict=True))
    return "edges:" + ",".join(f"{names[edge[0]]}{sign}{names[edge[1]]}" for edge in edges)
