"""Greenberger-Horne-Zeilinger states shared by groups of QPUs."""

from dataclasses import dataclass

from ebit import checks
from ebit.errors import EbitError
from ebit.physics import GHZState, ManyState
from ebit.resources.base import Resource

MOST_MEMBERS = 64
"""Most QPUs of one state."""


@dataclass(frozen=True, repr=False)
class GHZStates(Resource):
    r"""Every M QPUs in their order share a GHZ state, on the first qubit of each.

    .. math:: |GHZ\rangle = (|0 \dots 0\rangle + |1 \dots 1\rangle) / \sqrt 2

    A state of M members counts as M - 1 ebits: so many Bell pairs make it.

    Args:
        members: M, at least 2; the number of QPUs is a multiple of it.
        fidelity: Overlap with the GHZ state that white noise leaves, from 2**-M to 1.

    Raises:
        EbitError: If a number is out of range.

    Example:
        >>> GHZStates(3).name, GHZStates(3, fidelity=0.9).name
        ('ghz:3', 'ghz:3,fidelity=0.9')

    Source:
        Greenberger, Horne and Zeilinger, arXiv:0712.0921 (1989).
    """

    members: int
    fidelity: float = 1.0
    is_of_graph = True

    def __post_init__(self) -> None:
        checks.whole(2, MOST_MEMBERS, "QPUs that share a GHZ state")("members", self.members)
        checks.real(2.0**-self.members, 1.0)("fidelity", self.fidelity)

    def __repr__(self) -> str:
        """The arguments that are not at their defaults."""
        noise = "" if self.fidelity == 1 else f", fidelity={self.fidelity!r}"
        return f"GHZStates(members={self.members}{noise})"

    @property
    def name(self) -> str:
        """The resource string."""
        noise = "" if self.fidelity == 1 else f",fidelity={float(self.fidelity)!r}"
        return f"ghz:{self.members}{noise}"

    @property
    def group_state(self) -> ManyState:
        """The state: white noise leaves v + (1 - v) / 2**M of the overlap."""
        least = 2.0**-self.members
        return GHZState(self.members, (self.fidelity - least) / (1 - least))

    def groups(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The first M QPUs, the next M, and so on."""
        if len(names) % self.members:
            raise EbitError(
                f"Resource {self.name!r} is shared by groups of {self.members} QPUs, but there are "
                f"{len(names)}: use a multiple of {self.members} QPUs, or ghz:{len(names)}."
            )
        return tuple(
            names[start : start + self.members] for start in range(0, len(names), self.members)
        )
