"""What nodes say to each other, and its form on the wire.

| kind | says |
| --- | --- |
| UPDATE, VIEW-CHANGE | the content that its sender broadcasts (Bracha's first message) |
| ECHO, READY | votes of a batched Bracha broadcast: one digest per origin |
| FETCH, CONTENT | asks for and brings a content of which only the digest is known |
| PRE-PREPARE | the leader's proposal in view 0 |
| NEW-VIEW | the leader's proposal in a later view, and the VIEW-CHANGEs it follows from |
| PREPARE, COMMIT | votes for a proposal; COMMIT also for the parameters that follow |
| ASK, STATE | asks for and brings the parameters after a round |
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from ebit.consensus.agreement.encoding import (
    ABSENT,
    DIGEST_BYTES,
    MalformedError,
    Reader,
    digest,
    pack,
    pack_blob,
    pack_votes,
)
from ebit.consensus.agreement.state import State

Votes = tuple[tuple[int, bytes], ...]
"""Pairs of a node and a digest, in order of the nodes."""

UPDATES = 0
"""The group of broadcasts that carry updates; group `v` > 0 carries changes into view `v`."""


@dataclass(frozen=True)
class Proposal:
    """Whose updates a round takes, and the ledger that they belong to.

    Attributes:
        entries: Digest of each node's update; None for one that is absent.
        ledger: Digest of the ledger.
    """

    entries: tuple[bytes | None, ...]
    ledger: bytes

    @cached_property
    def digest(self) -> bytes:
        """What the votes are for."""
        return digest(self.encode())

    @property
    def size(self) -> int:
        """Number of nodes that are present."""
        return sum(entry is not None for entry in self.entries)

    def encode(self) -> bytes:
        """Its one form as bytes."""
        entries = b"".join(ABSENT if entry is None else entry for entry in self.entries)
        return pack("H", len(self.entries)) + entries + self.ledger

    @staticmethod
    def read(reader: Reader) -> "Proposal":
        """Read what `encode` wrote."""
        (count,) = reader.numbers("H")
        block = reader.take(count * DIGEST_BYTES)
        parts = [block[at : at + DIGEST_BYTES] for at in range(0, len(block), DIGEST_BYTES)]
        return Proposal(
            tuple(None if part == ABSENT else part for part in parts), reader.take(DIGEST_BYTES)
        )


@dataclass(frozen=True)
class ViewChange:
    """What a node knows of earlier views when it asks for the next one.

    Attributes:
        prepared: View and digest of what it prepared last.
        preprepared: For each proposal that it accepted, the last view in which it did.
    """

    prepared: tuple[int, bytes] | None
    preprepared: tuple[tuple[int, Proposal], ...]

    def encode(self) -> bytes:
        """Its one form as bytes."""
        view, value = (0, ABSENT) if self.prepared is None else self.prepared
        head = pack("BI", self.prepared is not None, view) + value
        parts = [pack("I", v) + proposal.encode() for v, proposal in self.preprepared]
        return head + pack("H", len(parts)) + b"".join(parts)

    @staticmethod
    def decode(content: bytes) -> "ViewChange":
        """Read what `encode` wrote."""
        reader = Reader(content)
        known, view = reader.numbers("BI")
        value = reader.take(DIGEST_BYTES)
        (count,) = reader.numbers("H")
        preprepared = []
        for _ in range(count):
            (of_view,) = reader.numbers("I")
            preprepared.append((of_view, Proposal.read(reader)))
        reader.end()
        if known not in (0, 1):
            raise MalformedError("a truth value is neither 0 nor 1")
        return ViewChange((view, value) if known else None, tuple(preprepared))


@dataclass(frozen=True)
class Message:
    """What all messages have.

    Attributes:
        round: Round that it belongs to.
        view: View that it belongs to; of a broadcast, its group.
    """

    kind: ClassVar[int]
    round: int
    view: int

    @property
    def body(self) -> bytes:
        """All that is not in the head of a frame."""
        return self._body()

    def _body(self) -> bytes:
        return b""


@dataclass(frozen=True)
class Initial(Message):
    """UPDATE (group 0) or VIEW-CHANGE: the content that its sender broadcasts."""

    kind: ClassVar[int] = 1
    payload: bytes

    def _body(self) -> bytes:
        return self.payload


@dataclass(frozen=True)
class Echo(Message):
    """ECHO: which content its sender has seen of each origin."""

    kind: ClassVar[int] = 2
    entries: Votes

    def _body(self) -> bytes:
        return pack_votes(self.entries)


@dataclass(frozen=True)
class Ready(Message):
    """READY: which content of each origin is going to be delivered."""

    kind: ClassVar[int] = 3
    entries: Votes

    def _body(self) -> bytes:
        return pack_votes(self.entries)


@dataclass(frozen=True)
class Fetch(Message):
    """FETCH: contents that its sender lacks."""

    kind: ClassVar[int] = 4
    entries: Votes

    def _body(self) -> bytes:
        return pack_votes(self.entries)


@dataclass(frozen=True)
class Content(Message):
    """CONTENT: what an origin broadcasts, told by somebody else."""

    kind: ClassVar[int] = 5
    origin: int
    payload: bytes

    def _body(self) -> bytes:
        return pack("H", self.origin) + self.payload


@dataclass(frozen=True)
class PrePrepare(Message):
    """PRE-PREPARE: the leader's proposal in view 0."""

    kind: ClassVar[int] = 6
    proposal: Proposal

    def _body(self) -> bytes:
        return self.proposal.encode()


@dataclass(frozen=True)
class Prepare(Message):
    """PREPARE: a vote for a proposal."""

    kind: ClassVar[int] = 7
    value: bytes

    def _body(self) -> bytes:
        return self.value


@dataclass(frozen=True)
class Commit(Message):
    """COMMIT: a vote for a prepared proposal, and for the parameters that follow from it."""

    kind: ClassVar[int] = 8
    value: bytes
    state: bytes

    def _body(self) -> bytes:
        return self.value + self.state


@dataclass(frozen=True)
class NewView(Message):
    """NEW-VIEW: the proposal in a later view, and the VIEW-CHANGEs that it follows from."""

    kind: ClassVar[int] = 9
    changes: Votes
    proposal: Proposal

    def _body(self) -> bytes:
        return pack_votes(self.changes) + self.proposal.encode()


@dataclass(frozen=True)
class Ask(Message):
    """ASK: for the state after a round."""

    kind: ClassVar[int] = 10


@dataclass(frozen=True)
class Tell(Message):
    """STATE: the state after the last finished round, and the one before it."""

    kind: ClassVar[int] = 11
    before: State
    after: State

    def _body(self) -> bytes:
        return pack_blob(self.before.encode()) + pack_blob(self.after.encode())


def _votes(cls: Callable[[int, int, Votes], Message]) -> Callable[[int, int, Reader], Message]:
    return lambda number, view, reader: cls(number, view, reader.votes())


def _read_tell(number: int, view: int, reader: Reader) -> Message:
    return Tell(number, view, State.decode(reader.blob()), State.decode(reader.blob()))


READERS: dict[int, Callable[[int, int, Reader], Message]] = {
    Initial.kind: lambda number, view, reader: Initial(number, view, reader.rest()),
    Echo.kind: _votes(Echo),
    Ready.kind: _votes(Ready),
    Fetch.kind: _votes(Fetch),
    Content.kind: lambda number, view, reader: Content(
        number, view, reader.numbers("H")[0], reader.rest()
    ),
    PrePrepare.kind: lambda number, view, reader: PrePrepare(number, view, Proposal.read(reader)),
    Prepare.kind: lambda number, view, reader: Prepare(number, view, reader.take(DIGEST_BYTES)),
    Commit.kind: lambda number, view, reader: Commit(
        number, view, reader.take(DIGEST_BYTES), reader.take(DIGEST_BYTES)
    ),
    NewView.kind: lambda number, view, reader: NewView(
        number, view, reader.votes(), Proposal.read(reader)
    ),
    Ask.kind: lambda number, view, _: Ask(number, view),
    Tell.kind: _read_tell,
}
"""How the body of each kind of message is read."""


def read_message(kind: int, number: int, view: int, body: bytes) -> Message:
    """Read a message.

    Args:
        kind: Its kind.
        number: Its round.
        view: Its view.
        body: The rest.

    Returns:
        The message.

    Raises:
        MalformedError: If no honest node writes such bytes.

    Example:
        >>> read_message(7, 3, 0, bytes(32))
        Prepare(round=3, view=0, value=b'...')
    """
    if kind not in READERS:
        raise MalformedError(f"kind {kind} is unknown")
    reader = Reader(body)
    message = READERS[kind](number, view, reader)
    reader.end()
    return message
