"""Who votes, and how many votes decide."""

from dataclasses import dataclass

from ebit.checks import wrong
from ebit.errors import EbitError

MOST_NODES = 1000
"""Nodes are numbered in two bytes, and a round has five frames for each pair of them."""


@dataclass(frozen=True)
class Committee:
    """`n` nodes, of which at most `f` are faulty in whatever way: `n >= 3 f + 1`.

    Args:
        n: Number of nodes; they are numbered from 0.
        f: Most faulty ones.

    Raises:
        EbitError: If `n` nodes cannot bear `f` faulty ones.

    Example:
        >>> Committee(50, 10).quorum, Committee(50, 16).quorum
        (31, 34)
        >>> Committee(6, 2)
        Traceback (most recent call last):
        ebit.errors.EbitError: 6 nodes bear at most 1 faulty node, but `f` is 2: use at least 7
        nodes, or a smaller `f`.
    """

    n: int
    f: int

    def __post_init__(self) -> None:
        for name, value, least in (("n", self.n, 1), ("f", self.f, 0)):
            if type(value) is not int or not least <= value <= MOST_NODES:
                raise wrong(name, f"a whole number from {least} to {MOST_NODES}", value)
        if self.n < 3 * self.f + 1:
            most = (self.n - 1) // 3
            raise EbitError(
                f"{self.n} nodes bear at most {most} faulty node{'' if most == 1 else 's'}, but "
                f"`f` is {self.f}: use at least {3 * self.f + 1} nodes, or a smaller `f`."
            )

    @property
    def quorum(self) -> int:
        """`ceil((n + f + 1) / 2)`: any two quorums share an honest node."""
        return (self.n + self.f) // 2 + 1

    @property
    def most_present(self) -> int:
        """`n - f`: so many are there whatever the faulty ones do."""
        return self.n - self.f

    def leader(self, round_number: int, view: int) -> int:
        """Who proposes: `(round + view) mod n`."""
        return (round_number + view) % self.n
