"""The rule for the leader of a new view."""

from itertools import product

import pytest

from ebit.consensus.agreement.committee import Committee
from ebit.consensus.agreement.messages import Proposal, ViewChange
from ebit.consensus.agreement.view_change import Choice, choice, read_changes

FOUR = Committee(4, 1)
A, B = (Proposal((None,) * 4, bytes([k]) * 32) for k in (1, 2))
NOTHING = ViewChange(None, ())


def prepared(proposal: Proposal, view: int) -> ViewChange:
    return ViewChange((view, proposal.digest), ((view, proposal),))


def accepted(proposal: Proposal, view: int) -> ViewChange:
    return ViewChange(None, ((view, proposal),))


CLAIM = ViewChange((0, B.digest), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([NOTHING] * 3, Choice(None)),
        ([NOTHING] * 2, None),
        ([prepared(A, 0)] * 2 + [NOTHING], Choice(A)),
        ([prepared(A, 0), accepted(A, 0), NOTHING], Choice(A)),
        ([prepared(A, 0), NOTHING, NOTHING], None),
        ([prepared(A, 0), NOTHING, NOTHING, NOTHING], Choice(None)),
        ([CLAIM, prepared(A, 0), accepted(A, 0)], None),
        ([CLAIM, prepared(A, 0), accepted(A, 0), NOTHING], Choice(A)),
        ([prepared(A, 0), accepted(A, 0), prepared(B, 1), accepted(B, 1)], Choice(B)),
        ([prepared(A, 5), prepared(A, 5), NOTHING], None),  # views that were not yet
    ],
)
def test_choice(changes: list[ViewChange], expected: Choice | None) -> None:
    assert choice(FOUR, 2, changes) == expected
    assert choice(FOUR, 2, changes[::-1]) == expected


def test_what_may_be_committed_is_always_kept() -> None:
    """If a quorum prepared A in view 0, then no quorum of VIEW-CHANGEs leads to anything else.

    One of the four nodes lies in every way; the others tell the truth, in a later view too.
    """
    lies = [NOTHING, CLAIM, prepared(B, 0), prepared(B, 1), accepted(B, 1), prepared(A, 0)]
    for lie, third in product(lies, [NOTHING, accepted(A, 0), prepared(A, 0)]):
        honest = [prepared(A, 0), prepared(A, 0), third]
        for left_out in (None, 0, 1, 2):
            told = [change for k, change in enumerate(honest) if k != left_out] + [lie]
            found = choice(FOUR, 2, told)
            assert found is None or found.proposal == A
    assert choice(FOUR, 2, [*honest, NOTHING]) == Choice(A)


def test_bytes_that_are_no_view_change_are_left_out() -> None:
    assert read_changes([b"", b"\x07", NOTHING.encode()]) == [NOTHING]
