"""PREPAREs and COMMITs of one round: every node has one of each in a view, its first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.messages import Commit, Prepare

Result = tuple[bytes, bytes]
"""Digest of a proposal, hash of the state that follows from it."""


class Split(NamedTuple):
    """A quorum for one proposal that can no longer agree on the state.

    Attributes:
        largest: Votes for the state with most.
        total: Votes for the proposal.
        several: Whether more than one state was told.
    """

    largest: int
    total: int
    several: bool


@dataclass
class Votes:
    """The votes of a round; sets of nodes are the bits of whole numbers.

    Args:
        committee: Who votes.

    Example:
        >>> votes = Votes(Committee(4, 1))
        >>> for node in (0, 1, 2):
        ...     votes.commit(node, Commit(1, 0, b"proposal", b"state"))
        >>> votes.committed(0)
        (b'proposal', b'state')
    """

    committee: Committee
    _prepares: dict[tuple[int, bytes], int] = field(default_factory=dict)
    _voters: dict[int, int] = field(default_factory=dict)
    _commits: dict[int, dict[Result, int]] = field(default_factory=dict)

    def prepare(self, sender: int, message: Prepare) -> None:
        """Count a PREPARE."""
        voters = self._voters.get(message.view, 0)
        if not voters >> sender & 1:
            self._voters[message.view] = voters | 1 << sender
            vote = (message.view, message.value)
            self._prepares[vote] = self._prepares.get(vote, 0) | 1 << sender

    def commit(self, sender: int, message: Commit) -> None:
        """Count a COMMIT."""
        votes = self._commits.setdefault(message.view, {})
        if not any(mask >> sender & 1 for mask in votes.values()):
            key = (message.value, message.state)
            votes[key] = votes.get(key, 0) | 1 << sender

    def is_prepared(self, view: int, value: bytes) -> bool:
        """Whether a quorum prepared a proposal."""
        votes = self._prepares.get((view, value), 0)
        return votes.bit_count() >= self.committee.quorum

    @property
    def views(self) -> list[int]:
        """Views with COMMITs, in the order in which they came."""
        return list(self._commits)

    def committed(self, view: int) -> Result | None:
        """What a quorum committed; None if none did."""
        for result, mask in self._commits[view].items():
            if mask.bit_count() >= self.committee.quorum:
                return result
        return None

    def splits(self, view: int) -> Iterator[Split]:
        """Proposals on which a quorum agrees, but no longer on what follows from them."""
        votes, quorum = self._commits[view], self.committee.quorum
        counts: dict[bytes, list[int]] = {}
        for (value, _), mask in votes.items():
            counts.setdefault(value, []).append(mask.bit_count())
        left = self.committee.n - sum(map(sum, counts.values()))
        for found in counts.values():
            if sum(found) >= quorum and max(found) + left < quorum:
                yield Split(max(found), sum(found), len(found) > 1)
