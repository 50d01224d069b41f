"""Which links of a network a circuit on many QPUs uses, and how long their pairs take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise, permutations
from typing import Any

from ebit import checks
from ebit.circuits.topology import qpu_names
from ebit.errors import EbitError
from ebit.network import Network

MOST_PLANNED = 7
"""QPUs of a plan, at most: all orders of them are looked at."""

Edge = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """QPUs and links of a network that a circuit uses.

    Args:
        network: The QPUs of the circuit, in its order, and the links between them.
        shape: `line`, `star`, `ring` or `all`.
        edges: Places of the QPUs that a link joins.
    """

    network: Network
    shape: str
    edges: tuple[Edge, ...]

    @property
    def names(self) -> str:
        """The links in words."""
        every = [qpu.name for qpu in self.network.qpus]
        return ", ".join(f"{every[i]}-{every[j]}" for i, j in self.edges)

    @property
    def topology(self) -> str:
        """The string of the model."""
        letters = qpu_names(len(self.network.qpus))
        return "edges:" + ",".join(f"{letters[i]}-{letters[j]}" for i, j in self.edges)

    def seconds(self, times: Mapping[Edge, float]) -> float:
        r"""Time in which all pairs are made, if a QPU makes pairs with one neighbour at a time.

        .. math:: T = \max\Big(\max_q \sum_{e \ni q} t_e,\;
            \frac{\sum_e t_e}{\lfloor K/2 \rfloor}\Big)

        It is reached on lines, stars and rings, where links may take turns.

        Args:
            times: Time t of the pairs of every edge, in seconds.

        Returns:
            Seconds.
        """
        every = range(len(self.network.qpus))
        busiest = max(sum(times[edge] for edge in self.edges if q in edge) for q in every)
        return max(busiest, sum(times[edge] for edge in self.edges) / (len(every) // 2))


@checks.takes(network=checks.instance(Network, "a Network"))
def layouts(network: Network, qpus: int | Sequence[str]) -> list[Layout]:
    """The fastest line, star and ring of a network, and all its links together.

    Args:
        network: The network.
        qpus: Names of the QPUs, or how many of them: then the ones with the fastest links.

    Returns:
        Layouts with different links.

    Raises:
        EbitError: If there are too few or too many QPUs, or no links that join them all.

    Example:
        >>> from ebit.network import Link, Qpu
        >>> ends = [Qpu(name=name, qubits=2) for name in "abc"]
        >>> links = [Link(between=pair, length="1 km", pair_rate=f"{rate} Hz", fidelity=0.9)
        ...          for pair, rate in ((("a", "b"), 1), (("b", "c"), 9), (("a", "c"), 9))]
        >>> [(found.shape, found.names) for found in layouts(Network(qpus=ends, links=links), 3)]
        [('line', 'a-c, b-c'), ('ring', 'a-b, a-c, b-c')]
    """
    every = [qpu.name for qpu in network.qpus]
    if len(every) < 3:
        raise EbitError(
            f"Argument `network` has {len(every)} QPUs, and many are at least 3: plan two of them "
            "with `ebit.plan`."
        )
    if not isinstance(qpus, Sequence) or isinstance(qpus, str | bytes):
        most = min(MOST_PLANNED, len(every))
        count = checks.whole(3, most, "QPUs of the network")("qpus", qpus)
        groups: list[tuple[str, ...]] = [*combinations(every, count)]
    else:
        groups = [checks.several(checks.instance(str, "the name of a QPU"))("qpus", qpus)]
        _check_names(groups[0], every)
    best: dict[str, tuple[float, Layout]] = {}
    for group in groups:
        for found in _of_group(network, group):
            time = found.seconds({edge: _pair_seconds(found.network, edge) for edge in found.edges})
            if found.shape not in best or time < best[found.shape][0]:
                best[found.shape] = time, found
    if not best:
        raise EbitError(
            f"No links join {' and '.join(groups[0])}: choose QPUs that are joined, as in "
            f"{', '.join('-'.join(link.between) for link in network.links[:4])}."
        )
    different: dict[Any, Layout] = {}
    for _, found in best.values():
        different.setdefault((found.network, frozenset(found.edges)), found)
    return list(different.values())


def _check_names(group: Sequence[str], every: Sequence[str]) -> None:
    if not 3 <= len(group) <= MOST_PLANNED or len(set(group)) < len(group):
        raise EbitError(
            f"Argument `qpus` must be three to {MOST_PLANNED} different names, but is "
            f"{', '.join(group)!r}."
        )
    for name in group:
        if name not in every:
            raise EbitError(f"Network has no QPU {name!r}: use {', '.join(every)}.")


def _of_group(network: Network, group: Sequence[str]) -> list[Layout]:
    """Every shape on these QPUs, all orders of a line and a ring."""
    place = {name: number for number, name in enumerate(group)}
    links = [link for link in network.links if set(link.between) <= set(group)]
    joined = {_edge(place[a], place[b]) for a, b in (link.between for link in links)}
    shapes = [
        (name, edges) for name, edges in _shapes(len(group)) if all(e in joined for e in edges)
    ]
    if shapes:
        shapes.append(("all", tuple(sorted(joined))))
        own = Network(qpus=[network.qpu(name) for name in group], links=links)
        return [Layout(own, name, edges) for name, edges in shapes]
    return []


@cache
def _shapes(count: int) -> tuple[tuple[str, tuple[Edge, ...]], ...]:
    found: dict[tuple[str, frozenset[Edge]], None] = {}
    for order in permutations(range(count)):
        line = [_edge(a, b) for a, b in pairwise(order)]
        found["line", frozenset(line)] = None
        if order[0] == 0:
            found["ring", frozenset([*line, _edge(order[-1], 0)])] = None
    if count > 3:
        for middle in range(count):
            star = frozenset(_edge(middle, k) for k in range(count) if k != middle)
            found["star", star] = None
    return tuple((name, tuple(sorted(edges))) for name, edges in found)


def _edge(a: int, b: int) -> Edge:
    return (a, b) if a < b else (b, a)


def _pair_seconds(network: Network, edge: Edge) -> float:
    first, second = (network.qpus[place].name for place in edge)
    return 1 / max(network.link(first, second).raw_pair_rate, 1e-300)
