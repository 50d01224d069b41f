"""Two QPUs of a network and the link between them: the place that is planned for."""

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from ebit import checks
from ebit.errors import EbitError
from ebit.network import Link, Network, Qpu, profile, profile_names, read_network
from ebit.network.delays import SPEED_OF_LIGHT
from ebit.network.read import FOREIGN
from ebit.reading import read_toml

LONGEST_SECONDS = 1e12
"""Waits are cut off here, at some 30 000 years."""

_LEAST = 1e-300
_MOST_DECADES = 290.0
"""Pair rates change by at most so many powers of ten."""


@dataclass(frozen=True)
class Site:
    """Two QPUs and the link between them.

    Args:
        network: The network that they belong to.
        first: Name of QPU A.
        second: Name of QPU B.
        profiles: Names of profiles whose figures were used.

    Raises:
        EbitError: If a QPU does not exist or no link joins the two.

    Example:
        >>> site = open_site("trapped-ion+laboratory")
        >>> site.qpus[0].qubits, site.link.fidelity
        (25, 0.9689)
    """

    network: Network
    first: str
    second: str
    profiles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checks.instance(Network, "an ebit.network.Network")("network", self.network)
        _ = self.link

    @property
    def qpus(self) -> tuple[Qpu, Qpu]:
        """QPU A and QPU B."""
        return self.network.qpu(self.first), self.network.qpu(self.second)

    @property
    def link(self) -> Link:
        """The link between them."""
        return self.network.link(self.first, self.second)

    @property
    def length(self) -> float:
        """Length of the link in kilometres; that of an equal delay where only the delay is said."""
        link = self.link
        if link.length is not None:
            return link.length
        return link.message_time * SPEED_OF_LIGHT / link.refractive_index

    @property
    def coherence_seconds(self) -> float:
        """The shorter coherence time T2 of the two QPUs, in seconds."""
        return min(qpu.t2 for qpu in self.qpus)

    @property
    def storage_seconds(self) -> float:
        """How long a stored pair lives: that of the link, else the coherence time of the QPUs."""
        own = self.link.coherence_time
        return min(qpu.memory[1] for qpu in self.qpus) if own is None else own

    def with_purification(self, rounds: int) -> "Site":
        """The same with another number of rounds of purification."""
        return self._with_link(self.link.model_copy(update={"purification_rounds": rounds}))

    def at_distance(self, kilometres: float) -> "Site":
        r"""The same QPUs with a longer or shorter link.

        A link with an `efficiency` makes pairs at the rate that follows from it. A given
        `pair_rate` R changes with the light that arrives,
        :math:`R(L) = R(L_0)\,\eta(L)/\eta(L_0)`, up to what the source makes.

        Args:
            kilometres: New length.

        Returns:
            The site.

        Example:
            >>> site = open_site("trapped-ion+metropolitan").at_distance(253.0)
            >>> round(site.link.raw_pair_rate, 2)
            6.24
        """
        kilometres = checks.real(0)("kilometres", kilometres)
        if kilometres == self.length:
            return self
        link = self.link
        longer = link.model_copy(update={"length": kilometres, "delay": None})
        if link.pair_rate is not None:
            here = link.model_copy(update={"length": self.length})
            longer = longer.model_copy(update={"pair_rate": _scaled(link.pair_rate, here, longer)})
        return self._with_link(longer)

    def _with_link(self, link: Link) -> "Site":
        ends = set(link.between)
        links = tuple(link if set(old.between) == ends else old for old in self.network.links)
        network = self.network.model_copy(update={"links": links})
        return replace(self, network=network)

    def __str__(self) -> str:
        """The two QPUs and their link in words."""
        link = self.link
        rate = f"{link.raw_pair_rate:.3g} pairs per second of fidelity {link.fidelity:g}"
        return (
            f"{self.first} and {self.second}: {self.length:.4g} km, {rate}, coherence time "
            f"{seconds_text(self.coherence_seconds)}"
        )


def _scaled(rate: float, here: Link, there: Link) -> float:
    """A measured rate on a link of another length."""
    decades = math.log10(max(there.transmitted, _LEAST)) - math.log10(max(here.transmitted, _LEAST))
    return float(rate * 10 ** max(-_MOST_DECADES, min(_MOST_DECADES, decades)))


def open_site(network: str | Path | Network, qpus: tuple[str, str] | None = None) -> Site:
    """The two QPUs that are planned for.

    Args:
        network: A network, its TOML file, or the names of a profile of a QPU and one of a link:
            `trapped-ion+laboratory` (two such QPUs, called a and b).
        qpus: Names of QPU A and QPU B; may be left out if there is one link only.

    Returns:
        The site.

    Raises:
        EbitError: If there is no such network or QPU, or the QPUs have to be named.

    Example:
        >>> str(open_site("nv+metropolitan"))
        'a and b: 248 km, 9 pairs per second of fidelity 0.895, coherence time 1.58 s'
    """
    profiles: tuple[str, ...] = ()
    if not isinstance(network, Network):
        path = checks.path("network", network)
        profiles, network = used_profiles(path), _network(path)
    if qpus is None:
        if len(network.links) > 1:
            names = ", ".join(qpu.name for qpu in network.qpus)
            raise EbitError(
                f"Argument `qpus` is missing: name two of the QPUs {names} (`--between` on "
                f"the command line), because the network "
                f"has {len(network.links)} links."
            )
        qpus = network.links[0].between
    first, second = checks.pair(checks.instance(str, "names of QPUs"))("qpus", qpus)
    return Site(network, first, second, profiles)


def used_profiles(text: str | Path) -> tuple[str, ...]:
    """Names of the profiles that a network is made of.

    Args:
        text: A file, or names of profiles with a plus; files of other tools name none.

    Returns:
        The names, each once.

    Example:
        >>> used_profiles("nv+laboratory")
        ('nv', 'laboratory')
    """
    if not os.path.exists(text):
        return tuple(name for name in str(text).split("+") if name in profile_names())
    if Path(text).suffix.lower() in FOREIGN:
        return ()
    tables = [
        table for kind in read_toml(text).values() if isinstance(kind, list) for table in kind
    ]
    named = [table.get("profile") for table in tables if isinstance(table, dict)]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str)))


def _network(text: str | Path) -> Network:
    """From a file, or from the names of two profiles."""
    names = str(text).split("+")
    if len(names) != 2 or os.path.exists(text):
        return read_network(text)
    for name, kind in zip(names, ("qpu", "link"), strict=True):
        if name not in profile_names(kind):
            raise EbitError(
                f"Network {str(text)!r} is no file, and {name!r} is no profile of a {kind}: use "
                f"{', '.join(profile_names(kind))}."
            )
    ends = [profile(names[0]).qpu(name) for name in ("a", "b")]
    return Network(qpus=ends, links=[profile(names[1]).link("a", "b")])


def seconds_text(seconds: float) -> str:
    """A time with a unit that suits its size.

    Args:
        seconds: The time in seconds, from 0.

    Returns:
        Three digits and a unit.

    Example:
        >>> seconds_text(8.9e-5), seconds_text(86_400.0), seconds_text(float("inf"))
        ('89 us', '1 day', 'more than 30 000 years')
    """
    if seconds >= LONGEST_SECONDS:
        return "more than 30 000 years"
    steps = ((86400 * 365.25, "years"), (86400, "days"), (3600, "h"), (60, "min"), (1, "s"))
    for size, unit in (*steps, (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            number = f"{seconds / size:.3g}"
            return f"{number} {unit.removesuffix('s') if number == '1' and size > 1 else unit}"
    return f"{seconds * 1e9:.3g} ns"


def kilometres_text(kilometres: float) -> str:
    """A distance in three digits, without a power of ten.

    Args:
        kilometres: The distance.

    Returns:
        The number and its unit.

    Example:
        >>> kilometres_text(10_000.0), kilometres_text(0.15849)
        ('10000 km', '0.158 km')
    """
    return f"{kilometres:.0f} km" if kilometres >= 100 else f"{kilometres:.3g} km"
