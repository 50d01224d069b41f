"""Messages, events and states as bytes: there and back, and nothing else is taken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebit.consensus.agreement.encoding import MalformedError
from ebit.consensus.agreement.events import (
    TIMERS,
    Begin,
    Event,
    Received,
    Timeout,
    decode_event,
    encode_event,
)
from ebit.consensus.agreement.fixed_point import SCALE
from ebit.consensus.agreement.messages import (
    Ask,
    Commit,
    Content,
    Echo,
    Fetch,
    Initial,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    Proposal,
    Ready,
    Tell,
    ViewChange,
    read_message,
)
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Ledger, Record, Update
from ebit.errors import EbitError

numbers = st.integers(0, 2**32 - 1)
digests = st.binary(min_size=32, max_size=32).filter(any)
votes = st.dictionaries(st.integers(0, 999), digests, max_size=4).map(
    lambda found: tuple(sorted(found.items()))
)
proposals = st.builds(
    Proposal,
    st.lists(digests | st.none(), max_size=4).map(tuple),
    st.binary(min_size=32, max_size=32),
)
states = st.builds(
    lambda number, theta, suspended, previous: State(
        number, np.array(theta, ">i8").tobytes(), tuple(suspended), previous
    ),
    numbers,
    st.lists(st.integers(-(2**60), 2**60), max_size=3),
    st.lists(st.tuples(st.integers(0, 999), numbers), max_size=2),
    digests,
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Initial, numbers, numbers, st.binary(max_size=50)),
    st.builds(Echo, numbers, numbers, votes),
    st.builds(Ready, numbers, numbers, votes),
    st.builds(Fetch, numbers, numbers, votes),
    st.builds(Content, numbers, numbers, st.integers(0, 999), st.binary(max_size=50)),
    st.builds(PrePrepare, numbers, numbers, proposals),
    st.builds(Prepare, numbers, numbers, digests),
    st.builds(Commit, numbers, numbers, digests, digests),
    st.builds(NewView, numbers, numbers, votes, proposals),
    st.builds(Ask, numbers, numbers),
    st.builds(Tell, numbers, numbers, states, states),
)
ledgers = st.lists(st.tuples(*[numbers] * 5), max_size=3).map(
    lambda rows: Ledger(*(tuple(row[k] for row in rows) for k in range(5)))
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Begin, numbers, st.binary(max_size=20) | st.none(), ledgers),
    st.builds(Received, st.integers(0, 999), messages),
    st.builds(Timeout, numbers, st.sampled_from(TIMERS), numbers),
)


@settings(max_examples=150, deadline=None)
@given(message=messages)
def test_a_message_comes_back(message: Message) -> None:
    assert read_message(message.kind, message.round, message.view, message.body) == message


@settings(max_examples=100, deadline=None)
@given(event=events)
def test_an_event_comes_back_from_the_log(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


@settings(max_examples=150, deadline=None)
@given(kind=st.integers(0, 20), body=st.binary(max_size=120))
def test_other_bytes_are_malformed_or_one_message(kind: int, body: bytes) -> None:
    try:
        message = read_message(kind, 1, 0, body)
    except MalformedError:
        return
    assert message.body == body


@settings(max_examples=50, deadline=None)
@given(
    prepared=st.none() | st.tuples(numbers, digests),
    accepted=st.lists(st.tuples(numbers, proposals), max_size=3).map(tuple),
)
def test_a_view_change_comes_back(
    prepared: tuple[int, bytes] | None, accepted: tuple[tuple[int, Proposal], ...]
) -> None:
    change = ViewChange(prepared, accepted)
    assert ViewChange.decode(change.encode()) == change


def test_votes_name_each_node_once() -> None:
    twice = ((1, bytes(32)), (1, bytes(32)))
    with pytest.raises(MalformedError, match="not in order"):
        read_message(Echo.kind, 1, 0, Echo(1, 0, twice).body)


@pytest.mark.parametrize("values", [[1, -(2**31)], [], None])
def test_an_update_comes_back(values: list[int] | None) -> None:
    update = Update(None if values is None else np.array(values, np.int64), Record(1, 2, 3))
    read = Update.read(update.encode(), 0 if values is None else len(values))
    assert read is not None
    assert read.record == update.record
    assert (read.values is None) == (values is None)
    if values is not None and read.values is not None:
        assert read.values.tolist() == values


@pytest.mark.parametrize("content", [b"", b"\x07" * 20, b"\x01" + bytes(12) + b"123", b"\x02"])
def test_what_is_no_update_is_none(content: bytes) -> None:
    assert Update.read(content, 1) is None


def test_updates_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EbitError, match="between -2048 and 2048"):
        Update(np.array([2**31])).encode()
    with pytest.raises(EbitError, match="vector of whole numbers"):
        Update(np.array([0.5])).encode()


@pytest.mark.parametrize(
    ("successes", "is_right"), [(50, True), (70, True), (71, False), (29, False), (101, False)]
)
def test_a_witness_is_false_beyond_four_standard_deviations(successes: int, is_right: bool) -> None:
    ledger = Ledger((4,), (100,), (SCALE // 2,))
    assert ledger.confirms(0, Record(4, 100, successes)) == is_right
    assert not ledger.confirms(0, Record(5, 100, 50))
