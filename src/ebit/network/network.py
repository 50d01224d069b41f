"""QPUs and the links that join them."""

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ebit.checks import shown
from ebit.errors import EbitError
from ebit.network.bell_states import bell_diagonal
from ebit.network.link import Link
from ebit.network.memory import depolarise_pair, store_pair
from ebit.network.qpu import Qpu
from ebit.settings import Settings


class Network(Settings):
    """Two or more QPUs, joined by links.

    Args:
        qpus: The QPUs, each with its own name.
        links: The links, at most one between two QPUs; they join all QPUs.

    Raises:
        EbitError: If a name appears twice, a link leads nowhere, or the network is in pieces.

    Example:
        >>> from ebit.network import Link, Network, Qpu
        >>> network = Network(
        ...     qpus=[Qpu(name="alice", qubits=4), Qpu(name="bob", qubits=4)],
        ...     links=[Link(between=("alice", "bob"), delay="1 ms", pair_rate="9.7 Hz",
        ...                 fidelity=0.97)],
        ... )
        >>> network.link("bob", "alice").fidelity
        0.97
    """

    if TYPE_CHECKING:  # fields take text with a unit and lists, too

        def __init__(self, **values: Any) -> None: ...

    qpus: Annotated[tuple[Qpu, ...], Field(min_length=2)]
    links: Annotated[tuple[Link, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _joined(self) -> "Network":
        names = [qpu.name for qpu in self.qpus]
        for name in names:
            if names.count(name) > 1:
                raise EbitError(f"Network has {names.count(name)} QPUs `{name}`: rename them.")
        ends: set[frozenset[str]] = set()
        for link in self.links:
            for name in link.between:
                if name not in names:
                    raise EbitError(
                        f"Link {_text(link)} leads to `{name}`, which is no QPU: use "
                        f"{', '.join(names)}."
                    )
            if frozenset(link.between) in ends:
                raise EbitError(f"Network has more than one link {_text(link)}: leave one.")
            ends.add(frozenset(link.between))
        self._check_connected(names)
        return self

    def _check_connected(self, names: list[str]) -> None:
        reached, border = {names[0]}, [names[0]]
        while border:
            here = border.pop()
            for link in self.links:
                if here in link.between:
                    (there,) = set(link.between) - {here}
                    if there not in reached:
                        reached.add(there)
                        border.append(there)
        for name in names:
            if name not in reached:
                raise EbitError(
                    f"Network is not connected: no path of links joins `{names[0]}` and `{name}`."
                )

    def qpu(self, name: str) -> Qpu:
        """The QPU of this name.

        Args:
            name: Its name.

        Returns:
            The QPU.

        Raises:
            EbitError: If there is none.
        """
        for qpu in self.qpus:
            if isinstance(name, str) and qpu.name == name:
                return qpu
        names = ", ".join(qpu.name for qpu in self.qpus)
        raise EbitError(f"Network has no QPU {shown(name)}: use {names}.")

    def link(self, first: str, second: str) -> Link:
        """The link between two QPUs, in any order.

        Args:
            first: Name of a QPU.
            second: Name of another QPU.

        Returns:
            The link.

        Raises:
            EbitError: If a QPU does not exist or no link joins the two.
        """
        ends = {self.qpu(first).name, self.qpu(second).name}
        for link in self.links:
            if set(link.between) == ends:
                return link
        links = ", ".join(_text(link) for link in self.links)
        raise EbitError(f"Network has no link {first}-{second}: it has {links}.")

    def stored_pair(self, first: str, second: str, seconds: float) -> NDArray[np.complex128]:
        """State of a purified pair that has waited in the memories of two QPUs.

        The pair depolarises with the `coherence_time` of the link if it has one, else both halves
        decay with the `t1` and `t2` of their QPUs.

        Args:
            first: QPU that holds the first half.
            second: QPU that holds the second half.
            seconds: How long the pair has waited, in seconds.

        Returns:
            Density matrix of shape (4, 4).

        Raises:
            EbitError: If a QPU or the link does not exist, or the time is negative.
        """
        link = self.link(first, second)
        pair = bell_diagonal(link.purified.weights)
        if link.coherence_time is not None:
            return depolarise_pair(pair, seconds, link.coherence_time)
        holders = self.qpu(first), self.qpu(second)
        return store_pair(
            pair,
            seconds,
            t1=(holders[0].t1, holders[1].t1),
            t2=(holders[0].t2, holders[1].t2),
        )


def _text(link: Link) -> str:
    return "-".join(link.between)
