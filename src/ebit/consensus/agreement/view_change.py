"""Which proposal the leader of a new view must repeat: the rule without signatures.

Castro and Liskov, ACM TOCS 20 (2002) 398, section 3.2.4, for one sequence number, with the quorum
`q = ceil((n + f + 1) / 2)` instead of `2 f + 1`. Their acknowledgements of VIEW-CHANGEs are
replaced by a Bracha broadcast of them, so that all nodes see the same ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.encoding import MalformedError
from ebit.consensus.agreement.messages import Proposal, ViewChange


@dataclass(frozen=True)
class Choice:
    """What the VIEW-CHANGEs leave to the leader.

    Attributes:
        proposal: The proposal that it must repeat; None if it is free.
    """

    proposal: Proposal | None


def choice(committee: Committee, view: int, changes: Iterable[ViewChange]) -> Choice | None:
    """What the new leader may propose.

    A proposal prepared in view `v` must be repeated if a quorum of VIEW-CHANGEs does not
    contradict it (they prepared nothing, or something in an earlier view, or the same) and `f + 1`
    confirm that they pre-prepared it in view `v` or later. The leader is free if a quorum prepared
    nothing.

    Args:
        committee: Who takes part.
        view: The new view.
        changes: VIEW-CHANGEs of different nodes.

    Returns:
        The choice; None if the VIEW-CHANGEs do not decide it yet.

    Example:
        >>> nothing = ViewChange(None, ())
        >>> choice(Committee(4, 1), 1, [nothing] * 3)
        Choice(proposal=None)
        >>> choice(Committee(4, 1), 1, [nothing] * 2) is None
        True
    """
    told = [change for change in changes if _possible(change, view)]
    candidates = {change.prepared for change in told if change.prepared is not None}
    for at, value in sorted(candidates, reverse=True):
        agree = sum(
            change.prepared is None or change.prepared[0] < at or change.prepared == (at, value)
            for change in told
        )
        confirmed = [
            proposal
            for change in told
            for accepted, proposal in change.preprepared
            if accepted >= at and proposal.digest == value
        ]
        if agree >= committee.quorum and len(confirmed) > committee.f:
            return Choice(confirmed[0])
    if sum(change.prepared is None for change in told) >= committee.quorum:
        return Choice(None)
    return None


def _possible(change: ViewChange, view: int) -> bool:
    """Whether an honest node can have said this: earlier views only, each proposal once."""
    views = [at for at, _ in change.preprepared]
    if change.prepared is not None:
        views.append(change.prepared[0])
    values = {proposal.digest for _, proposal in change.preprepared}
    return all(at < view for at in views) and len(values) == len(change.preprepared)


def read_changes(contents: Iterable[bytes]) -> list[ViewChange]:
    """The VIEW-CHANGEs among broadcast contents; what is none is left out."""
    read = []
    for content in contents:
        try:
            read.append(ViewChange.decode(content))
        except MalformedError:
            continue
    return read
