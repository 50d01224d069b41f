"""What goes into the state machine, and what comes out.

Times are in units of delta, the longest time that a message is expected to take.
"""

from dataclasses import dataclass

from ebit.consensus.agreement.encoding import MalformedError, Reader, pack, pack_blob
from ebit.consensus.agreement.messages import Message, Proposal, read_message
from ebit.consensus.agreement.state import State
from ebit.consensus.agreement.updates import Ledger

FLUSH, LEAD, VIEW = "flush", "lead", "view"
TIMERS = (FLUSH, LEAD, VIEW)
"""Votes that wait are sent; the leader waits no longer; the view has failed."""


@dataclass(frozen=True)
class Begin:
    """The local update of a round is there.

    Attributes:
        round: The round.
        payload: Encoded update; None to take part without one.
        ledger: What the broker published.
    """

    round: int
    payload: bytes | None
    ledger: Ledger


@dataclass(frozen=True)
class Received:
    """A message of an authenticated sender."""

    sender: int
    message: Message


@dataclass(frozen=True)
class Timeout:
    """A timer that was set has run out."""

    round: int
    name: str
    view: int


Event = Begin | Received | Timeout


@dataclass(frozen=True)
class Send:
    """Send a message; to all other nodes if `receiver` is None."""

    message: Message
    receiver: int | None = None


@dataclass(frozen=True)
class SetTimer:
    """Hand in this timeout after some time."""

    timeout: Timeout
    delay: float


@dataclass(frozen=True)
class Compute:
    """Compute the local update that follows a state, and hand in `Begin`.

    Attributes:
        state: Where the round starts.
        late: The round is over: only its ledger is needed.
    """

    state: State
    late: bool = False


@dataclass(frozen=True)
class Decided:
    """A round is over.

    Attributes:
        state: What follows from it.
        proposal: What was agreed on; None if the state was told by others.
        view: In which view.
    """

    state: State
    proposal: Proposal | None
    view: int


@dataclass(frozen=True)
class Alarm:
    """A row of the table of failures was seen.

    Attributes:
        row: Which one.
        node: The node that it is about; None if that is not known.
    """

    row: str
    node: int | None = None


@dataclass(frozen=True)
class Abort:
    """Agreement is not possible: no quorum computes the same parameters."""

    report: str


Action = Send | SetTimer | Compute | Decided | Alarm | Abort


def encode_event(event: Event) -> bytes:
    """An event as the log keeps it.

    Args:
        event: The event.

    Returns:
        Its bytes.

    Example:
        >>> decode_event(encode_event(Timeout(3, "view", 1)))
        Timeout(round=3, name='view', view=1)
    """
    match event:
        case Begin():
            payload = b"" if event.payload is None else event.payload
            head = pack("BIB", 0, event.round, event.payload is not None)
            return head + pack_blob(payload) + event.ledger.encode()
        case Received(sender, message):
            return (
                pack("BHBII", 1, sender, message.kind, message.round, message.view) + message.body
            )
        case Timeout():
            return pack("BIBI", 2, event.round, TIMERS.index(event.name), event.view)


def decode_event(content: bytes) -> Event:
    """Read what `encode_event` wrote.

    Raises:
        MalformedError: If it did not write that.
    """
    reader = Reader(content)
    (kind,) = reader.numbers("B")
    if kind == 0:
        number, known = reader.numbers("IB")
        payload = reader.blob()
        return Begin(number, payload if known else None, Ledger.decode(reader.rest()))
    if kind == 1:
        sender, message, number, view = reader.numbers("HBII")
        return Received(sender, read_message(message, number, view, reader.rest()))
    if kind == 2:
        number, name, view = reader.numbers("IBI")
        reader.end()
        return Timeout(number, TIMERS[name], view)
    raise MalformedError(f"an event of kind {kind} is unknown")
